package dev.levee.sim.drill.engine;

import java.util.EnumMap;
import java.util.Map;

/// The options of one socket: those that were set, and the system's defaults for the others.
///
/// Threads: the run's.
final class OptionValues {
    private final Map<Option, Integer> defaults;
    private final Map<Option, Integer> set;

    OptionValues(Map<Option, Integer> defaults) {
        this.defaults = defaults;
        this.set = new EnumMap<>(Option.class);
    }

    private OptionValues(OptionValues other) {
        this.defaults = other.defaults;
        this.set = new EnumMap<>(other.set);
    }

    /// What an accepted socket begins with.
    OptionValues inherited() {
        return new OptionValues(this);
    }

    int get(Option option) {
        var own = set.get(option);
        return own == null ? defaults.getOrDefault(option, option.initial()) : own;
    }

    boolean on(Option option) {
        return get(option) != 0;
    }

    boolean isSet(Option option) {
        return set.containsKey(option);
    }

    void set(Option option, int value) {
        set.put(option, value);
    }
}
