package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.Bytes;
import dev.levee.wire.DropReason;
import dev.levee.wire.Fragmenter;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.MacAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Of which packets that cannot be served their senders hear.
class ProblemsTest {
    private final Net net = new Net();
    private final Stack stack = net.server;
    private final Frame out = FrameSlab.single(1500);

    /// An ICMP error, and how much of the packet it quotes.
    private record Report(int type, int code, int word, byte[] quoted) {}

    private Report report(boolean v4) {
        assertThat(stack.poll(net.now, out)).isTrue();
        assertThat(stack.poll(net.now, FrameSlab.single(1500))).isFalse();
        var ip = new IpPacket();
        assertThat(ip.parse(out)).isEqualTo(DropReason.NONE);
        assertThat(ip.source()).isEqualTo(Net.server(v4));
        assertThat(ip.destination()).isEqualTo(Net.client(v4));
        assertThat(ip.protocol()).isEqualTo(v4 ? IpPacket.PROTOCOL_ICMP : IpPacket.PROTOCOL_ICMP6);
        int at = ip.payloadOffset();
        int header = v4 ? 28 : 48;
        return new Report(
                Bytes.u8(ip.memory(), at),
                Bytes.u8(ip.memory(), at + 1),
                Bytes.i32(ip.memory(), at + 4),
                Arrays.copyOfRange(out.toArray(), header, out.length()));
    }

    private void silence() {
        assertThat(stack.poll(net.now, out)).isFalse();
        assertThat(stack.counters().get(StackCounters.ICMP_ERRORS_OUT)).isZero();
    }

    /// An IPv6 packet from the client with these octets behind its header.
    private static Frame v6(int next, IpAddress to, String octets) {
        var behind = HexFormat.of().parseHex(octets.replace(" ", ""));
        var frame = FrameSlab.single(1500);
        frame.fill(new byte[40 + behind.length]);
        var memory = frame.memory();
        int at = frame.offset();
        Bytes.put32(memory, at, 0x6000_0000);
        Bytes.put32(memory, at + 4, behind.length << 16 | next << 8 | 64);
        Bytes.put64(memory, at + 8, Net.CLIENT_V6.high());
        Bytes.put64(memory, at + 16, Net.CLIENT_V6.low());
        Bytes.put64(memory, at + 24, to.high());
        Bytes.put64(memory, at + 32, to.low());
        for (int i = 0; i < behind.length; i++) {
            Bytes.put8(memory, at + 40 + i, behind[i] & 0xff);
        }
        return frame;
    }

    @ParameterizedTest
    @CsvSource({
        // Which header, what it says, and of which octet the sender hears.
        "60, 1100 810400000000, 2, 42",
        "0, 1100 c20400000000, 2, 42",
        "60, 1100 0102 0000 8100, 2, 46",
        "43, 1100 0001 00000000, 0, 42",
        "0, 2b00 010400000000 1100 0901 00000000, 0, 50",
        // Hop-by-hop options anywhere but in front.
        "60, 0000 010400000000 1100 010400000000, 1, 40",
        "0, 0000 010400000000 1100 010400000000, 1, 40",
        "60, 3c00 010400000000 0000 010400000000 1100 010400000000, 1, 48",
    })
    @Rfc({"8200:4.1", "8200:4.2", "8200:4.4", "4443:3.4"})
    void ofHeadersThatItCannotServeTheSenderHears(int next, String headers, int code, int pointer) {
        var packet = v6(next, Net.SERVER_V6, headers + "0001000200080000");
        stack.onFrame(net.now, packet);

        var report = report(false);
        assertThat(report).extracting(Report::type, Report::code, Report::word).containsExactly(4, code, pointer);
        assertThat(report.quoted()).isEqualTo(packet.toArray());
        assertThat(stack.drops().get(DropReason.BAD_IP_HEADER)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        // An option that asks for silence, an option without its length, a header that says to be longer than all.
        "60, 1100 410400000000",
        "60, 1100 010300000081",
        "60, 11ff 810400000000",
        // Behind the bad header: one that is cut off, a fragment's, an ICMP error.
        "60, 3cff 810400000000",
        "60, 2c00 810400000000",
        "60, 3a00 810400000000",
    })
    @Rfc({"8200:4.2", "4443:2.4"})
    void ofOthersHeDoesNot(int next, String headers) {
        stack.onFrame(net.now, v6(next, Net.SERVER_V6, headers + "0100000200080000"));

        silence();
        assertThat(stack.drops().get(DropReason.BAD_IP_HEADER)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff02::1", "2001:db8::3"})
    void whatIsForOthersIsNotAnswered(String to) {
        stack.onFrame(net.now, v6(60, IpAddress.parse(to), "1100 810400000000 0001000200080000"));

        silence();
    }

    @Test
    @Rfc("4443:2.4")
    void thereIsABudgetForAllErrors() {
        for (int i = 0; i < 2_000; i++) {
            stack.onFrame(net.now, v6(60, Net.SERVER_V6, "1100 810400000000 0001000200080000"));
            while (stack.poll(net.now, out)) {
                // Sent.
            }
        }

        long sent = stack.counters().get(StackCounters.ICMP_ERRORS_OUT);
        assertThat(sent).isBetween(500L, 1_500L);
        assertThat(stack.counters().get(StackCounters.ICMP_ERRORS_LIMITED)).isEqualTo(2_000 - sent);
    }

    @ParameterizedTest
    @CsvSource({
        // A length that is no multiple of eight, a packet of more than 65,535 octets, a first fragment without all
        // headers.
        "6, 0001, 9, 0, 4",
        "6, fff8, 16, 0, 42",
        "6, 0001, 8, 3, 0",
    })
    @Rfc("8200:4.5")
    void ofFragmentsThatCannotBeTheSenderHears(int protocol, String field, int bytes, int code, int pointer) {
        stack.onFrame(net.now, fragment(protocol, field, bytes));

        assertThat(report(false))
                .extracting(Report::type, Report::code, Report::word)
                .containsExactly(4, code, pointer);
    }

    private static Frame fragment(int protocol, String field, int bytes) {
        return v6(44, Net.SERVER_V6, String.format("%02x00%s00000007", protocol, field) + "80".repeat(bytes));
    }

    /// It cannot be seen that it is no ICMP error.
    @Test
    @Rfc("4443:2.4")
    void ofFragmentsThatMayBeErrorsHeDoesNot() {
        stack.onFrame(net.now, fragment(IpPacket.PROTOCOL_ICMP6, "0009", 9));
        stack.onFrame(net.now, fragment(60, "0001", 9));

        silence();
        assertThat(stack.drops().get(DropReason.BAD_IP_HEADER)).isEqualTo(2);
    }

    private static Frame piece(boolean v4, int type, int number) {
        var ping = FrameSlab.single(65_535);
        Packets.icmp(ping, v4, Net.client(v4), Net.server(v4), type, 0, 1, new byte[2_000]);
        var piece = FrameSlab.single(1500);
        int from = 0;
        for (int i = 0; i <= number; i++) {
            from = Fragmenter.write(ping, from, 1500, 7, piece);
        }
        return piece;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"1122:3.3.2", "8200:4.5"})
    void whenTheRestOfAPacketDoesNotComeTheSenderHearsOfItAtOnce(boolean v4) {
        var first = piece(v4, v4 ? 8 : 128, 0);
        stack.onFrame(net.now, first);
        assertThat(stack.poll(net.now, out)).isFalse();

        assertThat(stack.nextDeadline()).isEqualTo(net.now + Fragments.TIMEOUT_NANOS);
        net.now += Fragments.TIMEOUT_NANOS - 1;
        silence();
        net.now += 1;
        var report = report(v4);

        assertThat(report).extracting(Report::type, Report::code, Report::word).containsExactly(v4 ? 11 : 3, 1, 0);
        int most = v4 ? 576 - 28 : 1280 - 48;
        assertThat(report.quoted()).isEqualTo(Arrays.copyOf(first.toArray(), most));
        assertThat(stack.counters().get(StackCounters.REASSEMBLIES_EXPIRED)).isEqualTo(1);
        assertThat(stack.nextDeadline()).isEqualTo(Deadlines.NONE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"1122:3.3.2", "8200:4.5"})
    void withoutTheFirstFragmentNobodyHearsOfIt(boolean v4) {
        stack.onFrame(net.now, piece(v4, v4 ? 8 : 128, 0));
        stack.onFrame(net.now, piece(v4, v4 ? 8 : 128, 1));
        while (stack.poll(net.now, out)) {
            // Answered.
        }
        // The same place, for a packet of which only the end comes.
        stack.onFrame(net.now, piece(v4, v4 ? 8 : 128, 1));
        net.now += Fragments.TIMEOUT_NANOS;

        silence();
        assertThat(stack.counters().get(StackCounters.REASSEMBLIES_EXPIRED)).isEqualTo(1);
    }

    /// RFC 1122 §3.2.2: never about an ICMP error.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"1122:3.2.2", "4443:2.4"})
    void norWhenItMayBeAnError(boolean v4) {
        stack.onFrame(net.now, piece(v4, v4 ? 3 : 1, 0));
        net.now += Fragments.TIMEOUT_NANOS;

        silence();
        assertThat(stack.counters().get(StackCounters.REASSEMBLIES_EXPIRED)).isEqualTo(1);
    }

    /// What is whole, or spoilt, waits for nothing.
    @Test
    void deadlinesAreThoseOfWhatStillWaits() {
        stack.onFrame(net.now, piece(true, 8, 0));
        net.now += Net.SECOND;
        stack.onFrame(net.now, piece(false, 128, 0));
        stack.onFrame(net.now, piece(true, 8, 1));
        while (stack.poll(net.now, out)) {
            // Answered.
        }
        long second = net.now + Fragments.TIMEOUT_NANOS;
        net.now = second - Net.SECOND;
        assertThat(stack.poll(net.now, out)).isFalse();

        assertThat(stack.nextDeadline()).isEqualTo(second);
        net.now = second;
        assertThat(report(false).type()).isEqualTo(3);
    }

    @Test
    @Rfc("4443:2.4")
    void whatCameToAllOnTheLinkIsNoProblem() {
        var ether = Ether.settled(Ether.PLAIN);
        var packet = v6(60, Ether.US_V6, "1100 c10400000000 0100000200080000");
        long all = MacAddress.BROADCAST.bits();
        assertThat(ether.receiveIp(packet, Ether.PEER, all)).isEqualTo(DropReason.BAD_IP_HEADER);
        assertThat(ether.stack.counters().get(StackCounters.ICMP_ERRORS_OUT)).isZero();
        assertThat(ether.receiveIp(packet, Ether.PEER, Ether.OURS)).isEqualTo(DropReason.BAD_IP_HEADER);
        assertThat(ether.stack.counters().get(StackCounters.ICMP_ERRORS_OUT)).isEqualTo(1);
    }
}
