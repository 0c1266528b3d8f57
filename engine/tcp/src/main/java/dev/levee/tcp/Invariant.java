package dev.levee.tcp;

/// Checks that stay on in production, for cold paths: a mistake of our own, or of whoever drives the engine.
///
/// Threads: any.
final class Invariant {
    private Invariant() {}

    static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }
}
