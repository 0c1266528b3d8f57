package dev.levee.stack;

import static dev.levee.stack.Ether.OURS;
import static dev.levee.stack.Ether.PEER;
import static dev.levee.stack.Ether.PEER_V4;
import static dev.levee.stack.Ether.PEER_V6;
import static dev.levee.stack.Ether.SECOND;
import static dev.levee.stack.Ether.US_V4;
import static dev.levee.stack.Ether.mac;
import static dev.levee.stack.Ether.only;
import static dev.levee.stack.Ether.peer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.CloseCause.IcmpReason;
import dev.levee.wire.Arp;
import dev.levee.wire.Bytes;
import dev.levee.wire.DropReason;
import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Fragmenter;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.MacAddress;
import dev.levee.wire.NdpWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The states of a neighbour and the times of each, for both families: RFC 4861 §7.3 and its Appendix C.
class NeighboursTest {
    /// Longer than any time of reachability: 1.5 times 30 s.
    private static final long UNREACHABLE_SURELY = 46 * SECOND;
    /// Shorter than any: half of 30 s.
    private static final long REACHABLE_SURELY = 14 * SECOND;

    private final Ether ether = Ether.settled(Ether.PLAIN);

    private void resolve(boolean v4) {
        ether.ping(peer(v4), PEER);
        ether.sent();
        ether.answer(peer(v4), PEER);
        ether.sent();
        assertThat(ether.known(peer(v4))).isEqualTo("REACHABLE 01");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("4861:7.2.2")
    void aPacketWaitsUntilItsNeighbourHasAnswered(boolean v4) {
        assertThat(ether.ping(peer(v4), PEER)).isEqualTo(DropReason.NONE);
        assertThat(only(ether.sent(), "")).containsExactly(Ether.asks(peer(v4)));
        assertThat(ether.known(peer(v4))).isEqualTo("INCOMPLETE");

        assertThat(ether.answer(peer(v4), mac(9))).isEqualTo(DropReason.NONE);
        assertThat(ether.known(peer(v4))).isEqualTo("REACHABLE 09");
        assertThat(only(ether.sent(), ""))
                .singleElement()
                .asString()
                .startsWith("09 ")
                .contains("ECHO_REPLY");
        ether.ping(peer(v4), PEER);
        assertThat(only(ether.sent(), "")).singleElement().asString().startsWith("09 ");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("4861:7.2.2")
    void threeSolicitationsASecondApartAndItsConnectionsAreTold(boolean v4) throws SocketException {
        var socket = ether.connect(peer(v4));
        var lines = ether.run(2 * SECOND + SECOND / 2);
        assertThat(only(lines, "")).containsOnly(Ether.asks(peer(v4))).hasSize(3);
        assertThat(lines.stream().map(line -> line.split(" ", 2)[0])).containsExactly("10.0", "11.0", "12.0");
        assertThat(ether.stack.counters().get(StackCounters.NEIGHBOURS_UNREACHABLE))
                .isZero();
        assertThat(ether.known(peer(v4))).isEqualTo("INCOMPLETE");

        // The SYN's repetitions waited with it, and make it be asked for again.
        ether.run(SECOND);
        assertThat(ether.stack.counters().get(StackCounters.NEIGHBOURS_UNREACHABLE))
                .isEqualTo(1);
        while (socket.cause() == null) {
            ether.run(10 * SECOND);
        }
        assertThat(socket.cause()).isEqualTo(new CloseCause.Unreachable(IcmpReason.HOST, 0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("4861:7.2.2")
    void threePacketsWaitAndTheNewestReplaceTheOldest(boolean v4) {
        for (int i = 1; i <= 5; i++) {
            var packet = FrameSlab.single(1500);
            Packets.icmp(packet, v4, peer(v4), Ether.us(v4), v4 ? 8 : 128, 0, i, new byte[8]);
            ether.receiveIp(packet, PEER, OURS);
            ether.sent();
        }
        ether.answer(peer(v4), PEER);
        var lines = ether.sent();
        assertThat(lines).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(lines.get(i)).contains("seq " + (i + 3));
        }
        assertThat(ether.stack.counters().get(StackCounters.NEIGHBOUR_PACKETS_DROPPED))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"4861:7.3.3", "4861:7.3.2"})
    void afterItsTimeANeighbourIsUsedForFiveSecondsAndThenProbed(boolean v4) {
        resolve(v4);
        ether.run(REACHABLE_SURELY);
        ether.ping(peer(v4), PEER);
        assertThat(ether.sent()).hasSize(1);
        assertThat(ether.known(peer(v4))).isEqualTo("REACHABLE 01");

        assertThat(ether.run(UNREACHABLE_SURELY))
                .as("nothing happens by itself")
                .isEmpty();
        ether.ping(peer(v4), PEER);
        assertThat(ether.sent())
                .as("sent at once")
                .singleElement()
                .asString()
                .contains("01 ")
                .contains("ECHO");
        assertThat(ether.known(peer(v4))).isEqualTo("DELAY 01");

        assertThat(ether.run(5 * SECOND - 1)).isEmpty();
        assertThat(ether.known(peer(v4))).isEqualTo("DELAY 01");
        ether.now += 1;
        assertThat(only(ether.sent(), "")).containsExactly(Ether.probes(peer(v4), 1));
        assertThat(ether.known(peer(v4))).isEqualTo("PROBE 01");

        ether.answer(peer(v4), PEER);
        assertThat(ether.known(peer(v4))).isEqualTo("REACHABLE 01");
        assertThat(ether.run(10 * SECOND)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("4861:7.3.3")
    void threeProbesWithoutAnswerAndItIsForgottenAndAskedForAnew(boolean v4) {
        resolve(v4);
        ether.run(UNREACHABLE_SURELY);
        ether.ping(peer(v4), PEER);
        assertThat(ether.sent()).hasSize(1);
        var probes = ether.run(5 * SECOND + 2 * SECOND);
        assertThat(only(probes, "")).containsOnly(Ether.probes(peer(v4), 1)).hasSize(3);
        // Meanwhile its address is still used.
        ether.ping(peer(v4), PEER);
        assertThat(ether.sent()).singleElement().asString().contains("ECHO");
        assertThat(ether.run(SECOND)).isEmpty();
        ether.sent();
        assertThat(ether.known(peer(v4))).isEqualTo("none");
        assertThat(ether.stack.counters().get(StackCounters.NEIGHBOURS_UNREACHABLE))
                .isEqualTo(1);

        ether.ping(peer(v4), PEER);
        assertThat(only(ether.sent(), "")).containsExactly(Ether.asks(peer(v4)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("4861:7.3.1")
    void theProgressOfAConnectionSavesTheProbe(boolean v4) throws SocketException {
        resolve(v4);
        ether.run(UNREACHABLE_SURELY);
        var socket = ether.connect(peer(v4));
        assertThat(only(ether.sent(), "[SYN]")).hasSize(1);
        assertThat(ether.known(peer(v4))).isEqualTo("DELAY 01");

        int iss = socket.connection().sndUna();
        // An acknowledgement of something never sent proves nothing.
        ether.receiveIp(Packets.tcp(peer(v4), 80, Ether.us(v4), 40_000, 0x12, 5, iss + 2, 0), PEER, OURS);
        assertThat(ether.known(peer(v4))).isEqualTo("DELAY 01");
        ether.receiveIp(Packets.tcp(peer(v4), 80, Ether.us(v4), 40_000, 0x12, 5, iss + 1, 0), PEER, OURS);
        assertThat(ether.known(peer(v4))).isEqualTo("REACHABLE 01");
        assertThat(only(ether.run(10 * SECOND), "who has")).isEmpty();
        assertThat(only(ether.run(10 * SECOND), "NS")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"9293:MUST-20", "9293:MUST-22"})
    void aConnectionThatSendsInVainHasItsNextHopAsked(boolean v4) throws SocketException {
        resolve(v4);
        ether.connect(peer(v4));
        var before = ether.run(6 * SECOND);
        assertThat(only(before, "[SYN]")).hasSize(3);
        assertThat(only(before, Ether.probes(peer(v4), 1)))
                .as("R1 is not reached")
                .isEmpty();
        assertThat(ether.known(peer(v4))).isEqualTo("REACHABLE 01");

        var lines = ether.run(4 * SECOND - 1);
        assertThat(only(lines, Ether.probes(peer(v4), 1)))
                .as("long before its time")
                .hasSize(3);
        ether.now += 1;
        assertThat(ether.sent()).isEmpty();
        assertThat(ether.known(peer(v4))).isEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoAnswersThatQuestionIsAskedOnce(boolean v4) throws SocketException {
        resolve(v4);
        ether.connect(peer(v4));
        ether.run(6 * SECOND);
        assertThat(only(ether.run(SECOND), Ether.probes(peer(v4), 1))).hasSize(1);
        ether.answer(peer(v4), PEER);
        assertThat(ether.known(peer(v4))).isEqualTo("REACHABLE 01");
        assertThat(only(ether.run(7 * SECOND), Ether.probes(peer(v4), 1))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoHasJustShownThatItIsThereIsNotAskedForAConnectionInVain(boolean v4) throws SocketException {
        resolve(v4);
        var lucky = ether.stack.connect(ether.now, null, 40_001, peer(v4), 80, SocketOptions.DEFAULT);
        ether.connect(peer(v4));
        ether.run(6 * SECOND + SECOND / 2);
        int iss = lucky.connection().sndUna();
        ether.receiveIp(Packets.tcp(peer(v4), 80, Ether.us(v4), 40_001, 0x12, 5, iss + 1, 0), PEER, OURS);
        assertThat(only(ether.run(SECOND), Ether.probes(peer(v4), 1))).isEmpty();
        assertThat(ether.known(peer(v4))).isEqualTo("REACHABLE 01");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"4861:7.2.5", "826"})
    void whatNobodyAskedForIsNotRemembered(boolean v4) {
        assertThat(ether.answer(peer(v4), PEER)).isEqualTo(DropReason.NEIGHBOUR_UNRELATED);
        assertThat(ether.announce(peer(v4), PEER)).isEqualTo(DropReason.NEIGHBOUR_UNRELATED);
        assertThat(ether.stack.neighbours()).isEmpty();
        assertThat(ether.sent()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"4861:7.2.5", "826"})
    void anAnnouncedChangeIsTakenAndProbedWhenUsed(boolean v4) {
        resolve(v4);
        assertThat(ether.announce(peer(v4), PEER)).isEqualTo(DropReason.NONE);
        assertThat(ether.known(peer(v4))).as("nothing new").isEqualTo("REACHABLE 01");

        ether.announce(peer(v4), mac(9));
        assertThat(ether.known(peer(v4))).isEqualTo("STALE 09");
        ether.ping(peer(v4), PEER);
        assertThat(only(ether.sent(), "ECHO")).singleElement().asString().startsWith("09 ");
        assertThat(only(ether.run(5 * SECOND), "")).containsExactly(Ether.probes(peer(v4), 9));
    }

    /// Whoever filters neighbour discovery in the network may not see what fragments hold.
    @Test
    @Rfc("6980:5")
    void neighbourDiscoveryInFragmentsIsIgnored() throws SocketException {
        var ether = Ether.settled(Ether.PLAIN);
        ether.connect(Ether.PEER_V6);
        ether.sent();
        var answer = FrameSlab.single(1500);
        var us = Ether.US_V6;
        NdpWriter.advertise(answer, Ether.PEER_V6.high(), Ether.PEER_V6.low(), Ether.PEER, us.high(), us.low());
        var piece = FrameSlab.single(1500);
        // All of it in one, which says that it is a fragment.
        Fragmenter.write(answer, 0, 1500, 7, piece);
        assertThat(ether.receiveIp(piece, Ether.PEER, Ether.OURS)).isEqualTo(DropReason.BAD_NEIGHBOUR_MESSAGE);
        int next = Fragmenter.write(answer, 0, 48 + 16, 8, piece);
        assertThat(ether.receiveIp(piece, Ether.PEER, Ether.OURS)).isEqualTo(DropReason.NONE);
        Fragmenter.write(answer, next, 1500, 8, piece);
        assertThat(ether.receiveIp(piece, Ether.PEER, Ether.OURS)).isEqualTo(DropReason.ICMP_UNRELATED);
        assertThat(ether.known(Ether.PEER_V6)).isEqualTo("INCOMPLETE");
    }

    @Test
    @Rfc("4861:7.2.5")
    void withoutOverrideAChangeIsOnlyDoubted() {
        resolve(false);
        var frame = FrameSlab.single(1500);
        NdpWriter.announce(frame, PEER_V6.high(), PEER_V6.low(), mac(9));
        // The flag, and what it adds to the checksum.
        var memory = frame.memory();
        int at = frame.offset() + 40;
        Bytes.put8(memory, at + 4, 0);
        int checksum = Bytes.u16(memory, at + 2) + 0x2000;
        Bytes.put16(memory, at + 2, checksum + (checksum >>> 16));
        assertThat(ether.receive(frame, mac(9), MacAddress.ofGroupV6(1), EthernetFrame.TYPE_IPV6))
                .isEqualTo(DropReason.NONE);
        assertThat(ether.known(PEER_V6)).isEqualTo("STALE 01");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"4861:7.2.3", "4861:7.2.4", "826"})
    void whoAsksForUsIsAnsweredAndRememberedAsUnconfirmed(boolean v4) {
        assertThat(ether.ask(peer(v4), PEER, Ether.us(v4))).isEqualTo(DropReason.NONE);
        assertThat(only(ether.sent(), ""))
                .containsExactly(
                        v4
                                ? "01 ARP 198.18.0.2 is here, 198.18.0.1 01"
                                : "01 NA 2001:db8::2 solicited override to 2001:db8::1");
        assertThat(ether.known(peer(v4))).isEqualTo("STALE 01");
        // So its SYN is answered without asking.
        ether.ping(peer(v4), PEER);
        assertThat(only(ether.sent(), "")).singleElement().asString().contains("ECHO_REPLY");
        assertThat(ether.known(peer(v4))).isEqualTo("DELAY 01");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoAsksForOthersIsNotAnsweredAndNothingIsProxied(boolean v4) {
        var other = IpAddress.parse(v4 ? "198.18.0.77" : "2001:db8::77");
        assertThat(ether.ask(peer(v4), PEER, other)).isEqualTo(DropReason.NEIGHBOUR_UNRELATED);
        assertThat(ether.sent()).isEmpty();
        assertThat(ether.stack.neighbours()).isEmpty();
    }

    @Test
    void anArpReplyThatAnswersNothingConfirmsNothing() {
        ether.ask(PEER_V4, PEER, US_V4);
        ether.sent();
        assertThat(ether.known(PEER_V4)).isEqualTo("STALE 01");
        assertThat(ether.answer(PEER_V4, PEER)).isEqualTo(DropReason.NONE);
        assertThat(ether.known(PEER_V4)).isEqualTo("STALE 01");
        assertThat(ether.answer(PEER_V4, mac(9))).isEqualTo(DropReason.NONE);
        assertThat(ether.known(PEER_V4)).isEqualTo("STALE 09");
    }

    @Test
    void arpFromAddressesThatCannotBeNeighboursIsDropped() {
        var all = MacAddress.BROADCAST.bits();
        for (var address : new String[] {"0.0.0.1", "198.18.0.255", "224.0.0.1", "127.0.0.1"}) {
            var sender = IpAddress.parse(address);
            assertThat(ether.arp(all, Arp.REQUEST, PEER, sender, 0, US_V4))
                    .as(address)
                    .isEqualTo(DropReason.BAD_SOURCE);
        }
        assertThat(ether.stack.neighbours()).isEmpty();
        assertThat(ether.sent()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff02::1", "::1", "2001:db8::2"})
    void solicitationsFromAddressesThatCannotBeNeighboursAreDropped(String source) {
        assertThat(ether.ask(IpAddress.parse(source), PEER, Ether.US_V6)).isEqualTo(DropReason.BAD_SOURCE);
        assertThat(ether.stack.neighbours()).isEmpty();
        assertThat(ether.sent()).isEmpty();
    }

    /// A router asks from whatever address it speaks from, and must get through to us.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"826", "4861:7.2.4"})
    void whoAsksFromAnotherNetworkIsAnsweredAndNotRemembered(boolean v4) {
        var far = v4 ? Ether.FAR_V4 : Ether.FAR_V6;
        assertThat(ether.ask(far, PEER, Ether.us(v4))).isEqualTo(DropReason.NONE);
        assertThat(only(ether.sent(), ""))
                .containsExactly(
                        v4
                                ? "01 ARP 198.18.0.2 is here, " + far + " 01"
                                : "01 NA 2001:db8::2 solicited override to " + far);
        assertThat(ether.stack.neighbours()).isEmpty();
        // What is not a question is not for us.
        assertThat(ether.announce(far, PEER)).isNotEqualTo(DropReason.NONE);
    }

    @Test
    void framesForOthersOrFromGroupsOrOtherNetworksAreDropped() {
        var packet = FrameSlab.single(1500);
        Packets.icmp(packet, true, PEER_V4, US_V4, 8, 0, 1, new byte[8]);
        assertThat(ether.receiveIp(packet, PEER, mac(3))).isEqualTo(DropReason.NOT_OURS);
        assertThat(ether.receiveIp(packet, MacAddress.BROADCAST.bits(), OURS)).isEqualTo(DropReason.BAD_SOURCE);
        assertThat(ether.receiveIp(packet, OURS, OURS)).isEqualTo(DropReason.BAD_SOURCE);
        assertThat(ether.receive(packet, PEER, OURS, EthernetFrame.TYPE_IPV6)).isEqualTo(DropReason.BAD_VERSION);
        assertThat(ether.receive(packet, PEER, OURS, 0x88cc)).isEqualTo(DropReason.UNKNOWN_PROTOCOL);
        assertThat(ether.sent()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("1122:3.3.6")
    void aPacketForUsInABroadcastFrameIsDiscarded(boolean v4) {
        var packet = FrameSlab.single(1500);
        Packets.icmp(packet, v4, peer(v4), Ether.us(v4), v4 ? 8 : 128, 0, 1, new byte[8]);
        assertThat(ether.receiveIp(packet, PEER, MacAddress.BROADCAST.bits())).isEqualTo(DropReason.NOT_OURS);
        assertThat(ether.receiveIp(packet, PEER, MacAddress.ofGroupV6(1))).isEqualTo(DropReason.NOT_OURS);
        assertThat(ether.sent()).isEmpty();
    }
}
