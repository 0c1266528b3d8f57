package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.guard.GuardCounters;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.IpAddress;
import dev.levee.wire.LinkType;
import dev.levee.wire.TcpFlags;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SynLaneTest {
    private final Net net = new Net();
    private final SynLane lane = new SynLane(net.server, LinkType.RAW);

    private static Frame packet(boolean v4, int port, int flags, int ack, int textBytes) {
        var client = v4 ? Net.CLIENT_V4 : Net.CLIENT_V6;
        IpAddress server = v4 ? Net.SERVER_V4 : Net.SERVER_V6;
        return Packets.tcp(client, port, server, Net.PORT, flags, Packets.SEQ, ack, textBytes);
    }

    private void flood(int from, int count) {
        for (int i = 0; i < count; i++) {
            lane.onFrame(net.now, packet(true, from + i, TcpFlags.SYN, 0, 0));
        }
    }

    private long syns() {
        return Objects.requireNonNull(net.server.guardCounters()).get(GuardCounters.SYNS);
    }

    private int pollAll() {
        int packets = 0;
        while (net.server.poll(net.now, net.frame)) {
            packets++;
        }
        return packets;
    }

    /// What comes behind a hundred SYNs is answered before the first of them.
    @Test
    void aConnectionBehindAFloodIsServedFirst() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        var connection = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        int port = connection.connection().tuple().localPort();
        flood(1, 100);
        connection.close(net.now);
        assertThat(net.client.poll(net.now, net.frame)).isTrue();
        lane.onFrame(net.now, net.frame);
        assertThat(net.server.poll(net.now, net.frame)).isTrue();
        var first = Packets.read(net.frame);
        assertThat(first.dstPort()).isEqualTo(port);
        assertThat(first.syn()).isFalse();
        assertThat(pollAll()).isZero();
        lane.serve(net.now, 64);
        assertThat(pollAll()).isEqualTo(64);
        lane.serve(net.now, 64);
        assertThat(pollAll()).isEqualTo(36);
        assertThat(lane.isEmpty()).isTrue();
    }

    /// The segment that completes a handshake makes its connection while SYNs wait.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatCompletesAHandshakeIsServedBeforeSyns(boolean v4) throws SocketException {
        var listener = v4
                ? net.listen(ListenOptions.DEFAULT)
                : net.server.listen(IpAddress.ANY_V6, Net.PORT, ListenOptions.DEFAULT);
        lane.onFrame(net.now, packet(v4, 5_000, TcpFlags.SYN, 0, 0));
        assertThat(lane.isEmpty()).isFalse();
        lane.serve(net.now, 1);
        assertThat(net.server.poll(net.now, net.frame)).isTrue();
        int iss = Packets.read(net.frame).seq();
        long before = syns();
        flood(1, 64);
        var third = Packets.tcp(
                v4 ? Net.CLIENT_V4 : Net.CLIENT_V6,
                5_000,
                v4 ? Net.SERVER_V4 : Net.SERVER_V6,
                Net.PORT,
                TcpFlags.ACK,
                Packets.SEQ + 1,
                iss + 1,
                0);
        lane.onFrame(net.now, third);
        assertThat(listener.accept()).isNotNull();
        assertThat(syns()).isEqualTo(before);
    }

    /// As many as there is room for wait, and what is more is counted. The ring goes round.
    @Test
    void whatFindsNoRoomIsDroppedAndCounted() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        flood(1, 100);
        lane.serve(net.now, 100);
        flood(101, SynLane.FRESH_MAX);
        assertThat(net.server.drops().get(DropReason.SYN_LANE_FULL)).isZero();
        flood(10_000, 3);
        assertThat(net.server.drops().get(DropReason.SYN_LANE_FULL)).isEqualTo(3);
        assertThat(100 + SynLane.FRESH_MAX).isEqualTo(answers());
    }

    private int answers() {
        int answers = pollAll();
        while (!lane.isEmpty()) {
            lane.serve(net.now, 64);
            answers += pollAll();
        }
        return answers;
    }

    /// Who was turned away and comes again within a few seconds finds the room that is kept for him.
    @ParameterizedTest
    @ValueSource(ints = {0, 1_000, 1_999, 2_000, 3_000})
    void whoComesAgainFindsRoom(int afterMillis) throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        flood(1, SynLane.FRESH_MAX);
        flood(20_000, 10);
        net.now += afterMillis * Net.MILLI;
        flood(20_000, 10);
        assertThat(net.server.drops().get(DropReason.SYN_LANE_FULL)).isEqualTo(10);
        assertThat(answers()).isEqualTo(SynLane.FRESH_MAX + 10);
    }

    @ParameterizedTest
    @ValueSource(ints = {4_000, 4_001, 9_000, 100_000})
    void afterFourSecondsHeIsNewAgain(int afterMillis) throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        flood(1, SynLane.FRESH_MAX);
        flood(20_000, 10);
        net.now += afterMillis / 2 * Net.MILLI;
        flood(30_000, 1);
        net.now += (afterMillis - afterMillis / 2) * Net.MILLI;
        flood(20_000, 10);
        assertThat(net.server.drops().get(DropReason.SYN_LANE_FULL)).isEqualTo(21);
    }

    /// Whoever sends everything twice has the rest of the room, and no more.
    @Test
    void theRoomForThoseWhoComeAgainHasAnEnd() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        flood(1, SynLane.FRESH_MAX);
        flood(20_000, 3_000);
        flood(20_000, 3_000);
        assertThat(net.server.drops().get(DropReason.SYN_LANE_FULL)).isEqualTo(3_000 + 3_000 - SynLane.SYNS_MAX / 4);
        assertThat(answers()).isEqualTo(SynLane.SYNS_MAX);
    }

    /// What a glance does not recognise is served as it comes: long ones, answers, ends, and what is no TCP or no
    /// packet.
    @Test
    void onlySynsWait() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        lane.onFrame(net.now, packet(true, 1, TcpFlags.SYN, 0, SynLane.FRAME_BYTES));
        lane.onFrame(net.now, packet(true, 2, TcpFlags.SYN | TcpFlags.ACK, 5, 0));
        lane.onFrame(net.now, packet(true, 3, TcpFlags.RST, 0, 0));
        lane.onFrame(net.now, packet(true, 4, TcpFlags.SYN | TcpFlags.FIN, 0, 0));
        for (int octets : new int[] {0, 1, 19, 20, 39, 40, 59, 60}) {
            for (int first : new int[] {0x45, 0x4f, 0x60, 0x00}) {
                var noise = new byte[octets];
                if (octets > 0) {
                    noise[0] = (byte) first;
                }
                net.frame.fill(noise);
                lane.onFrame(net.now, net.frame);
            }
        }
        assertThat(lane.isEmpty()).isTrue();
        assertThat(net.server.drops().total()).isEqualTo(4 + 8 * 4);
    }

    /// A fragment has no flags to look at.
    @Test
    void aFragmentDoesNotWait() {
        var frame = packet(true, 1, TcpFlags.SYN, 0, 0);
        dev.levee.wire.Bytes.put16(frame.memory(), frame.offset() + 6, 0x2000);
        lane.onFrame(net.now, frame);
        assertThat(lane.isEmpty()).isTrue();
    }

    @Test
    void anEthernetFrameIsLookedIntoBehindItsHeader() {
        var ethernet = new SynLane(net.server, LinkType.ETHERNET);
        var frame = packet(true, 1, TcpFlags.SYN, 0, 0);
        dev.levee.wire.EthernetFrame.wrap(frame, 1, 2, 0x0800);
        ethernet.onFrame(net.now, frame);
        assertThat(ethernet.isEmpty()).isFalse();
    }
}
