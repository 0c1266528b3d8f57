package dev.levee.sim.drill;

import dev.levee.sim.drill.Timing.Moment;
import dev.levee.sim.drill.script.CallLine;
import dev.levee.sim.drill.script.Position;
import dev.levee.sim.drill.system.PendingCall;
import dev.levee.sim.drill.system.Result;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes the calls of a script. One of them may block while other events go on; its outcome and its end are
/// compared when it returns.
final class CallRunner {
    private static final long STEP_NANOS = 50_000;
    /// How long the end of a call is waited for that should have returned.
    private static final long PATIENCE_NANOS = 1_000_000_000;

    private record Blocked(PreparedCall call, Moment moment, PendingCall pending) {}

    private final Plan plan;
    private final World world;
    private final CallPreparer preparer;
    private final Timing timing;
    private final Trace trace;
    private @Nullable Blocked blocked;

    CallRunner(Plan plan, World world, CallPreparer preparer, Timing timing, Trace trace) {
        this.plan = plan;
        this.world = world;
        this.preparer = preparer;
        this.timing = timing;
        this.trace = trace;
    }

    /// Compares the outcome of a call that blocked, if it has returned.
    ///
    /// @param moveTo told which line a failure is about
    void poll(Consumer<Position> moveTo) throws DrillFailure, DrillSkip {
        var waiting = blocked;
        if (waiting == null) {
            return;
        }
        var result = waiting.pending().result();
        if (result != null) {
            blocked = null;
            moveTo.accept(waiting.call().line().at());
            returned(waiting, result);
        }
    }

    private void returned(Blocked call, Result result) throws DrillFailure, DrillSkip {
        var line = call.call().line();
        trace.called(call.pending().endNanos(), line.at(), CallText.of(line) + " = " + CallText.of(result));
        call.call().check(result);
        long end = line.endNanos() + call.moment().offsetNanos();
        timing.check(
                "the call's return",
                call.moment().at(end),
                call.pending().endNanos(),
                call.moment().fromNanos());
    }

    /// Before another call: the one that blocks is given some time to return.
    void settle(CallLine next, Consumer<Position> moveTo) throws DrillFailure, DrillSkip {
        await(moveTo);
        var waiting = blocked;
        if (waiting == null) {
            return;
        }
        long endNanos = waiting.call().line().endNanos() + waiting.moment().offsetNanos();
        if (world.nowNanos() > endNanos + plan.toleranceNanos()) {
            moveTo.accept(waiting.call().line().at());
            throw new DrillFailure("the call still blocks at " + Notation.seconds(world.nowNanos())
                    + " s, and was to return at " + Notation.seconds(endNanos) + " s");
        }
        var text = "while " + CallText.of(waiting.call().line()) + " of line "
                + waiting.call().line().at().line() + " blocks";
        moveTo.accept(next.at());
        if (next.endNanos() != CallLine.NOT_BLOCKING) {
            throw new DrillFailure("a second call that blocks, " + text);
        }
        throw new DrillSkip("a call " + text + " is not offered");
    }

    private void await(Consumer<Position> moveTo) throws DrillFailure, DrillSkip {
        poll(moveTo);
        long until = world.nowNanos() + PATIENCE_NANOS;
        while (blocked != null && world.nowNanos() < until) {
            world.pass(world.nowNanos() + STEP_NANOS);
            poll(moveTo);
        }
    }

    /// At the end of the script: a call that still blocks is waited for, and then fails.
    void finish(Consumer<Position> moveTo) throws DrillFailure, DrillSkip {
        await(moveTo);
        var waiting = blocked;
        if (waiting != null) {
            moveTo.accept(waiting.call().line().at());
            throw new DrillFailure("the call still blocks at the end of the script");
        }
    }

    /// Makes a call now.
    void begin(CallLine line, Moment moment, Consumer<Position> moveTo) throws DrillFailure, DrillSkip {
        var call = preparer.prepare(line);
        var pending = world.target().begin(call.request());
        if (line.endNanos() != CallLine.NOT_BLOCKING) {
            trace.called(world.nowNanos(), line.at(), CallText.of(line) + " ...");
            blocked = new Blocked(call, moment, pending);
            poll(moveTo);
            return;
        }
        var result = pending.result();
        long until = world.nowNanos() + plan.toleranceNanos();
        while (result == null && world.nowNanos() < until) {
            world.pass(world.nowNanos() + STEP_NANOS);
            result = pending.result();
        }
        if (result == null) {
            trace.called(world.nowNanos(), line.at(), CallText.of(line) + " ...");
            throw new DrillFailure("the call blocks, and the script gives no time at which it returns");
        }
        trace.called(world.nowNanos(), line.at(), CallText.of(line) + " = " + CallText.of(result));
        call.check(result);
    }
}
