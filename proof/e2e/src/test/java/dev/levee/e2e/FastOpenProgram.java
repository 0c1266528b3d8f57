package dev.levee.e2e;

import dev.levee.link.Links;
import dev.levee.net.ConnectOptions;
import dev.levee.net.Host;
import dev.levee.tcp.FastOpenUse;
import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A client on Levee that asks a server in the kernel for the same file again and again, each time with a
/// connection of its own whose request may travel with the SYN. Arguments: path, how often. Prints for each
/// family and request the status line, and whether the request was accepted with the SYN. Runs as a process of
/// its own.
final class FastOpenProgram {
    private FastOpenProgram() {}

    public static void main(String[] arguments) throws IOException {
        var path = arguments[0];
        int times = Integer.parseInt(arguments[1]);
        var kernelSide = List.of(Cidr.parse(Family.V4.kernelCidr()), Cidr.parse(Family.V6.kernelCidr()));
        try (var host = Host.builder()
                .link(Links.open("tun:" + Lab.DEVICE, kernelSide))
                .address(Family.V4.leveeCidr())
                .address(Family.V6.leveeCidr())
                .start()) {
            var options = host.connectOptions().withFastOpen(FastOpenUse.WITH_COOKIE);
            for (var family : Family.values()) {
                for (int i = 0; i < times; i++) {
                    System.out.println(family + " " + get(host, options, family, path));
                }
            }
        }
    }

    private static String get(Host host, ConnectOptions options, Family family, String path) throws IOException {
        var request = "GET " + path + " HTTP/1.1\r\nHost: levee\r\nConnection: close\r\n\r\n";
        var address = IpAddress.parse(family.kernel);
        var octets = request.getBytes(StandardCharsets.US_ASCII);
        try (var stream = host.connect(address, Servers.NGINX_PORT, options, octets)) {
            var answer = new String(stream.input().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.lines().findFirst().orElse("nothing") + ", with the SYN: "
                    + stream.tcpInfo().agreed().synText();
        }
    }
}
