package dev.levee.tcp;

/// How fast the path delivers what is sent (draft-cheng-iccrg-delivery-rate-estimation): octets that arrived
/// between the ACK before a segment was sent and the ACK of that segment, divided by the longer of the time in
/// which they were sent and the time in which they were acknowledged. So neither a burst nor ACKs that come
/// together make the path look faster than it is.
///
/// A sample is *limited by the application* when the sender had nothing to send for a part of it: it says how
/// fast the application was.
///
/// Threads: shard.
final class DeliveryRate {
    private static final long NO_SAMPLE = -1;
    private static final double SECOND_NANOS = 1e9;

    /// Octets delivered, in order or not, and when that last grew.
    long delivered;
    long deliveredNanos;
    /// When the first segment was sent of those that the sample now begun consists of.
    long firstSentNanos;
    /// What was sent before this many octets are delivered was sent by an application without more; 0: none.
    private long limitedTo;

    /// Of the ACK that is being processed: what the last segment sent of those that it delivers remembers.
    private long sampleDelivered = NO_SAMPLE;
    private long sampleNanos;
    private long sampleSendNanos;
    private boolean sampleLimited;

    private long bytesPerSecond;
    private boolean limited;

    /// An ACK has come.
    void begin() {
        sampleDelivered = NO_SAMPLE;
    }

    /// Something is about to be sent while nothing is in flight: time begins anew.
    void restart(long nowNanos) {
        firstSentNanos = nowNanos;
        deliveredNanos = nowNanos;
    }

    /// Whether the application limits what is sent now.
    boolean limitedNow() {
        return limitedTo != 0;
    }

    /// The ACK says that a segment has arrived.
    void segmentDelivered(SentSegments sent, int index) {
        long then = sent.deliveredThen(index);
        if (then < sampleDelivered) {
            return;
        }
        sampleDelivered = then;
        sampleNanos = sent.deliveredNanosThen(index);
        sampleSendNanos = sent.sentNanos(index) - sent.firstSentNanosThen(index);
        sampleLimited = sent.applicationLimited(index);
        firstSentNanos = sent.sentNanos(index);
    }

    /// The ACK was processed.
    ///
    /// @param bytes octets that it says have arrived
    /// @param rttMinNanos the smallest round-trip time known, or -1: a sample that took less says nothing
    void acknowledged(long nowNanos, int bytes, long rttMinNanos) {
        delivered += bytes;
        deliveredNanos = nowNanos;
        if (limitedTo != 0 && delivered > limitedTo) {
            limitedTo = 0;
        }
        if (sampleDelivered == NO_SAMPLE) {
            return;
        }
        long nanos = Math.max(sampleSendNanos, nowNanos - sampleNanos);
        if (nanos <= 0 || nanos < rttMinNanos) {
            return;
        }
        long rate = (long) ((delivered - sampleDelivered) * SECOND_NANOS / nanos);
        if (!sampleLimited || rate >= bytesPerSecond) {
            bytesPerSecond = rate;
            limited = sampleLimited;
        }
    }

    /// Everything was sent that there is, and more could be under way.
    void applicationHasNoMore(int inFlightBytes) {
        limitedTo = Math.max(1, delivered + inFlightBytes);
    }

    /// The last sample, or the highest one when only the application limited later ones; 0 before the first.
    long bytesPerSecond() {
        return bytesPerSecond;
    }

    /// Whether the application limited that one.
    boolean limited() {
        return limited;
    }

    /// See [PackedTcb].
    void pack(Packing packing) {
        delivered = packing.number(delivered);
        deliveredNanos = packing.nanos(deliveredNanos);
        firstSentNanos = packing.nanos(firstSentNanos);
        limitedTo = packing.number(limitedTo);
        sampleDelivered = packing.number(sampleDelivered);
        sampleNanos = packing.nanos(sampleNanos);
        sampleSendNanos = packing.number(sampleSendNanos);
        sampleLimited = packing.flag(sampleLimited);
        bytesPerSecond = packing.number(bytesPerSecond);
        limited = packing.flag(limited);
    }
}
