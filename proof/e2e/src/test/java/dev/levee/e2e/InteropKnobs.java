package dev.levee.e2e;

import java.util.SplittableRandom;

/// What one connection between Levee and the kernel is like; all of it follows from a seed.
///
/// @param leveeOpens which side sends the SYN
/// @param small whether the receive buffers are so small that windows close
/// @param leveeBytes what Levee sends, and `kernelBytes` what the kernel does, in octets
/// @param leveeWrites how many octets Levee writes in a call, `leveeReads` how many it reads; so for the kernel
/// @param leveePauseMicros how long Levee's program does something else between some of its calls; so for the
///     kernel's
/// @param readBeforeEnd how many octets the side that breaks off reads before
/// @param abort whether Levee breaks off by `abort`, not by closing with linger 0
record InteropKnobs(
        long seed,
        boolean leveeOpens,
        Family family,
        boolean small,
        Manner manner,
        int leveeBytes,
        int kernelBytes,
        int leveeWrites,
        int kernelWrites,
        int leveeReads,
        int kernelReads,
        int leveePauseMicros,
        int kernelPauseMicros,
        boolean noDelay,
        int readBeforeEnd,
        boolean abort) {

    private static final int BYTES_MAX = 200_000;
    private static final int FEW_BYTES = 3_000;
    private static final int CALLS_MAX = 300;
    private static final int CHUNK_MAX = 65_536;
    private static final int PAUSE_MICROS_MAX = 5_000;

    /// How the two come to an end.
    enum Manner {
        /// Each says FIN behind its last octet, and reads until the other's.
        EACH_ENDS,
        /// Levee answers only when it has read the kernel's FIN: a half-closed connection carries data.
        LEVEE_ANSWERS,
        KERNEL_ANSWERS,
        /// Both know how much comes, and close in the same moment.
        BOTH_CLOSE,
        /// One knows how much comes, and closes first.
        LEVEE_CLOSES,
        KERNEL_CLOSES,
        /// One resets the connection when it has read so much.
        LEVEE_RESETS,
        KERNEL_RESETS,
        /// One closes although more comes than it has read.
        LEVEE_LEAVES,
        KERNEL_LEAVES;

        /// Whether everything arrives.
        boolean orderly() {
            return !breaksOff(true) && !breaksOff(false);
        }

        boolean breaksOff(boolean levee) {
            return levee
                    ? this == LEVEE_RESETS || this == LEVEE_LEAVES
                    : this == KERNEL_RESETS || this == KERNEL_LEAVES;
        }

        boolean resets() {
            return this == LEVEE_RESETS || this == KERNEL_RESETS;
        }

        boolean answers(boolean levee) {
            return this == (levee ? LEVEE_ANSWERS : KERNEL_ANSWERS);
        }

        /// Whether it closes without having read the other's FIN.
        boolean closesFirst(boolean levee) {
            return this == BOTH_CLOSE || this == (levee ? LEVEE_CLOSES : KERNEL_CLOSES);
        }

        /// Whether it says FIN when it has written everything, and goes on reading.
        boolean halfCloses() {
            return this == EACH_ENDS || this == LEVEE_ANSWERS || this == KERNEL_ANSWERS;
        }
    }

    static InteropKnobs of(long seed) {
        var random = new SplittableRandom(seed);
        // One in ten breaks off.
        int last = random.nextInt(10) == 0 ? Manner.values().length : Manner.LEVEE_RESETS.ordinal();
        int first = last == Manner.values().length ? Manner.LEVEE_RESETS.ordinal() : 0;
        var manner = Manner.values()[random.nextInt(first, last)];
        int leveeBytes = bytes(random, manner);
        int kernelBytes = bytes(random, manner);
        return new InteropKnobs(
                seed,
                random.nextBoolean(),
                random.nextBoolean() ? Family.V4 : Family.V6,
                random.nextInt(4) == 0,
                manner,
                leveeBytes,
                kernelBytes,
                chunk(random, leveeBytes),
                chunk(random, kernelBytes),
                chunk(random, kernelBytes),
                chunk(random, leveeBytes),
                pause(random),
                pause(random),
                random.nextBoolean(),
                random.nextInt(1, Math.max(2, manner.breaksOff(true) ? kernelBytes : leveeBytes)),
                random.nextBoolean());
    }

    private static int bytes(SplittableRandom random, Manner manner) {
        int least = manner.orderly() ? 0 : 2;
        return switch (random.nextInt(10)) {
            case 0 -> least;
            case 1 -> least + 1;
            case 2, 3, 4 -> random.nextInt(least, FEW_BYTES);
            default -> random.nextInt(least, BYTES_MAX + 1);
        };
    }

    private static int chunk(SplittableRandom random, int bytes) {
        int least = 1 + bytes / CALLS_MAX;
        return random.nextBoolean() ? random.nextInt(least, 2 * least + 1) : random.nextInt(least, CHUNK_MAX);
    }

    private static int pause(SplittableRandom random) {
        return random.nextInt(3) == 0 ? random.nextInt(PAUSE_MICROS_MAX) : 0;
    }

    int bytes(boolean levee) {
        return levee ? leveeBytes : kernelBytes;
    }

    int writes(boolean levee) {
        return levee ? leveeWrites : kernelWrites;
    }

    int reads(boolean levee) {
        return levee ? leveeReads : kernelReads;
    }

    int pauseMicros(boolean levee) {
        return levee ? leveePauseMicros : kernelPauseMicros;
    }

    /// What one side sends.
    byte[] text(boolean levee) {
        var text = new byte[bytes(levee)];
        new SplittableRandom(levee ? seed : ~seed).nextBytes(text);
        return text;
    }
}
