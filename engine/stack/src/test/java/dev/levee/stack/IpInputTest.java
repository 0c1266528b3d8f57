package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.Bytes;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.Icmp;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.TcpFlags;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which packets are for this host, and from whom it takes them.
class IpInputTest {
    private final Net net = new Net();
    private final Stack stack = net.server;
    private final Frame out = FrameSlab.single(1500);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "127.0.0.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "198.18.0.255",
                "198.18.0.2"
            })
    @Rfc("9293:MUST-63")
    void aSynFromNobodyWhoCanBeAnsweredIsDroppedSilently(String source) throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        assertDropped(IpAddress.parse(source), Net.SERVER_V4, DropReason.BAD_SOURCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"::", "::1", "ff02::1", "2001:db8::2"})
    @Rfc("9293:MUST-63")
    void inIpv6Too(String source) throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        assertDropped(IpAddress.parse(source), Net.SERVER_V6, DropReason.BAD_SOURCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.0.3", "198.18.0.255", "255.255.255.255", "224.0.0.1", "0.0.0.0", "127.0.0.1"})
    @Rfc("9293:MUST-57")
    void aSynToSomeoneElseOrToAGroupIsDroppedSilently(String destination) throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        assertDropped(Net.CLIENT_V4, IpAddress.parse(destination), DropReason.NOT_OURS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2001:db8::3", "ff02::1", "::", "::1"})
    @Rfc("9293:MUST-57")
    void toSomeoneElseInIpv6Too(String destination) throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        assertDropped(Net.CLIENT_V6, IpAddress.parse(destination), DropReason.NOT_OURS);
    }

    /// Such a packet would otherwise be taken for one of the IPv4 connection.
    @Test
    void anIpv6PacketBetweenMappedAddressesIsDropped() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        var frame = Packets.tcp(Net.CLIENT_V6, 40_000, Net.SERVER_V6, Net.PORT, TcpFlags.SYN, Packets.SEQ, 0, 0);
        Bytes.put64(frame.memory(), frame.offset() + 8, Net.CLIENT_V4.high());
        Bytes.put64(frame.memory(), frame.offset() + 16, Net.CLIENT_V4.low());
        Bytes.put64(frame.memory(), frame.offset() + 24, Net.SERVER_V4.high());
        Bytes.put64(frame.memory(), frame.offset() + 32, Net.SERVER_V4.low());
        stack.onFrame(net.now, frame);
        assertThat(stack.drops().dropped()).isEqualTo(1);
        assertThat(stack.connectionCount()).isZero();
    }

    @Test
    void theOtherEndsOfAPointToPointNetworkAreNotBroadcastAddresses() {
        var tiny = new Stack(Net.config("198.18.0.2/31", "2001:db8::2/127", Limits.DEFAULT, 1));
        tiny.onFrame(
                0,
                Packets.tcp(
                        IpAddress.parse("198.18.0.3"),
                        40_000,
                        Net.SERVER_V4,
                        Net.PORT,
                        TcpFlags.SYN,
                        Packets.SEQ,
                        0,
                        0));
        assertThat(tiny.drops().get(DropReason.NO_CONNECTION)).isEqualTo(1);
        assertThat(tiny.poll(0, out)).isTrue();
    }

    @Test
    void anUnknownProtocolIsCounted() {
        var frame = Packets.tcp(Net.CLIENT_V6, 40_000, Net.SERVER_V6, Net.PORT, TcpFlags.SYN, Packets.SEQ, 0, 0);
        Bytes.put8(frame.memory(), frame.offset() + 6, 17);
        stack.onFrame(net.now, frame);
        // ICMP of the other family is nothing that anybody speaks.
        Bytes.put8(frame.memory(), frame.offset() + 6, 1);
        stack.onFrame(net.now, frame);
        assertThat(stack.drops().get(DropReason.UNKNOWN_PROTOCOL)).isEqualTo(2);
        assertThat(stack.drops().total()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"true,17,3,3", "true,132,3,2", "true,58,3,2", "false,17,1,4", "false,132,4,1", "false,1,4,1"})
    @Rfc({"1122:3.2.2.1", "4443:3.4"})
    void whatNobodyTakesIsAnsweredWithAnError(boolean v4, int protocol, int type, int code) {
        var frame = of(v4, protocol);
        stack.onFrame(net.now, frame);
        assertThat(stack.counters().get(StackCounters.ICMP_ERRORS_OUT)).isEqualTo(1);
        assertThat(stack.poll(net.now, out)).isTrue();
        assertThat(stack.poll(net.now, FrameSlab.single(1500))).isFalse();
        var ip = new IpPacket();
        assertThat(ip.parse(out)).isEqualTo(DropReason.NONE);
        assertThat(ip.destination()).isEqualTo(Net.client(v4));
        var icmp = new Icmp(ip);
        assertThat(icmp.parse()).isEqualTo(DropReason.NONE);
        assertThat(icmp.type()).isEqualTo(type);
        assertThat(icmp.code()).isEqualTo(code);
        assertThat(icmp.bodyLength()).isEqualTo(frame.length());
        // The error is no packet that another error is about.
        net.client.onFrame(net.now, out);
        assertThat(net.client.poll(net.now, out)).isFalse();
    }

    /// In IPv4 the number is that of a protocol like any other.
    @Test
    @Rfc("8200:4.7")
    void aPacketWithNothingInItIsNoProblem() {
        stack.onFrame(net.now, of(false, 59));
        assertThat(stack.poll(net.now, out)).isFalse();
        stack.onFrame(net.now, of(true, 59));
        assertThat(stack.poll(net.now, out)).isTrue();
        assertThat(stack.drops().get(DropReason.UNKNOWN_PROTOCOL)).isEqualTo(2);
    }

    private static Frame of(boolean v4, int protocol) {
        var frame = Packets.tcp(Net.client(v4), 40_000, Net.server(v4), Net.PORT, TcpFlags.SYN, Packets.SEQ, 0, 0);
        int at = frame.offset() + (v4 ? 9 : 6);
        int before = Bytes.u8(frame.memory(), at);
        Bytes.put8(frame.memory(), at, protocol);
        if (v4) {
            // The header's checksum falls by as much as the protocol grows.
            int sum = Bytes.u16(frame.memory(), frame.offset() + 10) - (protocol - before);
            Bytes.put16(frame.memory(), frame.offset() + 10, sum < 0 ? sum + 0xffff : sum);
        }
        return frame;
    }

    @Test
    @Rfc("4443:2.4")
    void errorsAreLimited() {
        var limits = new Limits(100, 10, 1 << 20, 4, 1);
        net.now = Net.SECOND;
        var few = new Stack(Net.config("198.18.0.2/24", "2001:db8::2/64", limits, 2));
        int sent = 0;
        for (int i = 0; i < 20; i++) {
            few.onFrame(net.now, of(true, 17));
            sent += few.poll(net.now, out) ? 1 : 0;
        }
        assertThat(sent).isEqualTo(1);
        assertThat(few.counters().get(StackCounters.ICMP_ERRORS_LIMITED)).isEqualTo(19);
        few.onFrame(net.now + Net.SECOND, of(true, 17));
        assertThat(few.poll(net.now + Net.SECOND, out)).isTrue();
    }

    /// As RSTs are, see [DrawnLimitTest].
    @Test
    void howManyErrorsASecondHasIsDrawn() {
        var some = new Stack(Net.config("198.18.0.2/24", "2001:db8::2/64", new Limits(100, 10, 1 << 20, 64, 20), 2));
        var seen = new TreeSet<Integer>();
        for (int second = 1; second <= 100; second++) {
            int sent = 0;
            for (int i = 0; i < 40; i++) {
                some.onFrame(second * Net.SECOND, of(true, 17));
                sent += some.poll(second * Net.SECOND, out) ? 1 : 0;
            }
            seen.add(sent);
        }
        assertThat(seen).hasSizeGreaterThan(10);
        assertThat(seen.first()).isGreaterThanOrEqualTo(10);
        assertThat(seen.last()).isLessThanOrEqualTo(30);
    }

    @Test
    @Rfc("9293:MUST-3")
    void aBrokenChecksumIsCountedAndAnswersNothing() {
        var frame = Packets.tcp(Net.CLIENT_V4, 40_000, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, Packets.SEQ, 0, 0);
        Bytes.put8(frame.memory(), frame.offset() + 24, 1);
        stack.onFrame(net.now, frame);
        assertThat(stack.drops().get(DropReason.BAD_CHECKSUM)).isEqualTo(1);
        assertThat(stack.poll(net.now, out)).isFalse();
    }

    private void assertDropped(IpAddress from, IpAddress to, DropReason reason) {
        stack.onFrame(net.now, Packets.tcp(from, 40_000, to, Net.PORT, TcpFlags.SYN, Packets.SEQ, 0, 0));
        assertThat(stack.drops().get(reason)).isEqualTo(1);
        assertThat(stack.drops().total()).isEqualTo(1);
        assertThat(stack.connectionCount()).isZero();
        assertThat(stack.poll(net.now, out)).isFalse();
    }
}
