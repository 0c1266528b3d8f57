package dev.levee.sim.drill;

import dev.levee.sim.drill.script.EventTime;

/// When events are to happen, and whether they did then.
final class Timing {
    /// There was no event before.
    static final long NEVER = Long.MIN_VALUE;

    private final long toleranceNanos;
    private final double tolerancePercent;

    Timing(Plan plan) {
        toleranceNanos = plan.toleranceNanos();
        tolerancePercent = plan.tolerancePercent();
    }

    /// An event's time on the run's clock.
    ///
    /// @param offsetNanos what relative times count from; 0 for absolute ones
    record Moment(EventTime written, long fromNanos, long toNanos, long offsetNanos) {
        static Moment of(EventTime time, long nowNanos) {
            return switch (time) {
                case EventTime.Absolute(long nanos) -> new Moment(time, nanos, nanos, 0);
                case EventTime.Relative(long nanos) -> new Moment(time, nowNanos + nanos, nowNanos + nanos, nowNanos);
                case EventTime.AbsoluteRange(long from, long to) -> new Moment(time, from, to, 0);
                case EventTime.RelativeRange(long from, long to) ->
                    new Moment(time, nowNanos + from, nowNanos + to, nowNanos);
                case EventTime.Any() -> new Moment(time, nowNanos, nowNanos, nowNanos);
            };
        }

        boolean any() {
            return written instanceof EventTime.Any;
        }

        boolean absolute() {
            return written instanceof EventTime.Absolute || written instanceof EventTime.AbsoluteRange;
        }

        boolean relative() {
            return written instanceof EventTime.Relative || written instanceof EventTime.RelativeRange;
        }

        /// The same, to happen at another time.
        Moment at(long nanos) {
            return new Moment(written, nanos, nanos, offsetNanos);
        }
    }

    /// The larger of a fixed time and of a part of the time since the event before.
    long tolerance(Moment moment, long lastNanos) {
        if (lastNanos == NEVER) {
            return toleranceNanos;
        }
        return Math.max(toleranceNanos, (long) ((moment.fromNanos() - lastNanos) * tolerancePercent / 100));
    }

    /// @param what happened
    /// @param lastNanos when the event before was to happen
    void check(String what, Moment moment, long actualNanos, long lastNanos) throws DrillFailure {
        if (moment.any()) {
            return;
        }
        long tolerance = tolerance(moment, lastNanos);
        if (actualNanos >= moment.fromNanos() - tolerance && actualNanos <= moment.toNanos() + tolerance) {
            return;
        }
        throw new DrillFailure("time of " + what + ": expected " + text(moment) + ", got " + text(moment, actualNanos)
                + " (tolerance " + Notation.seconds(tolerance) + " s)");
    }

    private static String text(Moment moment) {
        var from = text(moment, moment.fromNanos());
        return moment.fromNanos() == moment.toNanos() ? from : from + "~" + text(moment, moment.toNanos());
    }

    private static String text(Moment moment, long nanos) {
        if (!moment.relative()) {
            return Notation.seconds(nanos);
        }
        long since = nanos - moment.offsetNanos();
        return (since < 0 ? "" : "+") + Notation.seconds(since);
    }
}
