package dev.levee.sim.swarm;

import dev.levee.path.SeededRandom;
import dev.levee.sim.Times;

/// How one user behaves.
///
/// @param totalBytes how much it writes
/// @param writeBytes the largest piece
/// @param writePauseNanos the longest pause between two pieces; 0: writes as soon as there is room
/// @param readBytes the piece in which it reads
/// @param readRounds how many such pieces it reads after each pause
/// @param readPauseNanos the longest pause between two readings; 0: reads as soon as there is something
/// @param readAfterNanos before that it reads nothing
/// @param waitsForEnd whether it finishes only when the other has
/// @param abortAfterNanos when it loses patience; 0: never
/// @param abortWay 0: aborts, 1: closes, whatever is unread, 2: only stops reading for good
/// @param lingerNanos of its close, or [#NO_LINGER]
record Mood(
        long totalBytes,
        int writeBytes,
        long writePauseNanos,
        int readBytes,
        int readRounds,
        long readPauseNanos,
        long readAfterNanos,
        boolean waitsForEnd,
        long abortAfterNanos,
        int abortWay,
        long lingerNanos) {
    static final long NO_LINGER = -1;

    /// The mood of one side of a flow.
    static Mood of(Knobs knobs, int flow, int side) {
        var random = knobs.random(2_000 + 2L * flow + side);
        long total = total(knobs, random);
        int writeBytes = 1 + random.nextInt(random.chance(0.5) ? 32_000 : 3_000);
        boolean waits = side == 1 ? random.chance(0.6) : random.chance(0.1);
        if (knobs.has(Knob.HALF_CLOSE)) {
            var half = knobs.random(3_000 + 2L * flow + side);
            total = half.chance(0.4) ? 0 : total;
            waits = half.chance(0.3);
        }
        long writePause = 0;
        var slowWriter = knobs.random(4_000 + 2L * flow + side);
        if (knobs.has(Knob.SLOW_WRITER) && slowWriter.chance(0.6)) {
            writePause = pause(slowWriter, knobs.strength(Knob.SLOW_WRITER));
            writeBytes = 1 + slowWriter.nextInt(slowWriter.chance(0.5) ? 100 : 5_000);
        }
        long readPause = 0;
        int readBytes = 1 << 15;
        int rounds = 1;
        var slowReader = knobs.random(5_000 + 2L * flow + side);
        if (knobs.has(Knob.SLOW_READER) && slowReader.chance(0.7)) {
            readPause = 4 * pause(slowReader, knobs.strength(Knob.SLOW_READER));
            readBytes = 1 + slowReader.nextInt(slowReader.chance(0.5) ? 200 : 8_000);
            rounds = 1 + slowReader.nextInt(4);
        }
        // Longer than the longest timeout: the window stays closed, and probes must go on.
        long readAfter = readPause > 0 && slowReader.chance(0.4) ? Times.seconds(5 + slowReader.nextInt(40)) : 0;
        long abortAfter = 0;
        var aborts = knobs.random(6_000 + 2L * flow + side);
        if (knobs.has(Knob.ABORT) && aborts.chance(0.6)) {
            abortAfter = 1 + aborts.nextLong(Times.seconds(aborts.chance(0.5) ? 1 : 8));
        }
        int way = aborts.nextInt(3);
        long linger = NO_LINGER;
        var lingers = knobs.random(7_000 + 2L * flow + side);
        if (knobs.has(Knob.LINGER) && lingers.chance(0.6)) {
            linger = lingers.chance(0.3) ? 0 : Times.millis(1 + lingers.nextInt(20_000));
        }
        return new Mood(
                total, writeBytes, writePause, readBytes, rounds, readPause, readAfter, waits, abortAfter, way, linger);
    }

    private static long total(Knobs knobs, SeededRandom random) {
        if (knobs.bytesMax() == 0 || random.chance(0.1)) {
            return 0;
        }
        long most = knobs.bytesMax();
        return 1 + (random.chance(0.3) ? most - 1 : random.nextLong(most));
    }

    private static long pause(SeededRandom random, double strength) {
        return Times.micros(100 + random.nextInt(random.chance(0.3) ? 2_000_000 : 50_000))
                + (long) (strength * Times.millis(20));
    }
}
