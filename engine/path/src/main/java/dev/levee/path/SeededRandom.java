package dev.levee.path;

/// A small generator of pseudo random numbers (SplitMix64): the same seed gives the same run, on every machine.
/// For simulated networks and tests, not for secrets.
///
/// Threads: one owner.
public final class SeededRandom {
    private long state;

    public SeededRandom(long seed) {
        state = seed;
    }

    /// The next 64 bits.
    public long nextLong() {
        state += 0x9e3779b97f4a7c15L;
        long mixed = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }

    /// A number in `[0, bound)`; `bound` positive.
    public long nextLong(long bound) {
        assert bound > 0 : bound;
        return Long.remainderUnsigned(nextLong(), bound);
    }

    /// A number in `[0, bound)`; `bound` positive.
    public int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    /// A number in `[0, 1)`.
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /// True with the given probability.
    public boolean chance(double probability) {
        return probability > 0 && nextDouble() < probability;
    }
}
