package dev.levee.tcp;

import dev.levee.wire.SegmentWriter;
import java.util.ArrayDeque;

/// What the connections of one shard share: buffers, counters, and the one writer of segments.
///
/// Threads: shard.
public final class TcpContext {
    private final BufferPool buffers;
    private final TcpCounters.Row counters = new TcpCounters.Row();
    private final SegmentWriter writer = new SegmentWriter();
    /// Only connections with something in flight have a scoreboard; the others' are kept here.
    private final ArrayDeque<SentSegments> scoreboards = new ArrayDeque<>();

    public TcpContext(BufferPool buffers) {
        this.buffers = buffers;
    }

    public BufferPool buffers() {
        return buffers;
    }

    SentSegments takeScoreboard() {
        var idle = scoreboards.pollLast();
        return idle == null ? new SentSegments() : idle;
    }

    void giveScoreboard(SentSegments sent) {
        sent.clear();
        scoreboards.addLast(sent);
    }

    public TcpCounters.Row counters() {
        return counters;
    }

    /// Reused for every segment that is written: its contents are nobody's between two of them.
    public SegmentWriter writer() {
        return writer;
    }
}
