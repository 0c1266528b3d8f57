package dev.levee.net;

import dev.levee.wire.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// Addresses and ports as applications write them.
final class Ports {
    private Ports() {}

    /// @throws IllegalArgumentException for a port outside 0 to 65535
    static int check(int port) {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("a port must lie in 0..65535, but is " + port);
        }
        return port;
    }

    static InetAddress inet(IpAddress address) {
        try {
            return InetAddress.getByAddress(address.toBytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("an address has 4 or 16 octets", e);
        }
    }

    static InetSocketAddress inet(IpAddress address, int port) {
        return new InetSocketAddress(inet(address), port);
    }
}
