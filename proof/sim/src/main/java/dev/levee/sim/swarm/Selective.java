package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

import java.util.ArrayList;
import java.util.List;

/// What one end reports in SACK blocks: exactly what has arrived beyond a gap, the newest first (RFC 2018 §4),
/// and before that what has arrived twice (RFC 2883 §4).
///
/// Threads: the simulation's.
final class Selective {
    /// What the 40 octets of options have room for: 2 + 8 for each block, and 10 for timestamps with 2 of padding.
    private static final int BLOCKS_MAX = 4;

    private static final int BLOCKS_BESIDE_TIMESTAMPS_MAX = 3;

    private record Block(long from, long to) {
        boolean holds(Block other) {
            return from <= other.from && other.to <= to;
        }
    }

    private final End end;
    private final Receiver receiver;
    /// What arrived again since this end last spoke.
    private final Ranges again = new Ranges();
    private boolean duplicateDue;
    /// The last segment since then that lies beyond a gap; negative when another came after it.
    private long trigger = -1;
    private boolean rangesDue;

    Selective(End end, Receiver receiver) {
        this.end = end;
        this.receiver = receiver;
    }

    /// Text arrives: which of it was there already?
    ///
    /// @return whether any was
    boolean arrives(long from, long to) {
        return receiver.overlap(from, to, again);
    }

    /// Of what arrived again some must be reported.
    void owesDuplicate(boolean any) {
        duplicateDue |= any;
        trigger = -1;
    }

    /// A segment beyond a gap was taken.
    void beyondGap(long from) {
        trigger = from;
        rangesDue = true;
    }

    /// A segment was taken that moves the acknowledgement.
    void inOrder() {
        trigger = -1;
    }

    /// A segment leaves.
    void leaves(Packet packet, long acked) {
        boolean reports =
                end.selectiveAcks && packet.textLength == 0 && !packet.has(Packet.SYN) && !packet.has(Packet.RST);
        check(
                packet.sackCount == 0 || reports,
                Oracle.SELECTIVE,
                "%s sends SACK blocks that were not agreed on, or beside text: %s",
                end.name,
                packet);
        int most = packet.timestamps ? BLOCKS_BESIDE_TIMESTAMPS_MAX : BLOCKS_MAX;
        check(
                packet.sackCount <= most,
                Oracle.SELECTIVE,
                "%s sends %d SACK blocks: %s",
                end.name,
                packet.sackCount,
                packet);
        if (reports) {
            blocks(packet, acked, most);
        }
        again.clear();
        trigger = -1;
    }

    private void blocks(Packet packet, long acked, int most) {
        var blocks = new ArrayList<Block>();
        for (int i = 0; i < packet.sackCount; i++) {
            long from = receiver.positionOf(packet.sackFrom[i]);
            blocks.add(new Block(from, from + (packet.sackTo[i] - packet.sackFrom[i])));
        }
        for (var block : blocks) {
            refuse(block.from >= block.to, packet, "a block with its edges in the wrong order", block);
        }
        boolean duplicate = !blocks.isEmpty() && isDuplicate(blocks, acked);
        if (duplicate) {
            // What it is part of comes next, whatever came since.
            trigger = blocks.getFirst().to > acked ? -1 : trigger;
            var first = blocks.removeFirst();
            refuse(!again.has(first.from, first.to), packet, "as arrived twice what has not", first);
        }
        check(
                duplicate || !duplicateDue || receiver.isVague(),
                Oracle.SELECTIVE,
                "%s does not report what arrived twice: %s",
                end.name,
                packet);
        duplicateDue = false;
        ranges(packet, blocks, acked, most - (duplicate ? 1 : 0));
    }

    /// RFC 2883 §5: the first block is below the acknowledgement, or part of the second.
    private static boolean isDuplicate(List<Block> blocks, long acked) {
        var first = blocks.getFirst();
        return first.to <= acked || (blocks.size() > 1 && blocks.get(1).holds(first));
    }

    private void ranges(Packet packet, List<Block> blocks, long acked, int most) {
        for (int i = 0; i < blocks.size(); i++) {
            var block = blocks.get(i);
            refuse(block.from <= acked, packet, "what is acknowledged, or what would be if it had arrived", block);
            refuse(!receiver.hasRange(block.from, block.to), packet, "what has not arrived, or not all of it", block);
            for (int j = 0; j < i; j++) {
                var other = blocks.get(j);
                boolean apart = other.to < block.from || block.to < other.from;
                refuse(!apart, packet, "the same octets twice", block);
            }
        }
        // Where nobody is going to read, what has arrived beyond a gap may be forgotten (RFC 2018 §8).
        var user = end.party;
        if (receiver.isVague() || (user != null && user.socket().tcp().userClosed())) {
            return;
        }
        int count = Math.min(receiver.rangeCount(), most);
        check(
                blocks.size() >= count,
                Oracle.SELECTIVE,
                "%s reports %d of %d ranges, there is room for %d: %s",
                end.name,
                blocks.size(),
                receiver.rangeCount(),
                most,
                packet);
        rangesDue = false;
        boolean told = trigger < 0 || count == 0 || blocks.getFirst().holds(new Block(trigger, trigger + 1));
        check(
                told,
                Oracle.SELECTIVE,
                "%s does not begin with the range of %d, which came last: %s",
                end.name,
                trigger,
                packet);
    }

    private void refuse(boolean wrong, Packet packet, String what, Block block) {
        check(
                !wrong,
                Oracle.SELECTIVE,
                "%s reports %s, %d to %d: %s; %s",
                end.name,
                what,
                block.from,
                block.to,
                packet,
                receiver);
    }

    /// The host has come to rest.
    void settled() {
        boolean silent = end.selectiveAcks && (duplicateDue || (rangesDue && receiver.rangeCount() > 0));
        check(
                !silent,
                Oracle.SELECTIVE,
                "%s was given %s and sends no SACK block",
                end.name,
                duplicateDue ? "octets that it had" : "octets beyond a gap");
        rangesDue = false;
    }
}
