package dev.levee.sim.swarm;

import dev.levee.path.SeededRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.regex.Pattern;

/// Everything that a run depends on. Taking a knob away does not change what the others do: each draws its
/// chance from a source of its own.
///
/// @param seed where all chance comes from
/// @param hosts how many, 2 to 8
/// @param flows how many connections are tried, 1 to 64
/// @param bytesMax the most octets that one direction of a flow carries
/// @param strengths the knobs that are on, with their strength, 1 to 100
public record Knobs(long seed, int hosts, int flows, int bytesMax, Map<Knob, Integer> strengths) {
    static final int HOSTS_MAX = 8;
    static final int FLOWS_MAX = 64;
    static final int BYTES_MAX = 1 << 28;
    private static final int STRENGTH_MAX = 100;
    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+");

    /// @throws IllegalArgumentException with one sentence when a number is out of its range
    public Knobs {
        range("hosts", hosts, 2, HOSTS_MAX);
        range("flows", flows, 1, FLOWS_MAX);
        range("bytes", bytesMax, 0, BYTES_MAX);
        var copy = new EnumMap<Knob, Integer>(Knob.class);
        copy.putAll(strengths);
        copy.forEach((knob, strength) -> range(knob.label(), strength, 1, STRENGTH_MAX));
        strengths = Collections.unmodifiableMap(copy);
    }

    private static void range(String word, int value, int min, int max) {
        if (value < min || value > max) {
            throw outside(word, String.valueOf(value), min, max);
        }
    }

    private static IllegalArgumentException outside(String word, String value, int min, int max) {
        return new IllegalArgumentException(word + " must lie in " + min + ".." + max + ", but is " + value);
    }

    /// A run with nothing wrong.
    public static Knobs plain(long seed, int hosts, int flows, int bytesMax) {
        return new Knobs(seed, hosts, flows, bytesMax, Map.of());
    }

    public boolean has(Knob knob) {
        return strengths.containsKey(knob);
    }

    /// 0 when the knob is off, up to 1.
    double strength(Knob knob) {
        return strengths.getOrDefault(knob, 0) / 100.0;
    }

    public Knobs with(Knob knob, int strength) {
        var more = new EnumMap<Knob, Integer>(Knob.class);
        more.putAll(strengths);
        more.put(knob, strength);
        return new Knobs(seed, hosts, flows, bytesMax, more);
    }

    public Knobs without(Knob knob) {
        var fewer = new EnumMap<Knob, Integer>(Knob.class);
        fewer.putAll(strengths);
        fewer.remove(knob);
        return new Knobs(seed, hosts, flows, bytesMax, fewer);
    }

    Knobs sized(int newHosts, int newFlows, int newBytesMax) {
        return new Knobs(seed, newHosts, newFlows, newBytesMax, strengths);
    }

    /// A source of chance of its own for each purpose.
    SeededRandom random(long purpose) {
        var mixer = new SeededRandom(seed * 0x9e37_79b9_7f4a_7c15L + purpose);
        mixer.nextLong();
        return new SeededRandom(mixer.nextLong() ^ purpose << 32);
    }

    SeededRandom random(Knob knob) {
        return random(1_000_000 + knob.ordinal());
    }

    /// Reads what [#toString] writes: `hosts=2,flows=1,bytes=8000,loss=12`.
    ///
    /// @throws IllegalArgumentException with one sentence that names the word and says what would be right
    public static Knobs parse(long seed, String text) {
        int hosts = 2;
        int flows = 1;
        int bytes = 10_000;
        var strengths = new EnumMap<Knob, Integer>(Knob.class);
        var said = new HashSet<String>();
        for (var word : text.split(",", -1)) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException(
                        "'" + word + "' is no knob with a value: write for example hosts=2,flows=1,bytes=8000,loss=12");
            }
            var name = word.substring(0, equals).strip();
            var value = word.substring(equals + 1).strip();
            switch (name) {
                case "hosts" -> hosts = number(name, value, 2, HOSTS_MAX);
                case "flows" -> flows = number(name, value, 1, FLOWS_MAX);
                case "bytes" -> bytes = number(name, value, 0, BYTES_MAX);
                default -> strengths.put(knob(name), number(name, value, 1, STRENGTH_MAX));
            }
            if (!said.add(name)) {
                throw new IllegalArgumentException(name + " is there twice: leave one of them out");
            }
        }
        return new Knobs(seed, hosts, flows, bytes, strengths);
    }

    private static int number(String name, String text, int min, int max) {
        if (!WHOLE.matcher(text).matches()) {
            throw new IllegalArgumentException(name + " must be a whole number, but is '" + text + "'");
        }
        try {
            int value = Integer.parseInt(text);
            range(name, value, min, max);
            return value;
        } catch (NumberFormatException _) {
            // So large that it is no int.
            throw outside(name, text, min, max);
        }
    }

    private static Knob knob(String name) {
        var knob = Knob.of(name);
        if (knob == null) {
            var names = new ArrayList<String>();
            for (var known : Knob.values()) {
                names.add(known.label());
            }
            throw new IllegalArgumentException(
                    "there is no knob '" + name + "'; there are hosts, flows, bytes, " + String.join(", ", names));
        }
        return knob;
    }

    /// The text that [#parse] reads back, without the seed.
    @Override
    public String toString() {
        var text = new StringBuilder("hosts=" + hosts + ",flows=" + flows + ",bytes=" + bytesMax);
        strengths.forEach((knob, strength) ->
                text.append(',').append(knob.label()).append('=').append(strength));
        return text.toString();
    }
}
