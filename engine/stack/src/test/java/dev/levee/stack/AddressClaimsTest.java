package dev.levee.stack;

import static dev.levee.stack.Ether.PEER;
import static dev.levee.stack.Ether.PEER_V4;
import static dev.levee.stack.Ether.SECOND;
import static dev.levee.stack.Ether.mac;
import static dev.levee.stack.Ether.only;
import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.stack.EthernetConfig.DuplicateDetection;
import dev.levee.wire.Arp;
import dev.levee.wire.Bytes;
import dev.levee.wire.DropReason;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.MacAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our addresses: announced, asked for before they are used, defended.
class AddressClaimsTest {
    private static final EthernetConfig CAREFUL =
            new EthernetConfig(new MacAddress(Ether.OURS), List.of(), DuplicateDetection.ALL, false);
    private static final IpAddress LINK_LOCAL = IpAddress.parse("fe80::ff:fe00:2");
    private static final String ANNOUNCEMENT = "all ARP who has 198.18.0.2 tell 198.18.0.2";
    private static final String PROBE = "all ARP who has 198.18.0.2 tell 0.0.0.0";

    private static double seconds(String line) {
        return Double.parseDouble(line.substring(0, line.indexOf(' ')));
    }

    @Test
    @Rfc({"5227:2.3", "4861:7.2.6"})
    void withoutDetectionAddressesAreAnnouncedAndWorkAtOnce() {
        var ether = new Ether(Ether.PLAIN);
        assertThat(ether.ask(PEER_V4, PEER, Ether.US_V4)).isEqualTo(DropReason.NONE);
        var lines = ether.run(20 * SECOND);
        assertThat(only(lines, ANNOUNCEMENT)).hasSize(2);
        var times = lines.stream().filter(line -> line.endsWith(ANNOUNCEMENT)).toList();
        assertThat(times.get(0)).startsWith("0.0 ");
        assertThat(times.get(1)).startsWith("2.0 ");
        assertThat(only(lines, "NA"))
                .containsExactly(
                        "group-00:00:00:01 NA 2001:db8::2 override to ff02::1",
                        "group-00:00:00:01 NA " + LINK_LOCAL + " override to ff02::1");
        assertThat(ether.stack.addressesSettled()).isTrue();
    }

    @Test
    @Rfc({"3810:6.1", "4861:7.2.1"})
    void ourGroupsAreReportedTwiceAtTheStart() {
        var lines = new Ether(Ether.PLAIN).run(20 * SECOND);
        assertThat(only(lines, "MLD"))
                .containsOnly("group-00:00:00:16 MLD from " + LINK_LOCAL)
                .hasSize(2);
        assertThat(seconds(lines.stream()
                        .filter(line -> line.contains("MLD"))
                        .toList()
                        .getLast()))
                .isLessThanOrEqualTo(1);
        // Before the address of the report may be used, it comes from nobody.
        assertThat(only(new Ether(CAREFUL).sent(), "MLD")).containsExactly("group-00:00:00:16 MLD from ::");
    }

    /// Within the time that the query allows, and no more than once for several queries.
    @ParameterizedTest
    @ValueSource(ints = {20, 16})
    @Rfc({"3810:5.1.14", "3810:6.2"})
    void whoAsksForOurGroupsIsAnswered(int bodyBytes) {
        var ether = Ether.settled(Ether.PLAIN);
        assertThat(query(ether, "fe80::1", 1, bodyBytes)).isEqualTo(DropReason.NONE);
        assertThat(query(ether, "fe80::1", 1, bodyBytes)).isEqualTo(DropReason.NONE);
        assertThat(only(ether.run(2 * SECOND), "")).containsExactly("group-00:00:00:16 MLD answer from " + LINK_LOCAL);
        assertThat(ether.run(10 * SECOND)).isEmpty();
        // From beyond the link, or forwarded.
        assertThat(query(ether, "2001:db8::1", 1, bodyBytes)).isEqualTo(DropReason.BAD_NEIGHBOUR_MESSAGE);
        assertThat(query(ether, "fe80::1", 2, bodyBytes)).isEqualTo(DropReason.BAD_NEIGHBOUR_MESSAGE);
        assertThat(ether.run(10 * SECOND)).isEmpty();
    }

    /// A general query that allows two seconds.
    private static DropReason query(Ether ether, String from, int hopLimit, int bodyBytes) {
        var packet = FrameSlab.single(1500);
        var all = IpAddress.parse("ff02::1");
        Packets.icmp(packet, false, IpAddress.parse(from), all, 130, 0, 2_000 << 16, new byte[bodyBytes]);
        Bytes.put8(packet.memory(), packet.offset() + 7, hopLimit);
        return ether.receiveIp(packet, Ether.ROUTER, MacAddress.ofGroupV6(1));
    }

    @Test
    @Rfc("5227:2.1.1")
    void anIpv4AddressIsProbedThreeTimesThenAnnounced() {
        var ether = new Ether(CAREFUL, Limits.DEFAULT, "198.18.0.2/24");
        var lines = ether.run(20 * SECOND);
        assertThat(only(lines, "")).containsExactly(PROBE, PROBE, PROBE, ANNOUNCEMENT, ANNOUNCEMENT);
        assertThat(seconds(lines.get(0))).isBetween(0.0, 1.0);
        for (int i = 1; i < 3; i++) {
            assertThat(seconds(lines.get(i)) - seconds(lines.get(i - 1))).isBetween(0.9, 2.1);
        }
        for (int i = 3; i < 5; i++) {
            assertThat(seconds(lines.get(i)) - seconds(lines.get(i - 1))).isBetween(1.9, 2.1);
        }
    }

    @Test
    @Rfc("4862:5.4.2")
    void anIpv6AddressIsProbedOnceFromNobodyThenUsed() {
        var ether = new Ether(CAREFUL, Limits.DEFAULT, "2001:db8::2/64");
        assertThat(ether.stack.addressesSettled()).isFalse();
        var lines = ether.run(20 * SECOND);
        var ours = lines.stream().filter(line -> line.contains("2001:db8::2")).toList();
        assertThat(only(ours, ""))
                .containsExactly(
                        "group-ff:00:00:02 NS 2001:db8::2 from :: to ff02::1:ff00:2",
                        "group-00:00:00:01 NA 2001:db8::2 override to ff02::1");
        assertThat(seconds(ours.get(0))).isBetween(0.0, 1.0);
        assertThat(seconds(ours.get(1)) - seconds(ours.get(0))).isBetween(0.9, 1.1);
        assertThat(only(lines, LINK_LOCAL.toString())).isNotEmpty();
        assertThat(ether.stack.addressesSettled()).isTrue();
        assertThat(ether.stack.duplicates()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("4862:5.4")
    void untilItIsSureNothingIsTakenForAnAddressAndNothingSentFromIt(boolean v4) throws SocketException {
        var ether = new Ether(CAREFUL);
        ether.sent();
        assertThat(ether.ping(Ether.peer(v4), PEER)).isEqualTo(DropReason.NOT_OURS);
        ether.ask(Ether.peer(v4), PEER, Ether.us(v4));
        ether.connect(Ether.peer(v4));
        assertThat(only(ether.sent(), "198.18.0.1")).isEmpty();
        assertThat(ether.stack.neighbours()).isEmpty();
        ether.run(10 * SECOND);
        assertThat(ether.ping(Ether.peer(v4), PEER)).isEqualTo(DropReason.NONE);
        assertThat(only(ether.sent(), "")).contains(Ether.asks(Ether.peer(v4)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"5227:2.1.1", "4862:5.4.4"})
    void anAddressThatAnswersIsNeverUsed(boolean v4) {
        var ether = new Ether(CAREFUL);
        ether.run(SECOND);
        ether.announce(Ether.us(v4), mac(7));
        var lines = ether.run(20 * SECOND);
        assertThat(only(lines, v4 ? ANNOUNCEMENT : "NA 2001:db8::2")).isEmpty();
        assertThat(ether.stack.addressesSettled()).isTrue();
        assertThat(ether.stack.duplicates()).containsExactly(new Stack.Duplicate(Ether.us(v4), new MacAddress(mac(7))));
        assertThat(ether.ask(Ether.peer(v4), PEER, Ether.us(v4))).isEqualTo(DropReason.NEIGHBOUR_UNRELATED);
        assertThat(ether.sent()).isEmpty();
        // The other family works.
        assertThat(ether.ping(Ether.peer(!v4), PEER)).isEqualTo(DropReason.NONE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"5227:2.1.1", "4862:5.4.3"})
    void twoThatAskForTheSameAddressAtOnceBothLeaveIt(boolean v4) {
        var ether = new Ether(CAREFUL);
        ether.run(SECOND);
        ether.ask(v4 ? IpAddress.ANY_V4 : IpAddress.ANY_V6, mac(7), Ether.us(v4));
        assertThat(ether.stack.duplicates()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"5227:2.4", "4861:7.2.4"})
    void whoProbesForOurAddressLearnsThatItIsTaken(boolean v4) {
        var ether = Ether.settled(Ether.PLAIN);
        ether.ask(v4 ? IpAddress.ANY_V4 : IpAddress.ANY_V6, mac(7), Ether.us(v4));
        assertThat(only(ether.sent(), ""))
                .containsExactly(
                        v4
                                ? "07 ARP 198.18.0.2 is here, 0.0.0.0 07"
                                : "group-00:00:00:01 NA 2001:db8::2 override to ff02::1");
        assertThat(ether.stack.counters().get(StackCounters.ADDRESS_CONFLICTS)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("5227:2.4")
    void anAddressInUseIsDefendedOnceInTenSeconds(boolean v4) {
        var ether = Ether.settled(Ether.PLAIN);
        var defence = v4 ? ANNOUNCEMENT : "group-00:00:00:01 NA 2001:db8::2 override to ff02::1";
        assertThat(ether.announce(Ether.us(v4), mac(7))).isEqualTo(DropReason.BAD_SOURCE);
        assertThat(only(ether.sent(), "")).containsExactly(defence);
        ether.now += 10 * SECOND - 1;
        ether.announce(Ether.us(v4), mac(7));
        assertThat(ether.sent()).isEmpty();
        ether.now += 1;
        ether.announce(Ether.us(v4), mac(7));
        assertThat(only(ether.sent(), "")).containsExactly(defence);
        assertThat(ether.stack.counters().get(StackCounters.ADDRESS_CONFLICTS)).isEqualTo(3);
        assertThat(ether.stack.neighbours()).isEmpty();
        assertThat(ether.ping(Ether.peer(v4), PEER)).isEqualTo(DropReason.NONE);
    }

    @Test
    void ourOwnFramesComingBackAreNoConflict() {
        var ether = Ether.settled(CAREFUL);
        assertThat(ether.arp(MacAddress.BROADCAST.bits(), Arp.REQUEST, Ether.OURS, Ether.US_V4, 0, Ether.US_V4))
                .isEqualTo(DropReason.BAD_SOURCE);
        assertThat(ether.stack.counters().get(StackCounters.ADDRESS_CONFLICTS)).isZero();
    }
}
