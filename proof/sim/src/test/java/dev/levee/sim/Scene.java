package dev.levee.sim;

import dev.levee.sim.Ladder.Side;
import dev.levee.tcp.TcpState;
import dev.levee.wire.CaptureDirection;
import dev.levee.wire.CaptureReader;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.LinkType;
import dev.levee.wire.PcapngWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One connection for a page: what both of its hosts captured, as one file with an interface for each, and the states
/// that they went through. The diagram is drawn from the file, to which the states are added.
///
/// Threads: one owner.
final class Scene {
    /// When each run begins: 2026-01-01 00:00:00 UTC.
    private static final long EPOCH_NANOS = 1_767_225_600_000_000_000L;
    private static final int MTU = 1500;

    /// @param records how many packets had been captured by then
    private record Change(int records, long nanos, Side side, TcpState state) {}

    private record Captured(long nanos, Side side, CaptureDirection direction, byte[] octets) {}

    private final String left;
    private final String right;
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final PcapngWriter writer;
    private final List<Change> changes = new ArrayList<>();
    private final Map<Side, TcpState> states = new EnumMap<>(Side.class);
    private int records;

    Scene(String left, String right) throws IOException {
        this.left = left;
        this.right = right;
        writer = new PcapngWriter(file, "levee");
        writer.addInterface(left, LinkType.RAW);
        writer.addInterface(right, LinkType.RAW);
    }

    /// A side has sent a packet, or received it.
    void captured(long nowNanos, Side side, CaptureDirection direction, Frame packet) {
        try {
            writer.write(EPOCH_NANOS + nowNanos, side.ordinal(), direction, packet);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        records++;
    }

    /// A side is in this state.
    void state(long nowNanos, Side side, TcpState state) {
        if (states.put(side, state) == state) {
            return;
        }
        changes.add(new Change(records, nowNanos, side, state));
    }

    /// The state that a side is in.
    @Nullable
    TcpState state(Side side) {
        return states.get(side);
    }

    /// All states that it shows.
    Set<TcpState> states() {
        var all = EnumSet.noneOf(TcpState.class);
        changes.forEach(change -> all.add(change.state));
        return all;
    }

    /// The capture file.
    byte[] file() throws IOException {
        writer.flush();
        return file.toByteArray();
    }

    /// The diagram of a capture file.
    String draw(byte[] capture) throws IOException {
        var packets = read(capture);
        var ladder = new Ladder(left, right, Ladder.Style.UNICODE);
        var rows = new Ladder.@Nullable Row[packets.size()];
        ladder.begin(0, orClosed(latest(0, 0, Side.LEFT)), orClosed(latest(0, 0, Side.RIGHT)));
        int change = states(ladder, 0, 0, 0, null);
        for (int i = 0; i < packets.size(); i++) {
            var packet = packets.get(i);
            var own = latest(i + 1, packet.nanos, packet.side);
            if (packet.direction == CaptureDirection.OUTBOUND) {
                var row = ladder.sent(packet.nanos, packet.side, frame(packet), own);
                int arrival = arrival(packets, i, rows);
                if (row == null) {
                    throw new AssertionError("not a segment: " + Arrays.toString(packet.octets));
                }
                if (arrival < 0) {
                    ladder.lost(row);
                } else {
                    rows[arrival] = row;
                }
            } else {
                var row = rows[i];
                // Nobody has sent it lately: it comes out of the network.
                row = row != null ? row : ladder.sent(packet.nanos, packet.side.other(), frame(packet), null);
                if (row != null) {
                    ladder.arrived(row, own);
                }
            }
            change = states(ladder, change, i + 1, packet.nanos, packet.side);
        }
        return ladder.drain() + ladder.finish();
    }

    /// Draws the changes that came before the next packet, but for those that the last one brought with it.
    private int states(Ladder ladder, int from, int seen, long nanos, @Nullable Side side) {
        int at = from;
        while (at < changes.size() && changes.get(at).records == seen) {
            var change = changes.get(at++);
            if (change.side != side || change.nanos != nanos) {
                ladder.state(change.nanos, change.side, change.state);
            }
        }
        return at;
    }

    /// A side's state after so many packets, the last of them at `nanos`.
    private @Nullable TcpState latest(int seen, long nanos, Side side) {
        TcpState state = null;
        for (var change : changes) {
            boolean then = change.records < seen || change.records == seen && change.nanos == nanos;
            if (then && change.side == side) {
                state = change.state;
            }
        }
        return state;
    }

    private static TcpState orClosed(@Nullable TcpState state) {
        return state == null ? TcpState.CLOSED : state;
    }

    private static int arrival(List<Captured> packets, int sent, Ladder.@Nullable Row[] taken) {
        for (int i = sent + 1; i < packets.size(); i++) {
            var other = packets.get(i);
            if (taken[i] == null
                    && other.nanos == packets.get(sent).nanos + HandshakeScenes.DELAY_NANOS
                    && other.side != packets.get(sent).side
                    && other.direction == CaptureDirection.INBOUND
                    && Arrays.equals(other.octets, packets.get(sent).octets)) {
                return i;
            }
        }
        return -1;
    }

    private static Frame frame(Captured packet) {
        var frame = FrameSlab.single(MTU);
        frame.fill(packet.octets);
        return frame;
    }

    private static List<Captured> read(byte[] capture) throws IOException {
        var packets = new ArrayList<Captured>();
        var reader = CaptureReader.open(new ByteArrayInputStream(capture));
        while (reader.next()) {
            packets.add(new Captured(
                    reader.epochNanos() - EPOCH_NANOS,
                    Side.values()[reader.interfaceIndex()],
                    reader.direction(),
                    Arrays.copyOf(reader.octets(), reader.length())));
        }
        return packets;
    }
}
