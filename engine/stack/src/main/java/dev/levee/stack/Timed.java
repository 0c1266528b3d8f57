package dev.levee.stack;

import dev.levee.tcp.Deadlines;

/// Something with a deadline, and its place in a [DeadlineHeap].
///
/// Threads: shard.
abstract class Timed {
    /// Its place in the heap; -1 outside.
    int heapIndex = -1;
    /// The deadline as it is now. The heap may still have it under an earlier one.
    long deadlineNanos = Deadlines.NONE;
}
