package dev.levee.sim;

import dev.levee.sim.Ladder.Side;
import dev.levee.tcp.TcpState;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Draws one connection of a simulation as a [Ladder]: the first whose packets it sees between the two hosts.
///
/// Threads: the simulation's.
public final class LadderTap implements Tap {
    private static final class UnderWay {
        private final Ladder.Row row;
        private final Side from;
        private final byte[] octets;
        private int copies;

        private UnderWay(Ladder.Row row, Side from, byte[] octets, int copies) {
            this.row = row;
            this.from = from;
            this.octets = octets;
            this.copies = copies;
        }
    }

    private final Ladder ladder;
    private final SimHost left;
    private final SimHost right;
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final StateWatch leftStates;
    private final StateWatch rightStates;
    private final List<UnderWay> underWay = new ArrayList<>();
    private int leftPort;
    private int rightPort;
    private boolean found;

    /// Draws the first connection between the two hosts.
    public LadderTap(SimHost left, SimHost right, Ladder.Style style) {
        this(left, right, 0, style);
    }

    /// Draws the first connection whose port at the right host is `rightPort`; 0 for any.
    public LadderTap(SimHost left, SimHost right, int rightPort, Ladder.Style style) {
        this(left, right, rightPort, new Ladder(left.name(), right.name(), style));
    }

    /// Draws the first connection whose port at the right host is `rightPort`, 0 for any, into a diagram of the
    /// caller's.
    public LadderTap(SimHost left, SimHost right, int rightPort, Ladder ladder) {
        this(left, right, 0, rightPort, ladder);
    }

    /// The same, for the first connection that has both ports; 0 is any, too, for `leftPort`.
    public LadderTap(SimHost left, SimHost right, int leftPort, int rightPort, Ladder ladder) {
        this.leftPort = leftPort;
        this.left = left;
        this.right = right;
        this.rightPort = rightPort;
        this.ladder = ladder;
        this.leftStates = new StateWatch(left, right::has);
        this.rightStates = new StateWatch(right, left::has);
    }

    public Ladder ladder() {
        return ladder;
    }

    @Override
    public void sent(long nowNanos, SimHost from, @Nullable SimHost to, Frame packet, int copies) {
        var side = side(from, to);
        if (side == null || !ours(nowNanos, side, packet)) {
            return;
        }
        var row = ladder.sent(nowNanos, side, packet, state(side));
        if (row == null) {
            return;
        }
        if (copies == 0) {
            ladder.lost(row);
        } else {
            underWay.add(new UnderWay(row, side, packet.toArray(), copies));
        }
    }

    private @Nullable Side side(SimHost from, @Nullable SimHost to) {
        if (from == left && to == right) {
            return Side.LEFT;
        }
        return from == right && to == left ? Side.RIGHT : null;
    }

    private boolean ours(long nowNanos, Side from, Frame packet) {
        if (ip.parse(packet) != DropReason.NONE
                || ip.protocol() != IpPacket.PROTOCOL_TCP
                || segment.parse() != DropReason.NONE) {
            return false;
        }
        int leftOne = from == Side.LEFT ? segment.srcPort() : segment.dstPort();
        int rightOne = from == Side.LEFT ? segment.dstPort() : segment.srcPort();
        boolean meant = (rightPort == 0 || rightPort == rightOne) && (leftPort == 0 || leftPort == leftOne);
        if (!found && meant) {
            found = true;
            leftPort = leftOne;
            rightPort = rightOne;
            // The sender's state has changed already; before its first packet it was CLOSED.
            ladder.begin(nowNanos, before(from, Side.LEFT), before(from, Side.RIGHT));
        }
        return found && leftOne == leftPort && rightOne == rightPort;
    }

    private TcpState before(Side sender, Side side) {
        return side == sender ? TcpState.CLOSED : state(side);
    }

    /// The state of this connection at one side.
    private TcpState state(Side side) {
        return side == Side.LEFT ? leftStates.state(leftPort, rightPort) : rightStates.state(rightPort, leftPort);
    }

    @Override
    public void arrived(long nowNanos, SimHost from, SimHost to, Frame packet) {
        var side = side(from, to);
        var match = side == null || !found ? null : match(side, packet);
        if (match == null) {
            return;
        }
        if (Arrays.equals(match.octets, packet.toArray())) {
            ladder.arrived(match.row, state(match.from.other()));
        } else {
            ladder.corrupted(match.row);
        }
    }

    @Override
    public void vanished(long nowNanos, SimHost from, SimHost to, Frame packet) {
        var side = side(from, to);
        var match = side == null || !found ? null : match(side, packet);
        if (match != null) {
            ladder.lost(match.row);
        }
    }

    /// The packet under way that this is: the same octets, or, flipped bits being possible, the same length.
    private @Nullable UnderWay match(Side from, Frame packet) {
        var octets = packet.toArray();
        UnderWay best = null;
        for (var candidate : underWay) {
            if (candidate.from != from || candidate.octets.length != octets.length) {
                continue;
            }
            if (Arrays.equals(candidate.octets, octets)) {
                best = candidate;
                break;
            }
            best = best == null && !intact(packet) ? candidate : best;
        }
        if (best != null && --best.copies == 0) {
            underWay.remove(best);
        }
        return best;
    }

    private boolean intact(Frame packet) {
        return ip.parse(packet) == DropReason.NONE && segment.parse() == DropReason.NONE;
    }

    @Override
    public void settled(long nowNanos, SimHost host) {
        if (!found) {
            return;
        }
        if (host == left) {
            ladder.state(nowNanos, Side.LEFT, state(Side.LEFT));
        } else if (host == right) {
            ladder.state(nowNanos, Side.RIGHT, state(Side.RIGHT));
        }
    }
}
