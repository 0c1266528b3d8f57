package dev.levee.tcp;

/// What is counted about one connection, for [TcpInfo].
///
/// Threads: shard.
final class Tally {
    long segmentsOut;
    long segmentsIn;
    /// Of those, with text; and the octets of it that were sent.
    long textSegmentsOut;
    long textSegmentsIn;
    long textBytesOut;
    /// Segments sent again, SYNs included, and octets of text in them.
    long retransmits;
    long retransmittedBytes;
    /// Retransmission timeouts.
    int timeouts;
    /// Segments that the peer has, in order or not, and how many of them by ACKs that echoed congestion.
    long delivered;
    long deliveredMarked;
    /// Segments found to be lost, some of them by mistake.
    long lost;
    /// Reports of the peer that something had arrived twice.
    long duplicatesReported;
    /// ACKs that showed a segment arriving behind one that was sent later, and the longest way it was behind,
    /// in segments.
    long reorderings;
    int reorderingDistance;
    /// Segments that arrived beyond a gap.
    long outOfOrder;
    /// When text was sent last, and when it was received; at first, when the connection was established.
    long textOutNanos;
    long textInNanos;

    /// See [PackedTcb].
    void pack(Packing packing) {
        segmentsOut = packing.number(segmentsOut);
        segmentsIn = packing.number(segmentsIn);
        textSegmentsOut = packing.number(textSegmentsOut);
        textSegmentsIn = packing.number(textSegmentsIn);
        textBytesOut = packing.number(textBytesOut);
        retransmits = packing.number(retransmits);
        retransmittedBytes = packing.number(retransmittedBytes);
        timeouts = packing.number(timeouts);
        delivered = packing.number(delivered);
        deliveredMarked = packing.number(deliveredMarked);
        lost = packing.number(lost);
        duplicatesReported = packing.number(duplicatesReported);
        reorderings = packing.number(reorderings);
        reorderingDistance = packing.number(reorderingDistance);
        outOfOrder = packing.number(outOfOrder);
        textOutNanos = packing.nanos(textOutNanos);
        textInNanos = packing.nanos(textInNanos);
    }
}
