package dev.levee.sim.drill;

import dev.levee.sim.drill.CallPreparer.Checked;
import dev.levee.sim.drill.script.Expression;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import java.util.ArrayList;
import java.util.List;

/// `poll` and the epoll family.
final class PollCalls {
    private static final String[] POLL_NAMES = {
        "POLLIN", "POLLPRI", "POLLOUT", "POLLERR", "POLLHUP", "POLLNVAL", "POLLRDNORM", "POLLRDBAND"
    };

    private final Flows flows;

    PollCalls(Flows flows) {
        this.flows = flows;
    }

    Checked poll(Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(3, 3);
        if (!(arguments.at(0) instanceof Expression.Array(var elements))) {
            throw new DrillFailure("poll has [{fd=.., events=.., revents=..}, ...] as its first argument");
        }
        if (elements.size() != arguments.number(1)) {
            throw new DrillFailure("there are " + elements.size() + " descriptors, not " + arguments.number(1));
        }
        var wanted = new ArrayList<Request.Wanted>();
        var expected = new ArrayList<Integer>();
        for (var element : elements) {
            var fields = arguments.fields(element);
            int descriptor = flows.target(integer(arguments, fields.get("fd")));
            wanted.add(new Request.Wanted(descriptor, integer(arguments, fields.get("events"))));
            expected.add(integer(arguments, fields.get("revents")));
        }
        return new Checked(new Request.Poll(wanted, arguments.integer(2)), result -> compare(wanted, expected, result));
    }

    private static int integer(Arguments arguments, @org.jspecify.annotations.Nullable Expression value)
            throws DrillFailure, DrillSkip {
        if (value == null) {
            throw new DrillFailure("a field of the structure is missing");
        }
        return arguments.integer(arguments.number(value));
    }

    /// By place: a descriptor may be asked about more than once.
    private static void compare(List<Request.Wanted> wanted, List<Integer> expected, Result result)
            throws DrillFailure {
        for (int i = 0; i < wanted.size(); i++) {
            int got = i < result.events().size() ? result.events().get(i).events() : 0;
            if (got != expected.get(i)) {
                throw DrillFailure.differs("revents", names(expected.get(i)), names(got));
            }
        }
    }

    private static String names(int events) {
        var names = new ArrayList<String>();
        for (int bit = 0; bit < POLL_NAMES.length; bit++) {
            if ((events & 1 << bit) != 0) {
                names.add(POLL_NAMES[bit]);
            }
        }
        int rest = events >>> POLL_NAMES.length << POLL_NAMES.length;
        if (rest != 0 || names.isEmpty()) {
            names.add(rest == 0 ? "0" : "0x" + Integer.toHexString(rest));
        }
        return String.join("|", names);
    }

    /// What epoll keeps for a descriptor: `{events=EPOLLIN, fd=4}`. A descriptor is kept as the target's.
    private record Event(int events, long data, boolean wide) {}

    private Event event(Arguments arguments, Expression expression) throws DrillFailure, DrillSkip {
        var fields = arguments.fields(expression);
        int events = integer(arguments, fields.get("events"));
        var descriptor = fields.get("fd");
        if (descriptor != null) {
            int script = integer(arguments, descriptor);
            return new Event(events, flows.target(script), false);
        }
        var u32 = fields.get("u32");
        if (u32 != null) {
            return new Event(events, arguments.number(u32) & 0xffffffffL, false);
        }
        var wide = fields.getOrDefault("ptr", fields.get("u64"));
        if (wide == null) {
            throw new DrillFailure("an epoll event needs one of fd, ptr, u32 and u64");
        }
        return new Event(events, arguments.number(wide), true);
    }

    Request control(Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(4, 4);
        int descriptor = flows.target(arguments.integer(2));
        boolean none = !(arguments.at(3) instanceof Expression.Struct);
        var event = none ? new Event(0, 0, true) : event(arguments, arguments.at(3));
        return new Request.EpollControl(
                flows.target(arguments.integer(0)), arguments.integer(1), descriptor, event.events(), event.data());
    }

    Checked epollWait(Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(4, 4);
        var expected = new ArrayList<Event>();
        if (arguments.at(1) instanceof Expression.Array(var elements)) {
            for (var element : elements) {
                expected.add(event(arguments, element));
            }
        } else {
            expected.add(event(arguments, arguments.at(1)));
        }
        var request =
                new Request.EpollWait(flows.target(arguments.integer(0)), arguments.integer(2), arguments.integer(3));
        return new Checked(request, result -> compare(expected, result));
    }

    /// An event that did not come is all zeros.
    private static void compare(List<Event> expected, Result result) throws DrillFailure {
        for (int i = 0; i < expected.size(); i++) {
            var want = expected.get(i);
            var got = i < result.events().size() ? result.events().get(i) : new Result.Ready(-1, 0, 0);
            if (want.events() != got.events()) {
                throw DrillFailure.differs(
                        "events", "0x" + Integer.toHexString(want.events()), "0x" + Integer.toHexString(got.events()));
            }
            long data = want.wide() ? got.data() : got.data() & 0xffffffffL;
            if (want.data() != data) {
                throw DrillFailure.differs("data of the event", want.data(), data);
            }
        }
    }
}
