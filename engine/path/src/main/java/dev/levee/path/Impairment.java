package dev.levee.path;

/// What is wrong with one direction of a path. The words and their meaning are those of Linux's netem wherever
/// netem has them.
///
/// A packet passes these stations in this order: the MTU, loss, duplication, the rate with its queue,
/// corruption, the delay with its jitter or the overtaking called reordering.
///
/// Threads: any.
///
/// @param loss probability that a packet is lost, 0 to 1
/// @param delayNanos how long each packet is under way
/// @param jitterNanos the delay varies evenly by up to this much in both directions, and is never negative.
///     Each packet has its own delay, so jitter larger than the gap between packets reorders them, as in netem.
/// @param reorder probability that a packet overtakes those before it. It goes at once, without the delay, as
///     in netem; on a path without delay there is nothing to overtake, so it is held back for
///     [ImpairedPath#HOLD_NANOS] instead and the next ones overtake it.
/// @param duplicate probability that a packet arrives twice; the second copy has its own corruption, delay and
///     reordering, and takes room in the queue like any other packet
/// @param corrupt probability that one bit of a packet, chosen evenly, is flipped. One, because no checksum in
///     use misses one.
/// @param rateBitsPerSecond how fast the line takes packets, counted from the IP header on; 0: no limit
/// @param queueBytes how many octets may wait for the line or be on it; a packet that finds no room is dropped,
///     an idle line takes any packet
/// @param ecnBytes a packet of a transport that understands marks (RFC 3168) and finds more octets than this before
///     it and with it on the line is marked, as `ce_threshold` of Linux's queues does; it waits as any other, and is
///     dropped when the queue is full. 0: none is marked
/// @param mtu packets longer than this are dropped; 0: no limit
/// @param seed where the pseudo random numbers begin
public record Impairment(
        double loss,
        long delayNanos,
        long jitterNanos,
        double reorder,
        double duplicate,
        double corrupt,
        long rateBitsPerSecond,
        long queueBytes,
        long ecnBytes,
        int mtu,
        long seed) {

    /// A path with nothing wrong.
    public static final Impairment NONE = builder().build();

    /// The longest delay and jitter: an hour.
    public static final long DELAY_NANOS_MAX = 3_600_000_000_000L;
    /// The slowest line: it still takes an Ethernet packet in a few minutes.
    public static final long RATE_BITS_PER_SECOND_MIN = 100;
    /// The fastest line: a terabit.
    public static final long RATE_BITS_PER_SECOND_MAX = 1_000_000_000_000L;
    /// The longest queue: a gibibyte.
    public static final long QUEUE_BYTES_MAX = 1L << 30;
    /// The shortest MTU: what every IPv4 host must take (RFC 791 §3.1).
    public static final int MTU_MIN = 68;
    /// The longest MTU: the longest IPv4 packet.
    public static final int MTU_MAX = 65_535;

    private static final long QUEUE_BYTES_LEAST_DEFAULT = 64 * 1024;

    public Impairment {
        probability("loss", loss);
        probability("reorder", reorder);
        probability("duplicate", duplicate);
        probability("corrupt", corrupt);
        range("delay", delayNanos, 0, DELAY_NANOS_MAX, "1h");
        range("jitter", jitterNanos, 0, DELAY_NANOS_MAX, "1h");
        if (rateBitsPerSecond != 0) {
            range("rate", rateBitsPerSecond, RATE_BITS_PER_SECOND_MIN, RATE_BITS_PER_SECOND_MAX, "1tbit");
            range("queue", queueBytes, 1, QUEUE_BYTES_MAX, "1g");
        } else if (queueBytes != 0) {
            throw new IllegalArgumentException("a queue needs a rate: add one such as rate=100mbit");
        }
        if (ecnBytes != 0) {
            range("ecn", ecnBytes, 1, QUEUE_BYTES_MAX, "1g");
            if (rateBitsPerSecond == 0) {
                throw new IllegalArgumentException("ecn needs a rate: add one such as rate=100mbit");
            }
        }
        if (mtu != 0) {
            range("mtu", mtu, MTU_MIN, MTU_MAX, "65535");
        }
    }

    /// Reads a list such as
    /// `loss=2%,reorder=2%,duplicate=1%,delay=5ms,jitter=1ms,corrupt=0.1%,rate=100mbit,queue=64k,ecn=16k,`
    /// `mtu=1400,seed=7`.
    /// Every word may be left out; `none` and the empty text are the perfect path. A queue that is left out
    /// holds 100 ms at the rate, at least 64 KiB. Times end in `ns us ms s`, rates in `bit kbit mbit gbit`
    /// (powers of 1000), sizes in nothing or `k m g` (powers of 1024).
    ///
    /// @throws IllegalArgumentException with one sentence that names the word and says what would be right
    public static Impairment parse(String text) {
        return ImpairmentText.parse(text);
    }

    /// Starts with a perfect path.
    public static Builder builder() {
        return new Builder();
    }

    /// Starts with these settings.
    public Builder toBuilder() {
        var builder = new Builder();
        builder.loss = loss;
        builder.delayNanos = delayNanos;
        builder.jitterNanos = jitterNanos;
        builder.reorder = reorder;
        builder.duplicate = duplicate;
        builder.corrupt = corrupt;
        builder.rateBitsPerSecond = rateBitsPerSecond;
        builder.queueBytes = queueBytes;
        builder.ecnBytes = ecnBytes;
        builder.mtu = mtu;
        builder.seed = seed;
        return builder;
    }

    /// Whether nothing is wrong with the path.
    public boolean perfect() {
        return equals(NONE.toBuilder().seed(seed).build());
    }

    /// The text that [#parse] reads back as these settings; `none` when all are at their defaults.
    @Override
    public String toString() {
        return ImpairmentText.format(this);
    }

    private static void probability(String word, double value) {
        // Written so that NaN is refused.
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(word + " must lie between 0% and 100%");
        }
    }

    private static void range(String word, long value, long min, long max, String maxText) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(word + " must lie between " + min + " and " + maxText);
        }
    }

    /// Collects settings one by one. The names are the record's.
    ///
    /// Threads: one owner.
    public static final class Builder {
        private double loss;
        private long delayNanos;
        private long jitterNanos;
        private double reorder;
        private double duplicate;
        private double corrupt;
        private long rateBitsPerSecond;
        private long queueBytes;
        private long ecnBytes;
        private int mtu;
        private long seed = 1;

        private Builder() {}

        public Builder loss(double probability) {
            loss = probability;
            return this;
        }

        public Builder delayNanos(long nanos) {
            delayNanos = nanos;
            return this;
        }

        public Builder jitterNanos(long nanos) {
            jitterNanos = nanos;
            return this;
        }

        public Builder reorder(double probability) {
            reorder = probability;
            return this;
        }

        public Builder duplicate(double probability) {
            duplicate = probability;
            return this;
        }

        public Builder corrupt(double probability) {
            corrupt = probability;
            return this;
        }

        public Builder rateBitsPerSecond(long bitsPerSecond) {
            rateBitsPerSecond = bitsPerSecond;
            return this;
        }

        /// 0: what holds 100 ms at the rate, at least 64 KiB.
        public Builder queueBytes(long octets) {
            queueBytes = octets;
            return this;
        }

        public Builder ecnBytes(long octets) {
            ecnBytes = octets;
            return this;
        }

        public Builder mtu(int octets) {
            mtu = octets;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /// @throws IllegalArgumentException with one sentence when a setting is out of its range
        public Impairment build() {
            long queue = queueBytes;
            if (queue == 0 && rateBitsPerSecond > 0) {
                queue = Math.clamp(rateBitsPerSecond / 8 / 10, QUEUE_BYTES_LEAST_DEFAULT, QUEUE_BYTES_MAX);
            }
            return new Impairment(
                    loss,
                    delayNanos,
                    jitterNanos,
                    reorder,
                    duplicate,
                    corrupt,
                    rateBitsPerSecond,
                    queue,
                    ecnBytes,
                    mtu,
                    seed);
        }
    }
}
