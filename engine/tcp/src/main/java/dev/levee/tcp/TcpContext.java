package dev.levee.tcp;

import dev.levee.wire.SegmentWriter;

/// What the connections of one shard share: buffers, counters, and the one writer of segments.
///
/// Threads: shard.
public final class TcpContext {
    private final BufferPool buffers;
    private final TcpCounters.Row counters = new TcpCounters.Row();
    private final SegmentWriter writer = new SegmentWriter();

    public TcpContext(BufferPool buffers) {
        this.buffers = buffers;
    }

    public BufferPool buffers() {
        return buffers;
    }

    public TcpCounters.Row counters() {
        return counters;
    }

    /// Reused for every segment that is written: its contents are nobody's between two of them.
    public SegmentWriter writer() {
        return writer;
    }
}
