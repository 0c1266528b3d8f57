package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `packet:IF`: two of them as a bump in the wire between two kernels with all their offloads on.
///
/// A kernel believes the checksum of a frame that says it is not there yet. What went wrong with it on
/// the way shows only where somebody computes it: so the tests run also with an egress that leaves
/// nothing to its device.
@RealNetwork({"curl", "nginx", "ping", "ethtool", "dumpcap", "tshark", "setpriv"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PacketLinkTest {
    private static final long LONGEST_WITHOUT_OFFLOADS = 1518;

    private final PacketLab packets = new PacketLab();
    private final Lab lab = packets.lab();
    private final Payload payload;
    private final Payload small;

    PacketLinkTest() throws IOException, InterruptedException {
        var root = lab.newDirectory("root");
        payload = Payload.create(root.resolve("file"), 64 * Payload.MIB);
        small = Payload.create(root.resolve("small"), 4 * Payload.MIB);
    }

    @AfterAll
    void end() throws IOException {
        packets.close();
    }

    /// From nothing: the peers ask for each other's addresses first.
    @ParameterizedTest
    @EnumSource
    void addressesAreAskedForAndPingsPass(Family family) throws Exception {
        for (var peer : List.of(packets.client(), packets.server())) {
            packets.in(peer, "ip neigh flush all");
        }
        var program = packets.carry();
        packets.ping(family, 0);
        assertThat(packets.stop(program).out()).contains("dropped 0\n").doesNotContain("discarded");
    }

    /// It may speak on its link-local address: nobody else has to do with that.
    @Test
    void whatTheMachineItselfSendsIsNotCarried() throws Exception {
        var program = packets.carry();
        long before = echoRequestsAtServer();
        var own = "fe80::99/64 dev " + PacketLab.OUTSIDE;
        packets.in(packets.middle(), "ip addr add " + own + " nodad");
        // Nobody has to answer.
        lab.run(Tools.path("ping"), "-n", "-c", "1", "-W", "1", "ff02::1%" + PacketLab.OUTSIDE);
        packets.in(packets.middle(), "ip addr del " + own);
        packets.ping(Family.V6, 0);
        // What was carried would have arrived before these three.
        assertThat(echoRequestsAtServer() - before).isEqualTo(3);
        packets.stop(program);
    }

    private long echoRequestsAtServer() throws IOException, InterruptedException {
        return packets.in(packets.server(), Tools.path("cat") + " /proc/net/snmp6")
                .out()
                .lines()
                .filter(line -> line.startsWith("Icmp6InEchos "))
                .mapToLong(line -> Long.parseLong(line.substring(13).strip()))
                .sum();
    }

    @ParameterizedTest
    @CsvSource({"V4, false", "V4, true", "V6, false", "V6, true"})
    void filesComeAsTheyWereInSegmentsOf64KiB(Family family, boolean up) throws Exception {
        var program = packets.carry();
        var from = up ? packets.client() : packets.server();
        assertThat(packets.fetch(family, 0, from, payload.file())).isEqualTo(payload.sha256());
        var said = packets.stop(program).out();
        assertThat(said).contains("dropped 0\n").doesNotContain("discarded");
        assertThat(longest(said)).isGreaterThan(LONGEST_WITHOUT_OFFLOADS);
    }

    private static long longest(String said) {
        return said.lines()
                .filter(line -> line.startsWith("longest "))
                .mapToLong(line -> Long.parseLong(line.substring(8)))
                .sum();
    }

    /// The middle's kernel completes checksums and cuts segments as our header tells it, and tshark sees
    /// what comes out.
    @ParameterizedTest
    @EnumSource
    void whatThePeersLeaveToTheDeviceIsDoneRight(Family family) throws Exception {
        packets.deviceOffloads(false, PacketLab.OUTSIDE, PacketLab.INSIDE);
        try {
            var capture = lab.directory().resolve(family + ".pcapng");
            var program = packets.carry();
            var filter = "src " + packets.address(family, 0, packets.server());
            var recorder = lab.start(
                            packets.client(),
                            List.of(
                                    Tools.path("dumpcap"),
                                    "-q",
                                    "-i",
                                    PacketLab.PEER,
                                    "-f",
                                    filter,
                                    "-w",
                                    capture.toString()))
                    .awaitErr("File: ");
            assertThat(packets.fetch(family, 0, packets.server(), small.file())).isEqualTo(small.sha256());
            recorder.signal("INT");
            recorder.awaitEnd().expect(0);
            var said = packets.stop(program).out();
            assertThat(longest(said)).isGreaterThan(LONGEST_WITHOUT_OFFLOADS);
            assertThat(said).contains("dropped 0\n").doesNotContain("discarded");

            var seen = Tshark.read(lab, capture);
            assertThat(seen.broken()).isEmpty();
            // Cut into segments. The recorder may not have seen the last of them.
            assertThat(seen.packetCount(Tshark.Packet::tcp)).isGreaterThan(small.bytes() / 15_000);
            assertThat(seen.packets()).noneMatch(packet -> packet.tcp() && packet.number("tcp.len") > 1_460);
        } finally {
            packets.deviceOffloads(true, PacketLab.OUTSIDE, PacketLab.INSIDE);
        }
    }

    /// A kernel takes the tag out and puts it beside the frame. Ports of a switch add and remove them, so
    /// that this needs no kernel that knows virtual LANs; and they take nothing that has not the very
    /// tag, priority included.
    @ParameterizedTest
    @CsvSource({"81006005, true", "8100c006, false", "88a8e007, true", "88a80008, false"})
    void tagsAreKept(String tag, boolean deviceOffloads) throws Exception {
        var ports = packets.tagged(tag);
        int network = Integer.parseInt(tag.substring(6));
        packets.addresses("tagged", network);
        packets.deviceOffloads(deviceOffloads, "trunk-a", "trunk-b");
        try {
            var program = packets.start("trunk-a", "trunk-b").awaitOut("ready");
            for (var family : Family.values()) {
                packets.ping(family, network);
                for (var from : List.of(packets.client(), packets.server())) {
                    assertThat(packets.fetch(family, network, from, small.file()))
                            .isEqualTo(small.sha256());
                }
            }
            for (var each : List.of(program, ports.get(0), ports.get(1))) {
                var said = packets.stop(each).out();
                assertThat(longest(said)).isGreaterThan(LONGEST_WITHOUT_OFFLOADS);
                assertThat(said).contains("dropped 0\n", "\n0 wrong tags\n").doesNotContain("discarded");
            }
        } finally {
            packets.removeTagged();
        }
    }

    @Test
    void anInterfaceThatGoesDownComesBackAndOneThatIsRemovedEndsTheLink() throws Exception {
        var middle = packets.middle();
        packets.in(middle, "ip link add name gone type veth peer name still");
        packets.in(middle, "ip link set gone up");
        packets.in(middle, "ip link set still up");
        var program = packets.start(PacketLab.OUTSIDE, "gone").awaitOut("ready");
        packets.in(middle, "ip link set gone down");
        packets.in(middle, "ip link set gone up");
        assertThat(program.alive()).isTrue();
        packets.in(middle, "ip link del gone");
        program.awaitOut("ended: the interface of packet:gone was removed");
    }

    @Test
    void anInterfaceThatWasDownCarriesAgain() throws Exception {
        var program = packets.carry();
        packets.ping(Family.V4, 0);
        packets.in(packets.middle(), "ip link set " + PacketLab.OUTSIDE + " down");
        packets.in(packets.middle(), "ip link set " + PacketLab.OUTSIDE + " up");
        packets.ping(Family.V4, 0);
        packets.stop(program);
    }

    private void assertRefused(Program program, String sentence) throws InterruptedException {
        var result = program.awaitEnd().expect(2);
        assertThat(result.err()).isEqualTo(sentence + "\n");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void aMissingInterfaceIsNamed() throws Exception {
        assertRefused(
                packets.start("levee9", PacketLab.INSIDE),
                "there is no network interface levee9; `ip link` lists those that there are");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lo", "levee-tun"})
    void anInterfaceThatIsNotOfEthernetIsRefused(String name) throws Exception {
        if (!name.equals("lo")) {
            packets.in(packets.middle(), "ip tuntap add dev " + name + " mode tun");
        }
        assertRefused(
                packets.start(name, PacketLab.INSIDE),
                "the interface " + name + " is not one of Ethernet; use a network card's, or one of a veth pair, or "
                        + "tun:NAME for IP packets");
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.9.1/24", "2001:db8:9::1/64"})
    void anInterfaceThatCarriesAnAddressIsRefusedAndTheCommandHelps(String address) throws Exception {
        var bare = address.substring(0, address.indexOf('/'));
        packets.in(packets.middle(), "ip addr add " + address + " dev " + PacketLab.OUTSIDE);
        assertThat(packets.start(PacketLab.OUTSIDE, PacketLab.INSIDE)
                        .awaitEnd()
                        .expect(2)
                        .err())
                .matches("the interface outside carries the address (" + bare + "|2001:db8:9:0:0:0:0:1), so this "
                        + "machine would answer beside Levee; remove it with `ip address flush dev outside scope "
                        + "global`\n");
        packets.in(packets.middle(), "ip address flush dev outside scope global");
        packets.stop(packets.carry());
    }

    @Test
    void anInterfaceThatIsDownIsRefused() throws Exception {
        packets.in(packets.middle(), "ip link add name lower type veth peer name upper");
        assertRefused(
                packets.start("lower", PacketLab.INSIDE),
                "the interface lower is down; bring it up with `ip link set dev lower up`");
    }

    @Test
    void oneLinkOfThisProcessIsEnoughForAnInterface() throws Exception {
        assertRefused(
                packets.start(PacketLab.INSIDE, PacketLab.INSIDE),
                "the interface inside is used by this process already; choose another one");
    }

    @Test
    void withoutThePrivilegeTheUserIsTold() throws Exception {
        assertRefused(
                packets.start(
                        List.of(Tools.path("setpriv"), "--bounding-set=-net_raw", "--inh-caps=-net_raw"),
                        PacketLab.OUTSIDE,
                        PacketLab.INSIDE),
                "no permission to take over the interface outside; run as root, or give Java the capability "
                        + "CAP_NET_RAW");
    }
}
