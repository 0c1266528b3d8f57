package dev.levee.sim.drill.mutation;

import dev.levee.sim.drill.script.DrillScript;

/// What a script says about how strictly it is to be taken.
///
/// @param toleranceNanos how far an event may be from its time
/// @param timestampsCounted whether the script says how long a tick of the timestamp clock is: without that the
///     language does not compare timestamp values
record Habits(long toleranceNanos, boolean timestampsCounted) {
    /// That of the language for scripts that name none.
    private static final long TOLERANCE_MICROS = 4_000;

    /// The language also allows this part of the time since the event before.
    private static final double TOLERANCE_PERCENT = 12.5;

    static Habits of(DrillScript script) {
        long tolerance = TOLERANCE_MICROS;
        boolean counted = false;
        for (var option : script.options()) {
            var value = option.value();
            if (option.name().equals("tolerance_usecs") && value != null) {
                tolerance = Long.parseLong(value);
            }
            if (option.name().equals("tcp_ts_tick_usecs") && value != null) {
                counted = !value.equals("0");
            }
        }
        return new Habits(tolerance * 1_000, counted);
    }

    /// Far enough beyond the tolerance, for an event that is to happen `nanos` after another, that it may have
    /// been used up in the other direction.
    long beyond(long nanos) {
        return 2 * Math.max(toleranceNanos, (long) (Math.abs(nanos) * TOLERANCE_PERCENT / 100)) * 11 / 10 + 2_000_000;
    }
}
