package dev.levee.sim.swarm;

import org.jspecify.annotations.Nullable;

/// What may be wrong or unusual in a run. Each is present or not, and when present has a strength of 1 to 100.
public enum Knob {
    LOSS("loss", 0.45, "packets are lost"),
    BURST("burst", 0.2, "packets are lost in bursts"),
    DELAY("delay", 0.7, "packets take their time"),
    JITTER("jitter", 0.3, "the delay varies, so that packets overtake each other"),
    REORDER("reorder", 0.35, "packets overtake those before them"),
    DUPLICATE("duplicate", 0.3, "packets arrive twice"),
    CORRUPT("corrupt", 0.2, "bits are flipped"),
    RATE("rate", 0.3, "lines are slow, with a queue"),
    CLOG("clog", 0.2, "a direction stops for a while; what waits comes later, all at once, or never"),
    MTU("mtu", 0.15, "links have small or changing MTUs, and say nothing about it"),
    FLAP("flap", 0.15, "links go down and up again"),
    PAUSE("pause", 0.15, "hosts do nothing for a while"),
    JUMP("jump", 0.1, "clocks jump ahead"),
    CRASH("crash", 0.12, "hosts lose their memory and start again"),
    SLOW_READER("slow-reader", 0.4, "users read little, late, or not at all for a while"),
    SLOW_WRITER("slow-writer", 0.3, "users write in small pieces with pauses"),
    TINY_WINDOW("tiny-window", 0.35, "receive buffers are small"),
    SMALL_MSS("small-mss", 0.2, "segments are small"),
    WIDE_WINDOW("wide-window", 0.2, "receive buffers are large, so that windows are scaled"),
    NO_SCALING("no-scaling", 0.25, "some hosts do not scale windows"),
    NO_TIMESTAMPS("no-timestamps", 0.4, "some hosts have no timestamps"),
    NO_DELAY("no-delay", 0.35, "Nagle's algorithm is off for some"),
    QUICK_ACKS("quick-acks", 0.25, "acknowledgements are not delayed"),
    LATE_ACKS("late-acks", 0.2, "acknowledgements are delayed for almost half a second"),
    HALF_CLOSE("half-close", 0.35, "users close one direction and go on with the other"),
    ABORT("abort", 0.12, "users abort, or close with data unread"),
    LINGER("linger", 0.12, "users wait in close, or close with linger 0"),
    SIMULTANEOUS("simultaneous", 0.12, "both sides connect at the same moment"),
    REUSE("reuse", 0.15, "a connection's ports are used again at once"),
    TINY_LIMITS("tiny-limits", 0.1, "few connections, little memory, short queues"),
    HOSTILE("hostile", 0.2, "somebody sends packets that look as if they belonged to the connections"),
    FLOOD("flood", 0.08, "somebody sends SYNs from addresses that do not exist"),
    CLASSIC("classic", 0.5, "some hosts have NewReno only: no selective acknowledgements, no timestamps"),
    NARROW("narrow", 0.15, "routers have links of small or changing MTUs, and say so"),
    ECN("ecn", 0.3, "some hosts ask for marks instead of losses, and slow lines set them"),
    FAST_OPEN("fast-open", 0.2, "SYNs carry text for those who have a cookie, and come again much later"),
    GROWTH("growth", 0.35, "buffers begin small and may grow, a little or much");

    private final String label;
    private final double chance;
    private final String words;

    Knob(String label, double chance, String words) {
        this.label = label;
        this.chance = chance;
        this.words = words;
    }

    /// The name on the command line.
    public String label() {
        return label;
    }

    /// How often a run of the default swarm has it.
    double chance() {
        return chance;
    }

    /// One clause for people.
    public String words() {
        return words;
    }

    static @Nullable Knob of(String label) {
        for (var knob : values()) {
            if (knob.label.equals(label)) {
                return knob;
            }
        }
        return null;
    }
}
