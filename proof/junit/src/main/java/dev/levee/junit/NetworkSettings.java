package dev.levee.junit;

import dev.levee.path.Impairment;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/// What a [LeveeNetwork] says, checked.
///
/// @param impairment of every path
/// @param mtu of every host's link, in octets
/// @param seed where all chance comes from
/// @param trace whether packets are noted for the message of a failure
record NetworkSettings(Impairment impairment, int mtu, boolean ipv6, long seed, boolean trace) {
    static final NetworkSettings PERFECT = new NetworkSettings(Impairment.NONE, 1500, false, 1, true);

    private static final int MTU_MIN_V4 = 576;
    private static final int MTU_MIN_V6 = 1280;

    /// Reads an annotation.
    ///
    /// @param where it stands, for messages
    /// @throws ExtensionConfigurationException with one sentence when a value is not right
    static NetworkSettings of(LeveeNetwork annotation, String where) {
        int mtuMin = annotation.ipv6() ? MTU_MIN_V6 : MTU_MIN_V4;
        if (annotation.mtu() < mtuMin || annotation.mtu() > Impairment.MTU_MAX) {
            throw wrong(where, "mtu must lie between " + mtuMin + " and " + Impairment.MTU_MAX, null);
        }
        try {
            var path = Impairment.builder()
                    .loss(probability("loss", annotation.loss()))
                    .reorder(probability("reorder", annotation.reorder()))
                    .duplicate(probability("duplicate", annotation.duplicate()))
                    .corrupt(probability("corrupt", annotation.corrupt()))
                    .delayNanos(value("delay", annotation.delay(), Impairment::delayNanos))
                    .jitterNanos(value("jitter", annotation.jitter(), Impairment::jitterNanos))
                    .rateBitsPerSecond(value("rate", annotation.rate(), Impairment::rateBitsPerSecond))
                    .queueBytes(queueBytes(annotation))
                    .build();
            return new NetworkSettings(
                    path, annotation.mtu(), annotation.ipv6(), annotation.seed(), annotation.trace());
        } catch (IllegalArgumentException e) {
            throw wrong(where, String.valueOf(e.getMessage()), e);
        }
    }

    NetworkSettings seed(long value) {
        return new NetworkSettings(impairment, mtu, ipv6, value, trace);
    }

    private static double probability(String word, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(
                    word + " is a probability between 0 and 1 (2 % is 0.02), and cannot be " + value);
        }
        return value;
    }

    /// Reads one value in the words of [Impairment#parse].
    private static long value(String word, String text, ToLongFunction<Impairment> property) {
        return text.isEmpty() ? 0 : property.applyAsLong(Impairment.parse(word + "=" + single(word, text)));
    }

    private static long queueBytes(LeveeNetwork annotation) {
        if (annotation.queue().isEmpty()) {
            return 0;
        }
        if (annotation.rate().isEmpty()) {
            throw new IllegalArgumentException("a queue needs a rate: add one such as rate = \"100mbit\"");
        }
        // A queue alone is refused by the parser; any rate will do to read its size.
        return Impairment.parse("rate=1mbit,queue=" + single("queue", annotation.queue()))
                .queueBytes();
    }

    private static String single(String word, String text) {
        if (text.indexOf(',') >= 0) {
            throw new IllegalArgumentException(word + " is one value, and cannot be '" + text + "'");
        }
        return text;
    }

    private static ExtensionConfigurationException wrong(String where, String sentence, @Nullable Exception cause) {
        return new ExtensionConfigurationException("@LeveeNetwork of " + where + ": " + sentence, cause);
    }

    /// What differs from a perfect network, for messages: `loss=2%,delay=20ms, IPv6`.
    @Override
    public String toString() {
        return (impairment.perfect() ? "a perfect network" : "a network with " + impairment)
                + (mtu == PERFECT.mtu ? "" : ", MTU " + mtu)
                + (ipv6 ? ", IPv6" : "");
    }
}
