package dev.levee.sim.drill.script;

/// When an event is to happen, in nanoseconds.
public sealed interface EventTime {
    /// Since the script's beginning: `0.1`.
    record Absolute(long nanos) implements EventTime {}

    /// Since the event before: `+0.1`.
    record Relative(long nanos) implements EventTime {}

    /// Since the script's beginning, both ends included: `0.1~0.2`. Only for packets that the system sends.
    record AbsoluteRange(long fromNanos, long toNanos) implements EventTime {}

    /// Since the event before: `+0.1~+0.2`. Only for packets that the system sends.
    record RelativeRange(long fromNanos, long toNanos) implements EventTime {}

    /// Whenever it happens: `*`. Only for packets that the system sends.
    record Any() implements EventTime {}
}
