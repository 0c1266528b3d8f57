package dev.levee.tcp;

import dev.levee.wire.Handshake;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.SipHash;
import java.util.ArrayDeque;

/// What the connections of one shard share: buffers, counters, chance, and the one writer of segments.
///
/// Threads: shard.
public final class TcpContext {
    /// How many of each kind of thing that is lent are kept for later.
    private static final int IDLE_MAX = 1 << 10;
    /// And of those that have become large.
    private static final int LARGE_IDLE_MAX = 16;

    private final BufferPool buffers;
    private final TcpCounters.Row counters = new TcpCounters.Row();
    private final SegmentWriter writer = new SegmentWriter();
    /// Only connections with something in flight have a scoreboard; the others' are kept here.
    private final ArrayDeque<SentSegments> scoreboards = new ArrayDeque<>();

    /// The same of those with gaps in what they received.
    private final ArrayDeque<Reassembly> reassemblies = new ArrayDeque<>();

    /// The same of those that receive much.
    private final ArrayDeque<ReceiveGrowth> growths = new ArrayDeque<>();

    /// And those of connections that know nothing new.
    private final TcbPool controlBlocks = new TcbPool(this);

    private final Handshake handshake = new Handshake();
    private final SipHash chance;
    private final FastOpenCookies fastOpenCookies;
    private long draws;

    /// @param chance the key of what outsiders must not guess
    public TcpContext(BufferPool buffers, SipHash chance) {
        this.buffers = buffers;
        this.chance = chance;
        this.fastOpenCookies = new FastOpenCookies(chance);
    }

    /// The next number from 0 to `bound - 1` of a sequence that only the key's owner can know.
    int chance(int bound) {
        return (int) Long.remainderUnsigned(chance.hash(draws++, 0, 0, 0, 0), bound);
    }

    /// What active opens remember of their peers.
    public FastOpenCookies fastOpenCookies() {
        return fastOpenCookies;
    }

    public BufferPool buffers() {
        return buffers;
    }

    TcbPool controlBlocks() {
        return controlBlocks;
    }

    SentSegments takeScoreboard() {
        var idle = scoreboards.pollLast();
        return idle == null ? new SentSegments() : idle;
    }

    void giveScoreboard(SentSegments sent) {
        sent.clear();
        if (scoreboards.size() < IDLE_MAX) {
            scoreboards.addLast(sent);
        }
    }

    Reassembly takeReassembly() {
        var idle = reassemblies.pollLast();
        return idle == null ? new Reassembly() : idle;
    }

    void giveReassembly(Reassembly reassembly) {
        reassembly.clear();
        if (reassemblies.size() < (reassembly.isLarge() ? LARGE_IDLE_MAX : IDLE_MAX)) {
            reassemblies.addLast(reassembly);
        }
    }

    ReceiveGrowth takeGrowth() {
        var idle = growths.pollLast();
        return idle == null ? new ReceiveGrowth() : idle;
    }

    void giveGrowth(ReceiveGrowth growth) {
        if (growths.size() < IDLE_MAX) {
            growths.addLast(growth);
        }
    }

    /// Reused for every SYN that is read.
    Handshake handshake() {
        return handshake;
    }

    public TcpCounters.Row counters() {
        return counters;
    }

    /// Reused for every segment that is written: its contents are nobody's between two of them.
    public SegmentWriter writer() {
        return writer;
    }
}
