package dev.levee.sim.swarm;

import dev.levee.path.SeededRandom;
import java.util.Arrays;

/// What streams consist of: octets that depend on the stream and on the position in it, so that every loss,
/// repetition, exchange and mix-up of streams shows.
///
/// One long row of chance octets, of prime length, so that no power of two repeats; each stream begins
/// elsewhere in it.
///
/// Threads: any.
final class Content {
    private static final int PERIOD = 65_521;
    private static final int LONGEST = 1 << 17;
    private static final byte[] ROW = row();

    private Content() {}

    private static byte[] row() {
        var random = new SeededRandom(0xc0_41e4L);
        var row = new byte[PERIOD + LONGEST];
        for (int i = 0; i < PERIOD; i++) {
            row[i] = (byte) random.nextLong();
        }
        for (int i = PERIOD; i < row.length; i++) {
            row[i] = row[i - PERIOD];
        }
        return row;
    }

    private static int start(long stream, long position) {
        return (int) Long.remainderUnsigned(stream + position, PERIOD);
    }

    /// Puts `count` octets of a stream, from `position` on, into `target`.
    static void copy(long stream, long position, byte[] target, int at, int count) {
        System.arraycopy(ROW, start(stream, position), target, at, count);
    }

    /// The first of `count` octets that is not what the stream has at `position`; -1 when all are.
    static int mismatch(long stream, long position, byte[] octets, int at, int count) {
        int start = start(stream, position);
        return Arrays.mismatch(octets, at, at + count, ROW, start, start + count);
    }
}
