package dev.levee.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// TUN devices for real, inside a network namespace. Addresses are those of RFC 2544 and RFC 3849.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class TunLinkTest {
    private static final List<String> AS_ROOT = List.of();
    private static final String[] V4_AND_V6 = {"198.18.0.1/24", "2001:db8::1/64"};

    private @Nullable Namespace namespace;

    @BeforeEach
    void make() throws Exception {
        namespace = new Namespace("lvt" + ProcessHandle.current().pid());
    }

    @AfterEach
    void remove() throws Exception {
        if (namespace != null) {
            namespace.remove();
        }
    }

    private Namespace inside() {
        return java.util.Objects.requireNonNull(namespace);
    }

    private Namespace.Running start(String mode, String... linkAndAddresses) throws IOException {
        var arguments = new String[linkAndAddresses.length + 1];
        arguments[0] = mode;
        System.arraycopy(linkAndAddresses, 0, arguments, 1, linkAndAddresses.length);
        return inside().tun(AS_ROOT, arguments);
    }

    @Test
    void aNewDeviceHasItsAddressesAnswersPingsAndVanishesAtClose() throws Exception {
        var program = start("echo", "tun:lvt0", V4_AND_V6[0], V4_AND_V6[1]);
        assertThat(program.line()).isEqualTo("ready 1500 created");
        var device = inside().run("ip", "address", "show", "dev", "lvt0");
        assertThat(device)
                .contains("mtu 1500")
                .contains(",UP,")
                .contains("qlen 10000")
                .contains("inet 198.18.0.1/24 ")
                .contains("inet6 2001:db8::1/64 ");
        assertThat(inside().run("ip", "route")).contains("198.18.0.0/24 dev lvt0");
        assertThat(inside().run("ping", "-c", "3", "-i", "0.01", "-W", "5", "198.18.0.2"))
                .contains(" 0% packet loss");
        assertThat(inside().run("ping", "-c", "3", "-i", "0.01", "-W", "5", "-s", "1400", "2001:db8::2"))
                .contains(" 0% packet loss");
        assertThat(program.end()).isZero();
        assertThat(inside().code("ip", "link", "show", "dev", "lvt0")).isNotZero();
    }

    @Test
    void aKilledProcessLeavesNoDevice() throws Exception {
        var program = start("echo", "tun:lvt0", V4_AND_V6[0]);
        assertThat(program.line()).isEqualTo("ready 1500 created");
        program.kill();
        assertThat(inside().code("ip", "link", "show", "dev", "lvt0")).isNotZero();
    }

    @Test
    void severalAddressesOfOneFamilyAreAllGiven() throws Exception {
        var program = start(
                "echo",
                "tun:lvt0",
                "198.18.0.1/24",
                "198.18.1.1/25",
                "198.19.255.1/32",
                "2001:db8::1/64",
                "2001:db8:1::1/128");
        assertThat(program.line()).isEqualTo("ready 1500 created");
        assertThat(inside().run("ip", "address", "show", "dev", "lvt0"))
                .contains("inet 198.18.0.1/24 ")
                .contains("inet 198.18.1.1/25 ")
                .contains("inet 198.19.255.1/32 ")
                .contains("inet6 2001:db8::1/64 scope global nodad")
                .contains("inet6 2001:db8:1::1/128 ");
        assertThat(program.end()).isZero();
    }

    @Test
    void anExistingDeviceIsUsedAndNothingAboutItIsChanged() throws Exception {
        inside().run("ip", "tuntap", "add", "dev", "lvt0", "mode", "tun");
        inside().run("ip", "link", "set", "lvt0", "mtu", "1400", "txqueuelen", "77", "up");
        inside().run("ip", "address", "add", "198.18.0.1/24", "dev", "lvt0");
        var before = inside().run("ip", "-oneline", "-4", "address", "show", "dev", "lvt0");
        var program = start("echo", "tun:lvt0", "198.18.77.1/24", "2001:db8::1/64");
        assertThat(program.line()).isEqualTo("ready 1400 attached");
        assertThat(inside().run("ping", "-c", "1", "-W", "5", "198.18.0.2")).contains(" 0% packet loss");
        assertThat(inside().run("ip", "-oneline", "-4", "address", "show", "dev", "lvt0"))
                .isEqualTo(before);
        assertThat(inside().run("ip", "-6", "address", "show", "dev", "lvt0")).doesNotContain("2001:db8");
        assertThat(program.end()).isZero();
        assertThat(inside().run("ip", "link", "show", "dev", "lvt0"))
                .contains("mtu 1400")
                .contains("qlen 77");
    }

    @Test
    void aMultiQueueDeviceCanBeUsed() throws Exception {
        inside().run("ip", "tuntap", "add", "dev", "lvt0", "mode", "tun", "multi_queue");
        var program = start("echo", "tun:lvt0");
        assertThat(program.line()).isEqualTo("ready 1500 attached");
        assertThat(program.end()).isZero();
    }

    @Test
    void packetsForADeviceThatIsDownAreDroppedAndCounted() throws Exception {
        inside().run("ip", "tuntap", "add", "dev", "lvt0", "mode", "tun");
        var program = start("one", "tun:lvt0");
        assertThat(program.line()).isEqualTo("ready 1500 attached");
        assertThat(program.line()).endsWith("transmitted 0 packets (0 bytes), dropped 1");
        assertThat(program.end()).isZero();
    }

    /// The kernel is told who has our addresses, for this program does not answer when it asks.
    @Test
    void aTapDeviceCarriesEthernetFramesOfTheWholeMtu() throws Exception {
        var program = start("echo", "tap:lvt0", V4_AND_V6[0], V4_AND_V6[1]);
        assertThat(program.line()).isEqualTo("ready 1500 created");
        assertThat(inside().run("ip", "-d", "link", "show", "dev", "lvt0")).contains("link/ether", "type tap");
        for (var address : List.of("198.18.0.2", "2001:db8::2")) {
            inside().run("ip", "neigh", "replace", address, "lladdr", "02:00:00:00:00:02", "dev", "lvt0");
        }
        // No address is still being asked for, so the kernel can speak from it at once.
        assertThat(inside().run("ip", "-6", "address", "show", "dev", "lvt0", "scope", "global"))
                .contains("inet6 2001:db8::1/64 scope global nodad");
        assertThat(inside().run("ping", "-c", "3", "-i", "0.01", "-W", "5", "-s", "1472", "-M", "do", "198.18.0.2"))
                .contains(" 0% packet loss");
        assertThat(inside().run("ping", "-c", "3", "-i", "0.01", "-W", "5", "-s", "1452", "2001:db8::2"))
                .contains(" 0% packet loss");
        assertThat(program.end()).isZero();
        assertThat(inside().code("ip", "link", "show", "dev", "lvt0")).isNotZero();
    }

    @Test
    void anExistingTapDeviceIsUsed() throws Exception {
        inside().run("ip", "tuntap", "add", "dev", "lvt0", "mode", "tap");
        inside().run("ip", "link", "set", "lvt0", "mtu", "9000", "up");
        inside().run("ip", "address", "add", "198.18.0.1/24", "dev", "lvt0");
        inside().run("ip", "neigh", "replace", "198.18.0.2", "lladdr", "02:00:00:00:00:02", "dev", "lvt0");
        var program = start("echo", "tap:lvt0");
        assertThat(program.line()).isEqualTo("ready 9000 attached");
        assertThat(inside().run("ping", "-c", "1", "-W", "5", "-s", "8972", "-M", "do", "198.18.0.2"))
                .contains(" 0% packet loss");
        assertThat(program.end()).isZero();
    }

    @Test
    void aDeviceThatIsNoTapDeviceIsRefused() throws Exception {
        inside().run("ip", "tuntap", "add", "dev", "lvt0", "mode", "tun");
        assertRefused(start("echo", "tap:lvt0"), "the device lvt0 exists and is not a TAP device; choose another name");
    }

    /// Once the compiler is done: the last of several rounds counts.
    @Test
    @Tag("full")
    void aPacketWrittenAllocatesNothing() throws Exception {
        var program = start("write", "tun:lvt0", "198.18.0.1/24");
        var output = program.rest();
        var last = Pattern.compile("ns each, ([0-9.]+) bytes allocated each\\nreceived")
                .matcher(output);
        assertThat(last.find()).as(output).isTrue();
        assertThat(Double.parseDouble(last.group(1))).as(output).isLessThan(0.5);
        assertThat(program.end()).isZero();
    }

    @Test
    void aDeviceThatIsRemovedEndsTheLink() throws Exception {
        var program = start("echo", "tun:lvt0");
        assertThat(program.line()).isEqualTo("ready 1500 created");
        inside().run("ip", "link", "del", "dev", "lvt0");
        assertThat(program.line()).isEqualTo("ended: the device of tun:lvt0 was removed");
        assertThat(program.end()).isZero();
    }

    @Test
    void aDeviceThatIsNoTunDeviceIsRefused() throws Exception {
        assertRefused(start("echo", "tun:lo"), "the device lo exists and is not a TUN device; choose another name");
        inside().run("ip", "tuntap", "add", "dev", "lvt0", "mode", "tap");
        assertRefused(start("echo", "tun:lvt0"), "the device lvt0 exists and is not a TUN device; choose another name");
    }

    @Test
    void aDeviceInUseIsRefused() throws Exception {
        var first = start("echo", "tun:lvt0");
        assertThat(first.line()).isEqualTo("ready 1500 created");
        assertRefused(
                start("echo", "tun:lvt0"),
                "the device lvt0 is in use by another program; stop that, or choose another name");
        assertThat(first.end()).isZero();
    }

    @Test
    void anAddressThatTheKernelRefusesLeavesNoDevice() throws Exception {
        assertRefused(
                start("echo", "tun:lvt0", "2001:db8::1/64", "2001:db8::1/64"),
                "the device lvt0 cannot be given the address 2001:db8::1/64: RTM_NEWADDR failed: File exists (error 17)");
        assertThat(inside().code("ip", "link", "show", "dev", "lvt0")).isNotZero();
    }

    @Test
    void ipv6ThatIsSwitchedOffIsSaidSo() throws Exception {
        inside().run("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1");
        assertRefused(
                start("echo", "tun:lvt0", "2001:db8::1/64"),
                "this machine has IPv6 switched off, so lvt0 cannot be given 2001:db8::1/64");
    }

    /// Root without the capability, which is what the kernel asks for.
    @Test
    void whoMayNotMakeDevicesIsToldWhatToDo() throws Exception {
        var without = List.of("setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin");
        assertRefused(
                inside().tun(without, "echo", "tun:lvt0"),
                "no permission to create the device lvt0; run as root, or give Java the capability CAP_NET_ADMIN,"
                        + " or let root prepare it: ip tuntap add dev lvt0 mode tun user USER");
        inside().run("ip", "tuntap", "add", "dev", "lvt1", "mode", "tun", "user", "daemon");
        assertRefused(
                inside().tun(without, "echo", "tun:lvt1"),
                "no permission to use the device lvt1, which belongs to another user; run as root, or give Java"
                        + " the capability CAP_NET_ADMIN");
    }

    private static void assertRefused(Namespace.Running program, String sentence) throws Exception {
        assertThat(program.line()).isEqualTo("refused: " + sentence);
        assertThat(program.finish()).isEqualTo(2);
    }
}
