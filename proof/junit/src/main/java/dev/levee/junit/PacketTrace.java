package dev.levee.junit;

import dev.levee.sim.Ladder;
import dev.levee.sim.LadderTap;
import dev.levee.sim.SimHost;
import dev.levee.sim.Tap;
import dev.levee.wire.Bytes;
import dev.levee.wire.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Draws the latest connections of a network as ladder diagrams, of each the beginning and the end, for the
/// message of a failure. What it keeps is bounded, however long a test runs.
///
/// Threads: the test's.
final class PacketTrace implements Tap {
    private static final int CONNECTIONS_MAX = 4;
    private static final int FIRST_LINES = 14;
    private static final int LAST_LINES = 30;
    /// How many packets a diagram may hold before its lines are taken.
    private static final int PACKETS_PER_DRAIN = 32;

    private static final int PROTOCOL_TCP = 6;
    private static final int PROTOCOL_AT_V4 = 9;
    private static final int PROTOCOL_AT_V6 = 6;
    private static final int HEADER_BYTES_V6 = 40;

    /// One connection that is drawn.
    private static final class Drawn {
        private final SimHost left;
        private final int leftPort;
        private final SimHost right;
        private final int rightPort;
        private final Ladder ladder;
        private final LadderTap tap;
        private final List<String> first = new ArrayList<>();
        private final ArrayDeque<String> last = new ArrayDeque<>();
        private long hiddenLines;
        private int undrained;

        private Drawn(SimHost left, int leftPort, SimHost right, int rightPort) {
            this.left = left;
            this.leftPort = leftPort;
            this.right = right;
            this.rightPort = rightPort;
            // Which packets are worth a line is not known before the failure: all are, and the middle is cut.
            ladder = new Ladder(left.name(), right.name(), Ladder.Style.ASCII, Integer.MAX_VALUE);
            tap = new LadderTap(left, right, rightPort, ladder);
        }

        private boolean is(SimHost from, int fromPort, SimHost to, int toPort) {
            return left == from && leftPort == fromPort && right == to && rightPort == toPort
                    || right == from && rightPort == fromPort && left == to && leftPort == toPort;
        }

        private void drain() {
            if (++undrained >= PACKETS_PER_DRAIN) {
                undrained = 0;
                keep(ladder.drain());
            }
        }

        private void keep(String lines) {
            lines.lines().forEach(line -> {
                if (first.size() < FIRST_LINES) {
                    first.add(line);
                    return;
                }
                last.addLast(line);
                if (last.size() > LAST_LINES) {
                    last.removeFirst();
                    hiddenLines++;
                }
            });
        }

        private void append(StringBuilder text) {
            keep(ladder.finish());
            text.append("\n\n")
                    .append(left.name())
                    .append(" port ")
                    .append(leftPort)
                    .append(" and ");
            text.append(right.name()).append(" port ").append(rightPort).append(", seconds since the first packet:\n");
            text.append(String.join("\n", first));
            if (hiddenLines > 0) {
                text.append("\n           : ").append(hiddenLines).append(" lines left out");
            }
            last.forEach(line -> text.append('\n').append(line));
        }
    }

    /// The one with the latest packet comes last.
    private final ArrayDeque<Drawn> connections = new ArrayDeque<>();

    private long connectionCount;
    private long sent;
    private long lost;

    @Override
    public void sent(long nowNanos, SimHost from, @Nullable SimHost to, Frame packet, int copies) {
        sent++;
        lost += copies == 0 ? 1 : 0;
        var drawn = to == null ? null : find(from, to, packet, true);
        if (drawn != null) {
            drawn.tap.sent(nowNanos, from, to, packet, copies);
            drawn.drain();
        }
    }

    @Override
    public void arrived(long nowNanos, SimHost from, SimHost to, Frame packet) {
        var drawn = find(from, to, packet, false);
        if (drawn != null) {
            drawn.tap.arrived(nowNanos, from, to, packet);
        }
    }

    @Override
    public void vanished(long nowNanos, SimHost from, SimHost to, Frame packet) {
        lost++;
        var drawn = find(from, to, packet, false);
        if (drawn != null) {
            drawn.tap.vanished(nowNanos, from, to, packet);
        }
    }

    @Override
    public void settled(long nowNanos, SimHost host) {
        for (var drawn : connections) {
            drawn.tap.settled(nowNanos, host);
        }
    }

    /// The connection of a packet; one that was not seen yet, or not for a long time, takes the oldest's place.
    private @Nullable Drawn find(SimHost from, SimHost to, Frame packet, boolean add) {
        int ports = portsAt(packet);
        if (ports < 0) {
            return null;
        }
        int fromPort = Bytes.u16(packet.memory(), ports);
        int toPort = Bytes.u16(packet.memory(), ports + 2);
        var drawn = known(from, fromPort, to, toPort);
        if (drawn == null && add) {
            connectionCount++;
            drawn = new Drawn(from, fromPort, to, toPort);
            if (connections.size() == CONNECTIONS_MAX) {
                connections.removeFirst();
            }
            connections.addLast(drawn);
        } else if (drawn != null && drawn != connections.getLast()) {
            connections.remove(drawn);
            connections.addLast(drawn);
        }
        return drawn;
    }

    private @Nullable Drawn known(SimHost from, int fromPort, SimHost to, int toPort) {
        for (var drawn : connections) {
            if (drawn.is(from, fromPort, to, toPort)) {
                return drawn;
            }
        }
        return null;
    }

    /// Where the ports of a TCP packet are in its memory; -1 in any other packet. Checksums do not count: a
    /// corrupted packet still belongs to its connection.
    private static int portsAt(Frame packet) {
        var memory = packet.memory();
        int at = packet.offset();
        if (packet.length() < HEADER_BYTES_V6) {
            return -1;
        }
        boolean v6 = Bytes.u8(memory, at) >>> 4 == 6;
        int header = v6 ? HEADER_BYTES_V6 : (Bytes.u8(memory, at) & 0xf) * 4;
        boolean tcp = Bytes.u8(memory, at + (v6 ? PROTOCOL_AT_V6 : PROTOCOL_AT_V4)) == PROTOCOL_TCP;
        return tcp && header + 4 <= packet.length() ? at + header : -1;
    }

    /// All that is known, over several lines. The diagrams end with it.
    String text() {
        var text = new StringBuilder("\n  ")
                .append(sent)
                .append(sent == 1 ? " packet sent, " : " packets sent, ")
                .append(lost)
                .append(" lost on the way");
        connections.forEach(drawn -> drawn.append(text));
        long hidden = connectionCount - connections.size();
        if (hidden > 0) {
            text.append("\n\n(earlier connections left out: ").append(hidden).append(')');
        }
        return text.toString();
    }
}
