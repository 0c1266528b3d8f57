package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.Bytes;
import dev.levee.wire.Checksum;
import dev.levee.wire.DropReason;
import dev.levee.wire.Fragmenter;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Packets that arrive in fragments, and answers that leave in fragments.
class FragmentsTest {
    private static final int MTU = 1500;

    private final Net net = new Net();
    private final Stack stack = net.server;

    /// An echo request from the client, or from another host of its network.
    private static Frame ping(boolean v4, int host, int dataBytes) {
        var data = new byte[dataBytes];
        for (int i = 0; i < dataBytes; i++) {
            data[i] = (byte) (i * 37 >>> 5);
        }
        var frame = FrameSlab.single(65_535);
        var from = IpAddress.parse((v4 ? "198.18.0." : "2001:db8::") + host);
        Packets.icmp(frame, v4, from, Net.server(v4), v4 ? 8 : 128, 0, 1, data);
        return frame;
    }

    private static List<Frame> cut(Frame packet, int mtu, int identification) {
        boolean v4 = Bytes.u8(packet.memory(), packet.offset()) >>> 4 == 4;
        var pieces = new ArrayList<Frame>();
        for (int from = 0; from < packet.length() - (v4 ? 20 : 40); ) {
            var piece = FrameSlab.single(mtu);
            from = Fragmenter.write(packet, from, mtu, identification, piece);
            pieces.add(piece);
        }
        return pieces;
    }

    private DropReason receive(Frame frame) {
        long good = stack.drops().get(DropReason.NONE);
        var before = new long[DropReason.values().length];
        for (var reason : DropReason.values()) {
            before[reason.ordinal()] = stack.drops().get(reason);
        }
        stack.onFrame(net.now, frame);
        if (stack.drops().get(DropReason.NONE) > good) {
            return DropReason.NONE;
        }
        for (var reason : DropReason.values()) {
            if (stack.drops().get(reason) > before[reason.ordinal()]) {
                return reason;
            }
        }
        throw new AssertionError("not counted");
    }

    private long count(StackCounters counter) {
        return stack.counters().get(counter);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"791:3.2", "8200:4.5", "1122:3.3.2"})
    void aLongPingIsAnsweredInFragmentsThatTheOtherSidePutsTogether(boolean v4) {
        var pieces = cut(ping(v4, 1, 4_000), MTU, 7);
        assertThat(pieces).hasSize(3);
        for (var piece : pieces) {
            assertThat(receive(piece)).isEqualTo(DropReason.NONE);
        }
        assertThat(count(StackCounters.FRAGMENTS_IN)).isEqualTo(3);
        assertThat(count(StackCounters.REASSEMBLIES)).isEqualTo(1);
        assertThat(count(StackCounters.ECHO_REPLIES)).isEqualTo(1);
        net.settle();
        assertThat(net.sent)
                .hasSize(3)
                .allSatisfy(packet -> assertThat(packet.length).isLessThanOrEqualTo(MTU));
        assertThat(count(StackCounters.FRAGMENTS_OUT)).isEqualTo(3);
        // A good message of 4,008 octets for which the client has no use.
        assertThat(net.client.counters().get(StackCounters.REASSEMBLIES)).isEqualTo(1);
        assertThat(net.client.drops().get(DropReason.ICMP_UNRELATED)).isEqualTo(1);
        assertThat(net.client.drops().get(DropReason.NONE)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {65_507, 1_900, 1_473, 1_472})
    void pingsOfAllLengthsAreAnswered(int dataBytes) {
        for (var piece : cut(ping(true, 1, dataBytes), MTU, 7)) {
            assertThat(receive(piece)).isEqualTo(DropReason.NONE);
        }
        net.settle();
        assertThat(net.client.drops().get(DropReason.ICMP_UNRELATED)).isEqualTo(1);
    }

    /// More wait to be sent than there is room for: the last one is left out.
    @Test
    void longAnswersHaveALimit() {
        for (int i = 0; i < 9; i++) {
            for (var piece : cut(ping(true, 1, 4_000), MTU, i)) {
                receive(piece);
            }
        }
        assertThat(stack.drops().get(DropReason.REPLY_QUEUE_FULL)).isEqualTo(1);
        net.settle();
        assertThat(net.client.drops().get(DropReason.ICMP_UNRELATED)).isEqualTo(8);
    }

    /// Answers of two requests of one host are told apart.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("6864:4.3")
    void eachAnswerHasAnIdentificationOfItsOwn(boolean v4) {
        for (int i = 0; i < 2; i++) {
            for (var piece : cut(ping(v4, 1, 2_000), MTU, i)) {
                receive(piece);
            }
        }
        net.settle();
        int at = v4 ? 4 : 44;
        assertThat(net.sent).hasSize(4);
        var identifications = net.sent.stream()
                .map(packet -> List.of(packet[at], packet[at + 1], v4 ? 0 : packet[at + 2], v4 ? 0 : packet[at + 3]))
                .toList();
        assertThat(identifications.get(0)).isEqualTo(identifications.get(1));
        assertThat(identifications.get(2)).isEqualTo(identifications.get(3)).isNotEqualTo(identifications.get(0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSegmentInFragmentsReachesItsConnection(boolean v4) throws SocketException {
        var pair = net.pair(v4);
        net.write(pair[0], "x".repeat(1_000) + "end");
        assertThat(net.client.poll(net.now, net.frame)).isTrue();
        var pieces = cut(net.frame, 320, 9);
        assertThat(pieces).hasSizeGreaterThan(3);
        Collections.shuffle(pieces, new Random(1));
        pieces.forEach(piece -> assertThat(receive(piece)).isEqualTo(DropReason.NONE));
        assertThat(net.read(pair[1])).hasSize(1_003).endsWith("xend");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"8200:4.5", "5722:4"})
    void fragmentsThatOverlapSpoilThePacket(boolean v4) {
        var packet = ping(v4, 1, 4_000);
        var pieces = cut(packet, MTU, 7);
        receive(pieces.get(0));
        var overlap = FrameSlab.single(MTU);
        Fragmenter.write(packet, pieces.get(0).length() - (v4 ? 20 : 48) - 8, MTU, 7, overlap);
        assertThat(receive(overlap)).isEqualTo(DropReason.FRAGMENT);
        assertThat(count(StackCounters.REASSEMBLIES_SPOILT)).isEqualTo(1);
        // Those that have not arrived yet are dropped, too, and begin nothing new.
        pieces.forEach(piece -> assertThat(receive(piece)).isEqualTo(DropReason.FRAGMENT));
        assertThat(count(StackCounters.REASSEMBLIES)).isZero();
        net.now += Fragments.TIMEOUT_NANOS;
        pieces.forEach(this::receive);
        assertThat(count(StackCounters.ECHO_REPLIES)).isEqualTo(1);
        assertThat(count(StackCounters.REASSEMBLIES_SPOILT)).isEqualTo(1);
        assertThat(count(StackCounters.REASSEMBLIES_EXPIRED)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("8200:4.5")
    void duplicatesOfAFragmentDoNoHarmUnlessTheySaySomethingElse(boolean v4) {
        var pieces = cut(ping(v4, 1, 4_000), MTU, 7);
        for (int i = 0; i < 3; i++) {
            assertThat(receive(pieces.get(0))).isEqualTo(DropReason.NONE);
            assertThat(receive(pieces.get(2))).isEqualTo(DropReason.NONE);
        }
        receive(pieces.get(1));
        assertThat(count(StackCounters.ECHO_REPLIES)).isEqualTo(1);
        var others = cut(ping(v4, 1, 4_000), MTU, 8);
        receive(others.get(0));
        int last = others.get(0).offset() + others.get(0).length() - 1;
        Bytes.put8(others.get(0).memory(), last, Bytes.u8(others.get(0).memory(), last) ^ 1);
        assertThat(receive(others.get(0))).isEqualTo(DropReason.FRAGMENT);
        assertThat(count(StackCounters.REASSEMBLIES_SPOILT)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"8200:4.5", "1122:3.3.2"})
    void theLastFragmentMustComeWithinAMinute(boolean v4) {
        var pieces = cut(ping(v4, 1, 2_000), MTU, 7);
        receive(pieces.get(0));
        net.now += Fragments.TIMEOUT_NANOS - 1;
        receive(pieces.get(1));
        assertThat(count(StackCounters.ECHO_REPLIES)).isEqualTo(1);
        receive(pieces.get(0));
        net.now += Fragments.TIMEOUT_NANOS;
        receive(pieces.get(1));
        assertThat(count(StackCounters.ECHO_REPLIES)).isEqualTo(1);
        assertThat(count(StackCounters.REASSEMBLIES_EXPIRED)).isEqualTo(1);
        // It began a packet of its own.
        receive(pieces.get(0));
        assertThat(count(StackCounters.ECHO_REPLIES)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("8200:4.5")
    void fragmentsThatCannotBeAreDroppedOneByOne(boolean v4) {
        int header = v4 ? 20 : 48;
        // Not a multiple of eight, and more to come: the last one of a packet that is made to say so.
        var odd = cut(ping(v4, 1, 2_001), MTU, 7).getLast();
        setMore(v4, odd);
        assertThat(receive(odd)).isEqualTo(DropReason.BAD_IP_HEADER);
        var empty = cut(ping(v4, 1, 2_000), MTU, 7).getLast();
        setLength(v4, empty, header);
        assertThat(receive(empty)).isEqualTo(DropReason.BAD_IP_HEADER);
        // Together longer than any packet: 65,528 and 8.
        var far = cut(ping(v4, 1, 2_000), MTU, 7).getLast();
        Bytes.put16(far.memory(), far.offset() + (v4 ? 6 : 42), v4 ? 0x1fff : 0xfff8);
        setLength(v4, far, header + 8);
        assertThat(receive(far)).isEqualTo(DropReason.BAD_IP_HEADER);
        assertThat(count(StackCounters.FRAGMENTS_IN)).isEqualTo(3);
        assertThat(count(StackCounters.REASSEMBLIES_SPOILT)).isZero();
    }

    private static void setMore(boolean v4, Frame piece) {
        int at = piece.offset() + (v4 ? 6 : 42);
        Bytes.put16(piece.memory(), at, Bytes.u16(piece.memory(), at) | (v4 ? 0x2000 : 1));
        setLength(v4, piece, piece.length());
    }

    private static void setLength(boolean v4, Frame piece, int bytes) {
        var memory = piece.memory();
        int at = piece.offset();
        piece.set(at, bytes);
        if (v4) {
            Bytes.put16(memory, at + 2, bytes);
            Bytes.put16(memory, at + 10, 0);
            Bytes.put16(memory, at + 10, Checksum.finish(Checksum.add(0, memory, at, 20)));
        } else {
            Bytes.put16(memory, at + 4, bytes - 40);
        }
    }

    @Test
    @Rfc("8200:4.5")
    void aFirstFragmentWithoutTheTransportsHeaderIsDropped() throws SocketException {
        net.pair(false);
        net.client.connect(net.now, null, 0, Net.SERVER_V6, 81, SocketOptions.DEFAULT);
        assertThat(net.client.poll(net.now, net.frame)).isTrue();
        var pieces = cut(net.frame, 48 + 16, 7);
        assertThat(receive(pieces.get(0))).isEqualTo(DropReason.BAD_IP_HEADER);
        assertThat(receive(pieces.get(1))).isEqualTo(DropReason.NONE);
        assertThat(count(StackCounters.REASSEMBLIES)).isZero();
    }

    /// One mark is a mark of the whole, unless its sender does not understand marks.
    @ParameterizedTest
    @CsvSource({"2, 3, 2, 3", "1, 1, 3, 3", "2, 2, 2, 2", "0, 0, 0, 0", "1, 2, 2, 1", "0, 3, 0, -1", "3, 0, 0, -1"})
    @Rfc("3168:5.3")
    void marksOfCongestionSurvive(int first, int second, int third, int whole) {
        var counters = new StackCounters.Row();
        var fragments = new Fragments(Limits.DEFAULT, Net.noReplies(counters), counters);
        var ip = new IpPacket();
        var pieces = cut(ping(false, 1, 4_000), MTU, 7);
        Frame last = null;
        for (int i = 0; i < 3; i++) {
            var piece = pieces.get(i);
            int ecn = i == 0 ? first : i == 1 ? second : third;
            Bytes.put8(piece.memory(), piece.offset() + 1, ecn << 4);
            assertThat(ip.parse(piece)).isEqualTo(DropReason.FRAGMENT);
            last = fragments.add(net.now, ip);
        }
        assertThat(counters.get(StackCounters.REASSEMBLIES_SPOILT)).isEqualTo(whole < 0 ? 1 : 0);
        if (last != null) {
            assertThat(ip.parse(last)).isEqualTo(DropReason.NONE);
        }
        assertThat(last == null ? -1 : ip.trafficClass()).isEqualTo(whole);
    }

    @Test
    void protocolsThatNobodySpeaksAreNotCollected() {
        for (var piece : cut(ping(true, 1, 4_000), MTU, 7)) {
            Bytes.put8(piece.memory(), piece.offset() + 9, 17);
            setLength(true, piece, piece.length());
            assertThat(receive(piece)).isEqualTo(DropReason.UNKNOWN_PROTOCOL);
        }
    }

    @Test
    void fragmentsForOthersAndFromNobodyAreNotCollected() {
        var pieces = cut(ping(true, 255, 4_000), MTU, 7);
        assertThat(receive(pieces.getFirst())).isEqualTo(DropReason.BAD_SOURCE);
        net.client.onFrame(net.now, pieces.getFirst());
        assertThat(net.client.drops().get(DropReason.NOT_OURS)).isEqualTo(1);
        assertThat(count(StackCounters.FRAGMENTS_IN)).isZero();
    }

    /// A packet that is whole although it has a fragment header has nothing to do with others of its number.
    @Test
    @Rfc("6946:4")
    void anAtomicFragmentStandsForItself() {
        var pieces = cut(ping(false, 1, 4_000), MTU, 7);
        receive(pieces.get(0));
        var atomic = FrameSlab.single(MTU);
        Fragmenter.write(ping(false, 1, 100), 0, MTU, 7, atomic);
        assertThat(receive(atomic)).isEqualTo(DropReason.NONE);
        assertThat(count(StackCounters.ECHO_REPLIES)).isEqualTo(1);
        receive(pieces.get(1));
        receive(pieces.get(2));
        assertThat(count(StackCounters.ECHO_REPLIES)).isEqualTo(2);
        assertThat(count(StackCounters.FRAGMENTS_IN)).isEqualTo(3);
    }

    @Test
    void aSourceHasItsShareAndNoMore() {
        var shared = new Net(limits(16));
        // Of three packets of one source, the first gives way; those of others are untouched.
        var lists = new ArrayList<List<Frame>>();
        for (int host = 3; host < 6; host++) {
            lists.add(cut(ping(true, host, 2_000), MTU, 1));
        }
        for (int i = 0; i < 3; i++) {
            lists.add(cut(ping(true, 9, 2_000), MTU, i));
        }
        lists.forEach(pieces -> shared.server.onFrame(shared.now++, pieces.get(0)));
        assertThat(shared.server.counters().get(StackCounters.REASSEMBLIES_EVICTED))
                .isEqualTo(1);
        lists.remove(3);
        lists.forEach(pieces -> shared.server.onFrame(shared.now, pieces.get(1)));
        assertThat(shared.server.counters().get(StackCounters.REASSEMBLIES)).isEqualTo(5);
    }

    @Test
    void whenAllPlacesAreTakenTheOldestGoes() {
        var few = new Net(limits(8));
        var lists = new ArrayList<List<Frame>>();
        for (int host = 3; host < 12; host++) {
            lists.add(cut(ping(true, host, 2_000), MTU, 1));
        }
        lists.forEach(pieces -> few.server.onFrame(few.now++, pieces.get(0)));
        assertThat(few.server.counters().get(StackCounters.REASSEMBLIES_EVICTED))
                .isEqualTo(1);
        lists.subList(1, 9).forEach(pieces -> few.server.onFrame(few.now, pieces.get(1)));
        assertThat(few.server.counters().get(StackCounters.REASSEMBLIES)).isEqualTo(8);
    }

    @Test
    void withoutPlacesFragmentsAreDropped() {
        var none = new Net(limits(0));
        cut(ping(true, 1, 2_000), MTU, 1).forEach(piece -> none.server.onFrame(none.now, piece));
        assertThat(none.server.drops().get(DropReason.FRAGMENT)).isEqualTo(2);
    }

    private static Limits limits(int reassembliesMax) {
        return new Limits(100, 10, 1 << 20, 256, 1_000, 64, reassembliesMax);
    }

    /// Once there was one packet in fragments, further ones cost nothing.
    @Test
    void aFragmentAllocatesNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var pieces = cut(ping(false, 1, 4_000), MTU, 7);
        var out = FrameSlab.single(MTU);
        for (int i = 0; i < 20_000; i++) {
            exchange(pieces, out);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
            exchange(pieces, out);
        }
        assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 30_000.0)
                .isLessThan(0.5);
    }

    private void exchange(List<Frame> pieces, Frame out) {
        for (int i = 0; i < pieces.size(); i++) {
            stack.onFrame(net.now, pieces.get(i));
        }
        while (stack.poll(net.now, out)) {
            // The answer.
        }
    }

    /// What is there is used in turn, and nobody asks for more again.
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aMachineThatGivesNoMemoryCostsFragmentsAndNothingElse(int places) {
        var counters = new StackCounters.Row();
        var asked = new int[1];
        var fragments = new Fragments(Limits.DEFAULT, Net.noReplies(counters), counters, () -> {
            if (asked[0]++ == places) {
                throw new OutOfMemoryError("the machine's");
            }
            return new Reassembly();
        });
        var ip = new IpPacket();
        int whole = 0;
        for (int host = 1; host <= 6; host++) {
            for (var piece : cut(ping(true, host == 2 ? 10 : host, 2_000), MTU, host)) {
                assertThat(ip.parse(piece)).isEqualTo(DropReason.FRAGMENT);
                whole += fragments.add(host, ip) != null ? 1 : 0;
                assertThat(fragments.verdict()).isEqualTo(places == 0 ? DropReason.FRAGMENT : DropReason.NONE);
            }
            // One that never becomes whole holds its place.
            ip.parse(cut(ping(true, 20 + host, 2_000), MTU, host).getFirst());
            fragments.add(host, ip);
        }
        assertThat(whole).isEqualTo(places == 0 ? 0 : 6);
        assertThat(asked[0]).isEqualTo(places + 1);
    }
}
