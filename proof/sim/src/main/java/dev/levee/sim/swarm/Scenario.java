package dev.levee.sim.swarm;

import dev.levee.path.SeededRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// A named choice of knobs. Those that make the scenario are always on, some others now and then.
public enum Scenario {
    /// Everything, by swarm weights: most runs have a few knobs on, and each run others.
    DEFAULT("default", "a swarm of everything: each run has other faults", Set.of(), EnumSet.allOf(Knob.class)),
    /// Nothing wrong, varied users and settings.
    CLEAN("clean", "a good network, users of all kinds", Set.of(Knob.DELAY), Groups.SETTINGS),
    LOSSY("lossy", "loss, in bursts too", Set.of(Knob.LOSS, Knob.DELAY), Groups.plus(Knob.BURST, Knob.DUPLICATE)),
    REORDER(
            "reorder",
            "packets overtake each other and come twice",
            Set.of(Knob.REORDER, Knob.DELAY),
            Groups.plus(Knob.JITTER, Knob.DUPLICATE, Knob.LOSS)),
    TINY_WINDOWS(
            "tiny-windows",
            "small receive buffers and segments",
            Set.of(Knob.TINY_WINDOW, Knob.DELAY),
            Groups.plus(Knob.SLOW_READER, Knob.LOSS)),
    ZERO_WINDOW(
            "zero-window",
            "readers that stop, probes that get lost",
            Set.of(Knob.TINY_WINDOW, Knob.SLOW_READER),
            Groups.plus(Knob.LOSS, Knob.DELAY, Knob.BURST)),
    WRAP("wrap", "large windows, sequence numbers that wrap in the middle", Set.of(Knob.WIDE_WINDOW), Groups.LOSSES),
    CLOSE("close", "short connections: every way to end one", Set.of(Knob.DELAY), Groups.CLOSES),
    HALF_CLOSE("half-close", "one direction ends long before the other", Set.of(Knob.HALF_CLOSE), Groups.LOSSES),
    SIMULTANEOUS("simultaneous", "both sides connect at once", Set.of(Knob.SIMULTANEOUS, Knob.DELAY), Groups.LOSSES),
    CRASH("crash", "hosts lose their memory", Set.of(Knob.CRASH, Knob.DELAY), Groups.LOSSES),
    HOSTILE("hostile", "forged packets for the connections there are", Set.of(Knob.HOSTILE), Groups.LOSSES),
    FLOOD("flood", "SYNs from nowhere", Set.of(Knob.FLOOD, Knob.DELAY), Groups.plus(Knob.TINY_LIMITS)),
    FLAP("flap", "links and hosts that come and go", Set.of(Knob.FLAP, Knob.DELAY), Groups.OUTAGES),
    FAST_OPEN(
            "fast-open",
            "text with SYNs, and SYNs that come again",
            Set.of(Knob.FAST_OPEN, Knob.DELAY),
            Groups.plus(
                    Knob.LOSS,
                    Knob.DUPLICATE,
                    Knob.REORDER,
                    Knob.JITTER,
                    Knob.CRASH,
                    Knob.PAUSE,
                    Knob.REUSE,
                    Knob.NARROW,
                    Knob.SIMULTANEOUS,
                    Knob.FLOOD,
                    Knob.TINY_LIMITS,
                    Knob.CLASSIC)),
    MANY_HOSTS("many-hosts", "eight hosts, many connections", Set.of(Knob.DELAY), Groups.LOSSES);

    /// Which knobs go together.
    private static final class Groups {
        private static final Set<Knob> SETTINGS = EnumSet.of(
                Knob.SLOW_READER,
                Knob.SLOW_WRITER,
                Knob.TINY_WINDOW,
                Knob.SMALL_MSS,
                Knob.WIDE_WINDOW,
                Knob.NO_SCALING,
                Knob.NO_TIMESTAMPS,
                Knob.NO_DELAY,
                Knob.QUICK_ACKS,
                Knob.LATE_ACKS,
                Knob.HALF_CLOSE,
                Knob.LINGER,
                Knob.RATE,
                Knob.ECN,
                Knob.GROWTH);
        private static final Set<Knob> LOSSES =
                plus(Knob.LOSS, Knob.BURST, Knob.REORDER, Knob.DUPLICATE, Knob.JITTER, Knob.CORRUPT);
        private static final Set<Knob> CLOSES =
                plus(Knob.LOSS, Knob.REORDER, Knob.DUPLICATE, Knob.ABORT, Knob.REUSE, Knob.SIMULTANEOUS, Knob.BURST);
        private static final Set<Knob> OUTAGES = plus(Knob.LOSS, Knob.PAUSE, Knob.JUMP, Knob.CLOG, Knob.MTU);

        private Groups() {}

        private static Set<Knob> plus(Knob... more) {
            var set = EnumSet.copyOf(SETTINGS);
            set.addAll(List.of(more));
            return set;
        }
    }

    private final String label;
    private final String words;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final Set<Knob> always;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final Set<Knob> sometimes;

    Scenario(String label, String words, Set<Knob> always, Set<Knob> sometimes) {
        this.label = label;
        this.words = words;
        this.always = always;
        this.sometimes = sometimes;
    }

    /// The name on the command line.
    public String label() {
        return label;
    }

    /// One clause for people.
    public String words() {
        return words;
    }

    /// @throws IllegalArgumentException with one sentence that lists them all
    public static Scenario parse(String label) {
        var labels = new ArrayList<String>();
        for (var scenario : values()) {
            if (scenario.label.equals(label)) {
                return scenario;
            }
            labels.add(scenario.label);
        }
        throw new IllegalArgumentException(
                "there is no scenario '" + label + "'; there are " + String.join(", ", labels));
    }

    /// The knobs of one run.
    public Knobs knobs(long seed) {
        var random = new SeededRandom(seed ^ 0x5eed_0fa5L);
        random.nextLong();
        var strengths = new EnumMap<Knob, Integer>(Knob.class);
        // Swarm testing: runs differ most when whole classes of faults are absent from most of them.
        double crowd = random.chance(0.25) ? 1.3 : random.nextDouble();
        var later = new SeededRandom(seed ^ 0x6702_3e4cL);
        for (var knob : Knob.values()) {
            // What came later has a chance of its own, so that seeds go on to mean what they meant.
            var own = knob == Knob.FAST_OPEN
                    ? new SeededRandom(seed ^ 0xfa57_09e2L)
                    : knob == Knob.GROWTH ? later : random;
            boolean on = own.chance(Math.min(0.9, knob.chance() * 1.3 * crowd));
            int strength = 1 + own.nextInt(own.chance(0.5) ? 100 : 30);
            if (always.contains(knob) || (on && sometimes.contains(knob))) {
                strengths.put(knob, strength);
            }
        }
        int hosts = random.chance(0.55) ? 2 : 2 + random.nextInt(Knobs.HOSTS_MAX - 1);
        int flows = random.chance(0.5) ? 1 + random.nextInt(2) : 1 + random.nextInt(2 * hosts);
        int bytes = 1 << 8 + random.nextInt(10);
        return switch (this) {
            case MANY_HOSTS -> new Knobs(seed, Knobs.HOSTS_MAX, 8 + random.nextInt(17), bytes, strengths);
            case FAST_OPEN -> new Knobs(seed, hosts, 2 + flows, bytes, strengths);
            case CLOSE -> new Knobs(seed, hosts, 2 + flows, random.nextInt(3_000), strengths);
            case WRAP -> new Knobs(seed, 2, 1 + random.nextInt(2), 1 << 18 + random.nextInt(3), strengths);
            default -> new Knobs(seed, hosts, flows, bytes, strengths);
        };
    }
}
