package dev.levee.sim.drill;

import dev.levee.sim.drill.Timing.Moment;
import dev.levee.sim.drill.script.Action;
import dev.levee.sim.drill.script.CallLine;
import dev.levee.sim.drill.script.Code;
import dev.levee.sim.drill.script.Command;
import dev.levee.sim.drill.script.Constants;
import dev.levee.sim.drill.script.DrillScript;
import dev.levee.sim.drill.script.Event;
import dev.levee.sim.drill.script.EventTime;
import dev.levee.sim.drill.script.PacketLine;
import dev.levee.sim.drill.script.Position;
import dev.levee.sim.drill.system.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs a script's events one after another against a target.
///
/// Time is the target's. An event waits for its time; a packet of the system is waited for and then compared,
/// so that one that comes early is found as well as one that comes late. One call may block while events go on.
final class Interpreter {
    private final DrillScript script;
    private final Plan plan;
    private final World world;
    private final Flows flows;
    private final Timing timing;
    private final Trace trace = new Trace();
    private final PacketRunner packets;
    private final CallRunner calls;
    private final CodeRunner codes;
    private final List<String> notes;

    private Position at;
    private @Nullable Event before;
    private long beforeNanos = Timing.NEVER;
    private boolean beforeWasAbsolute;
    private long lastSubstantiveNanos;
    private final List<Packet> sentBefore = new ArrayList<>();

    Interpreter(DrillScript script, Plan plan, Target target, List<String> notes) {
        this.script = script;
        this.plan = plan;
        this.notes = notes;
        world = new World(target);
        flows = new Flows(plan);
        timing = new Timing(plan);
        packets = new PacketRunner(plan, world, flows, timing, trace);
        var constants = Constants.of(plan.setup().platform());
        codes = new CodeRunner(target, plan.setup().platform(), notes);
        calls = new CallRunner(plan, world, new CallPreparer(plan, flows, constants::value), timing, trace);
        at = new Position(1, 1);
    }

    /// The line that is being run.
    Position at() {
        return at;
    }

    Trace trace() {
        return trace;
    }

    /// @throws DrillFailure when the system does not do what the script says; [#at] says at which line
    void run() throws DrillFailure, DrillSkip {
        var init = script.init();
        if (init != null) {
            at = init.at();
            shell(init);
        }
        world.target().start();
        int lastSubstantive = lastSubstantive(script.events());
        for (int i = 0; i < script.events().size(); i++) {
            if (i == lastSubstantive) {
                world.pass(world.nowNanos());
                sentBefore.addAll(world.unread());
            }
            event(script.events().get(i));
            if (i == lastSubstantive) {
                lastSubstantiveNanos = beforeNanos;
            }
        }
        calls.finish(this::moveTo);
        checkUnread();
        var cleanup = script.cleanup();
        if (cleanup != null) {
            at = cleanup.at();
            shell(cleanup);
        }
    }

    /// Closing, shell lines and code at the end only clean up: what they make the system send is nobody's
    /// concern.
    private static int lastSubstantive(List<Event> events) {
        int last = events.size() - 1;
        while (last > 0 && cleansUp(events.get(last).action())) {
            last--;
        }
        return last;
    }

    private static boolean cleansUp(Action action) {
        return switch (action) {
            case Command _, Code _ -> true;
            case CallLine call -> call.name().equals("close");
            case PacketLine _ -> false;
        };
    }

    private void moveTo(Position position) {
        at = position;
    }

    private void event(Event event) throws DrillFailure, DrillSkip {
        calls.poll(this::moveTo);
        at = event.at();
        checkOrder(event);
        var moment = moment(event);
        switch (event.action()) {
            case PacketLine line when line.outbound() -> expect(line, moment);
            case PacketLine line -> {
                waitFor(event, moment);
                packets.inject(line);
            }
            case CallLine line -> {
                waitFor(event, moment);
                calls.settle(line, this::moveTo);
                at = event.at();
                call(line, moment);
            }
            case Command command -> {
                waitFor(event, moment);
                trace.called(
                        world.nowNanos(), command.at(), "`" + command.text().strip() + "`");
                shell(command);
            }
            case Code code -> {
                waitFor(event, moment);
                code(code);
            }
        }
        before = event;
        beforeNanos = moment.fromNanos();
        beforeWasAbsolute = moment.absolute();
    }

    private void checkOrder(Event event) throws DrillFailure {
        if (before == null && !atZero(event.time())) {
            throw new DrillFailure("the first event is not at time 0");
        }
        boolean backwards = beforeWasAbsolute
                && switch (event.time()) {
                    case EventTime.Absolute(long nanos) -> nanos < beforeNanos;
                    case EventTime.AbsoluteRange(long from, long _) -> from < beforeNanos;
                    case EventTime.Relative _, EventTime.RelativeRange _, EventTime.Any _ -> false;
                };
        if (backwards) {
            throw new DrillFailure("time goes backwards in the script, from " + Notation.seconds(beforeNanos) + " s");
        }
    }

    private static boolean atZero(EventTime time) {
        return switch (time) {
            case EventTime.Absolute(long nanos) -> nanos == 0;
            case EventTime.Relative(long nanos) -> nanos == 0;
            case EventTime.AbsoluteRange(long from, long _) -> from == 0;
            case EventTime.RelativeRange(long from, long _) -> from == 0;
            case EventTime.Any _ -> true;
        };
    }

    /// Relative times count from now; those of injected packets in a row from the times of the packets before,
    /// so that delays of a real clock do not add up.
    private Moment moment(Event event) {
        var last = before;
        boolean row = last != null && injects(last) && injects(event);
        return Moment.of(event.time(), row ? beforeNanos : world.nowNanos());
    }

    private static boolean injects(Event event) {
        return event.action() instanceof PacketLine line && !line.outbound();
    }

    private void waitFor(Event event, Moment moment) throws DrillFailure, DrillSkip {
        if (moment.fromNanos() > world.nowNanos()) {
            world.pass(moment.fromNanos());
        }
        calls.poll(this::moveTo);
        at = event.at();
        if (before != null) {
            timing.check("event", moment, world.nowNanos(), beforeNanos);
        }
    }

    private void expect(PacketLine line, Moment moment) throws DrillFailure, DrillSkip {
        try {
            packets.expect(line, moment, beforeNanos);
        } catch (PacketRunner.Differs differs) {
            if (!plan.packetsNotFatal()) {
                throw differs;
            }
            notes.add(line.at() + ": " + differs.sentence() + " (the script says that this is not fatal)");
        }
    }

    private void call(CallLine line, Moment moment) throws DrillFailure, DrillSkip {
        try {
            calls.begin(line, moment, this::moveTo);
        } catch (DrillFailure failure) {
            if (!plan.callsNotFatal()) {
                throw failure;
            }
            notes.add(line.at() + ": " + failure.sentence() + " (the script says that this is not fatal)");
        }
    }

    private void shell(Command command) throws DrillFailure, DrillSkip {
        shell(Shell.parse(command.text()));
    }

    private void shell(List<Shell.Step> steps) throws DrillFailure, DrillSkip {
        for (var step : steps) {
            switch (step) {
                case Shell.Step.Configure(var words, var otherwise) -> {
                    if (world.target().command(words) == Target.Setting.UNKNOWN) {
                        if (otherwise == null) {
                            throw Shell.notOffered(words);
                        }
                        shell(otherwise);
                    }
                }
                case Shell.Step.Assign(var name, var value) -> assign(name, value);
                case Shell.Step.Count question -> count(question);
            }
        }
    }

    private void count(Shell.Step.Count question) throws DrillFailure {
        boolean asked = question.family().has(plan.setup().mode());
        int count = asked ? world.target().count(question.state(), question.port()) : 0;
        var digits = question.digits();
        if (digits.isEmpty() ? count == 0 : !String.valueOf(count).contains(digits)) {
            throw DrillFailure.differs("connections in " + question.state(), digits.isEmpty() ? "any" : digits, count);
        }
    }

    private void assign(String name, String value) {
        if (world.target().set(name, value) == Target.Setting.UNKNOWN) {
            notes.add("the setting " + name + "=" + value + " is not known");
        }
    }

    private void code(Code code) throws DrillFailure, DrillSkip {
        int descriptor = flows.targetUnderTest();
        if (descriptor < 0) {
            throw new DrillFailure("there is no socket that this code could be about");
        }
        codes.run(code, descriptor, this::moveTo);
    }

    /// Virtual time stands still between two events, so that the order counts; packets of a real system are
    /// read a little later than they are sent, so that their time does.
    @SuppressWarnings("ReferenceEquality") // this packet, not one that says the same
    private boolean before(Packet packet) {
        return packet.nanos() < lastSubstantiveNanos - plan.toleranceNanos()
                || sentBefore.stream().anyMatch(early -> early == packet);
    }

    /// A packet that no line was about, sent before the last event of substance, is one too many: unless it
    /// says nothing that the script does not know. Then the script has looked away on purpose, and says
    /// nothing about what follows either.
    private void checkUnread() throws DrillFailure {
        world.pass(world.nowNanos());
        for (var packet : world.unread()) {
            if (!before(packet) || flows.explained(packet)) {
                return;
            }
            if (flows.known(packet)) {
                var mapped = flows.toScript(packet);
                if (plan.unreadNoted()) {
                    notes.add("no line is about " + Notation.of(mapped));
                    continue;
                }
                trace.unexpected(mapped);
                throw new DrillFailure(
                        "a packet too many",
                        List.of(
                                "expected  nothing",
                                "got       " + Notation.of(mapped) + " at " + Notation.seconds(packet.nanos()) + " s"));
            }
        }
    }
}
