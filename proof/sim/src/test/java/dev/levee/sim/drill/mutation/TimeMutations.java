package dev.levee.sim.drill.mutation;

import dev.levee.sim.drill.script.Event;
import dev.levee.sim.drill.script.EventTime;

/// Moves the time of a packet of the system beyond the tolerance, both ways.
final class TimeMutations {
    private final Event event;
    private final Habits habits;
    private final Mutator.Replaced to;

    TimeMutations(Event event, Habits habits, Mutator.Replaced to) {
        this.event = event;
        this.habits = habits;
        this.to = to;
    }

    void all(int index) {
        switch (event.time()) {
            case EventTime.Relative(long nanos) -> {
                long by = habits.beyond(nanos);
                moved(index, new EventTime.Relative(nanos + by), "later");
                // No event can be expected before the one that it follows.
                if (nanos >= by) {
                    moved(index, new EventTime.Relative(nanos - by), "earlier");
                }
            }
            case EventTime.Absolute(long nanos) ->
                moved(index, new EventTime.Absolute(nanos + habits.beyond(nanos)), "later");
            case EventTime.RelativeRange(long from, long to) -> {
                long by = to - from + habits.beyond(to);
                moved(index, new EventTime.RelativeRange(from + by, to + by), "later");
                if (from >= by) {
                    moved(index, new EventTime.RelativeRange(from - by, to - by), "earlier");
                }
            }
            case EventTime.AbsoluteRange(long from, long to) -> {
                long by = to - from + habits.beyond(to);
                moved(index, new EventTime.AbsoluteRange(from + by, to + by), "later");
            }
            // Any time is right.
            case EventTime.Any() -> {}
        }
    }

    private void moved(int index, EventTime time, String what) {
        to.with("time of a packet", what, index, new Event(event.at(), time, event.action()));
    }
}
