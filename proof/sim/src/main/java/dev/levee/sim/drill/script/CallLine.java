package dev.levee.sim.drill.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A system call with its expected outcome: `accept(3, ..., ...) = 4`.
///
/// @param endNanos for a call that blocks (`...0.2`), when it returns: relative to its own start if the event's
///     time is relative, else since the script's beginning; -1 for a call that returns at once
/// @param result what it must return; [Expression.Ellipsis] for anything
/// @param error the name of `errno` afterwards, null when none was given
/// @param note what stands in parentheses after it, for people; null for none
public record CallLine(
        Position at,
        long endNanos,
        String name,
        List<Expression> arguments,
        Expression result,
        @Nullable String error,
        @Nullable String note)
        implements Action {
    /// The call returns at once.
    public static final long NOT_BLOCKING = -1;

    public CallLine {
        arguments = List.copyOf(arguments);
    }
}
