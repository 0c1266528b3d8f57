package dev.levee.app;

import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SipHash;

/// How many of the packets of a flood were answered: what comes again for the same one is no further
/// answer. Counted in a filter of fixed size, in which a first answer is taken for a second one with a
/// chance of 1 to 2,800 after 2.5 million answers, and 1 to 180 after 10 million.
///
/// Threads: one owner.
final class Answers {
    private static final int LOG2_BITS = 28;

    private final long[] bits = new long[1 << LOG2_BITS - Long.numberOfTrailingZeros(Long.SIZE)];
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final SipHash hash;
    private long count;

    /// @param key of the filter, so that no two runs mistake the same ones
    Answers(long key) {
        hash = new SipHash(key, ~key);
    }

    /// A packet has come back. What is no TCP is no answer.
    void add(Frame frame) {
        if (ip.parseCaptured(frame) != DropReason.NONE || segment.parseCaptured() != DropReason.NONE) {
            return;
        }
        // Who answers, whom, and what of him: his ports, and his sequence number, or, in a RST without one, what he
        // has acknowledged.
        boolean ack = segment.hasAck();
        long ports = (long) segment.srcPort() << Short.SIZE | segment.dstPort();
        long which = (ports << Integer.SIZE) | ((ack ? segment.ack() : segment.seq()) & 0xffff_ffffL);
        long word = hash.hash(ip.dstHigh(), ip.dstLow(), which, ip.srcLow() << 1 | (ack ? 1 : 0));
        boolean one = mark((int) (word >>> Long.SIZE - LOG2_BITS));
        boolean other = mark((int) word & (1 << LOG2_BITS) - 1);
        if (one || other) {
            count++;
        }
    }

    /// @return whether it was not marked
    private boolean mark(int bit) {
        int at = bit / Long.SIZE;
        long before = bits[at];
        bits[at] = before | 1L << bit;
        return bits[at] != before;
    }

    long count() {
        return count;
    }
}
