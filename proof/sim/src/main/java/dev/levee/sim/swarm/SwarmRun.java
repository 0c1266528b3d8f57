package dev.levee.sim.swarm;

import dev.levee.path.SeededRandom;
import dev.levee.sim.Ladder;
import dev.levee.sim.LadderTap;
import dev.levee.sim.SimulationFailure;
import dev.levee.sim.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One run of the swarm: a time of faults, a time of calm in which everything must end, and the accounts.
///
/// Threads: one owner.
public final class SwarmRun {
    private static final long SLICE_NANOS = Times.millis(250);
    private static final long CALM_NANOS_MAX = Times.seconds(900);
    private static final long DESPAIR_NANOS = Times.seconds(30);
    private static final long QUIET_NANOS_MAX = Times.seconds(2_000);
    private static final long STEPS_MAX = 20_000_000;
    private static final long DECEIVED_STEPS_MAX = 1_000_000;

    /// What became of a run.
    ///
    /// @param knobs it is a function of these
    /// @param failure the oracle that said no; null when none did
    /// @param message what it said
    /// @param nanos how much virtual time has passed
    /// @param packets how many packets were sent
    /// @param recent the last of them, one a line, when it failed
    /// @param trace the ladders of all flows, when they were asked for
    public record Report(
            Knobs knobs,
            @Nullable Oracle failure,
            String message,
            long nanos,
            long packets,
            String recent,
            String trace) {
        public boolean failed() {
            return failure != null;
        }
    }

    private final Knobs knobs;
    private final World world;
    private final long stepsMax;
    private final List<LadderTap> ladders = new ArrayList<>();

    private SwarmRun(Knobs knobs, Ladder.@Nullable Style style, long stepsMax) {
        this.knobs = knobs;
        this.stepsMax = stepsMax;
        this.world = new World(knobs);
        if (style != null) {
            for (var flow : world.flows()) {
                var tap = new LadderTap(flow.client, flow.server, flow.serverPort(), style);
                world.network().tap(tap);
                ladders.add(tap);
            }
        }
    }

    /// Runs.
    public static Report run(Knobs knobs) {
        return run(knobs, null);
    }

    /// A run that no oracle refuses, for those who ask what has happened in it.
    static World counted(Knobs knobs) {
        var run = new SwarmRun(knobs, null, STEPS_MAX);
        run.all();
        return run.world;
    }

    /// Runs and draws the packets.
    ///
    /// @param style of the ladders; null for none
    public static Report run(Knobs knobs, Ladder.@Nullable Style style) {
        return new SwarmRun(knobs, style, STEPS_MAX).judged();
    }

    /// A short run in which somebody lies to the oracles, who must see it.
    ///
    /// @param liar gets the world before anything happens
    static Report deceived(Knobs knobs, Consumer<World> liar) {
        var run = new SwarmRun(knobs, null, DECEIVED_STEPS_MAX);
        liar.accept(run.world);
        return run.judged();
    }

    private Report judged() {
        try {
            all();
            return report(null, "");
        } catch (OracleFailure e) {
            return report(e.oracle(), String.valueOf(e.getMessage()));
        } catch (SimulationFailure e) {
            return report(Oracle.ENGINE, firstLine(e));
        } catch (AssertionError | RuntimeException e) {
            return report(Oracle.ENGINE, e.getClass().getSimpleName() + ": " + e.getMessage() + where(e));
        }
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static String where(Throwable e) {
        var trace = e.getStackTrace();
        return trace.length == 0 ? "" : " at " + trace[0];
    }

    private Report report(@Nullable Oracle failure, String message) {
        var trace = new StringBuilder();
        for (int i = 0; i < ladders.size(); i++) {
            trace.append("flow ")
                    .append(i)
                    .append('\n')
                    .append(ladders.get(i).ladder().finish());
        }
        var said = failure == null
                ? ""
                : message + " (at " + Times.format(world.network().elapsedNanos()) + " s)";
        return new Report(
                knobs,
                failure,
                said,
                world.network().elapsedNanos(),
                world.observer().packetCount,
                failure == null ? "" : world.observer().recent(),
                trace.toString());
    }

    private void all() {
        var faults = new Faults(world);
        faults.begin();
        new Hostile(world).begin();
        chaos(faultNanos());
        world.calm();
        calmDown();
        new Accounts(world).settle(QUIET_NANOS_MAX);
    }

    private long faultNanos() {
        SeededRandom random = knobs.random(50);
        long seconds = 1L + random.nextInt(random.chance(0.3) ? 30 : 8);
        boolean patient = knobs.has(Knob.SLOW_READER) && random.chance(0.4);
        return Times.seconds(patient ? seconds + 50 : seconds);
    }

    private void slice() {
        world.network().runFor(SLICE_NANOS);
        world.observer().sweep();
        world.flows().forEach(Flow::again);
        OracleFailure.check(world.network().steps() < stepsMax, Oracle.LIVELOCK, "%d steps and no end", stepsMax);
    }

    private void chaos(long nanos) {
        long end = world.network().clock().nowNanos() + nanos;
        while (world.network().clock().nowNanos() - end < 0) {
            slice();
        }
    }

    /// Every flow must end. A user whose peer is no more, or never was, may lose patience.
    private void calmDown() {
        long begin = world.network().clock().nowNanos();
        while (!world.flows().stream().allMatch(Flow::over)) {
            slice();
            long now = world.network().clock().nowNanos();
            boolean patient = now - begin < CALM_NANOS_MAX;
            if (!patient) {
                throw new OracleFailure(
                        Oracle.LIVENESS,
                        "after " + Times.format(now - begin) + " s of calm not everything has ended:" + unfinished());
            }
            for (var flow : world.flows()) {
                flow.users().forEach(user -> despair(user, now, begin));
            }
        }
    }

    private static void despair(User user, long nowNanos, long beginNanos) {
        var peer = user.peer;
        long since = Math.max(beginNanos, user.progressNanos);
        boolean alone = peer == null || peer.over();
        if (alone && nowNanos - since > DESPAIR_NANOS) {
            user.despair();
        }
    }

    private String unfinished() {
        var text = new StringBuilder();
        for (var flow : world.flows()) {
            if (!flow.over()) {
                text.append("\n  ").append(flow);
            }
        }
        return text.toString();
    }
}
