package dev.levee.sim.drill;

import dev.levee.sim.drill.script.CallLine;
import dev.levee.sim.drill.script.Expression;
import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/// Turns the call lines of a script into requests for the target: which arguments each call has, which of them
/// are descriptors, what its result must be.
final class CallPreparer {
    private static final PreparedCall.Also NOTHING = _ -> {};
    /// Calls that the language has, or that systems have, and that no target offers.
    private static final Set<String> OTHERS = Set.of(
            "accept4",
            "aio_read",
            "aio_write",
            "cap_set",
            "dup",
            "dup2",
            "epoll_create1",
            "epoll_pwait",
            "fork",
            "getpeername",
            "getsockname",
            "getpid",
            "io_submit",
            "kevent",
            "kqueue",
            "mmap",
            "munmap",
            "open",
            "pipe",
            "poll",
            "ppoll",
            "pread",
            "preadv",
            "psp_rx_assoc",
            "psp_tx_assoc",
            "pwrite",
            "pwritev",
            "recvmmsg",
            "sctp_bindx",
            "sctp_connectx",
            "sctp_recvv",
            "sctp_sendmsg",
            "sctp_peeloff",
            "sctp_sendv",
            "select",
            "sendfile",
            "sendmmsg",
            "setsockopt",
            "sleep",
            "socketpair",
            "splice",
            "tee",
            "unlink",
            "usleep",
            "vmsplice");

    private final Plan plan;
    private final Flows flows;
    private final Function<String, OptionalLong> constants;
    private final DataCalls data;
    private final OptionCalls options;
    private final PollCalls polls;

    CallPreparer(Plan plan, Flows flows, Function<String, OptionalLong> constants) {
        this.plan = plan;
        this.flows = flows;
        this.constants = constants;
        data = new DataCalls(plan, flows);
        options = new OptionCalls(flows);
        polls = new PollCalls(flows);
    }

    PreparedCall prepare(CallLine line) throws DrillFailure, DrillSkip {
        var arguments = new Arguments(line, constants);
        return switch (line.name()) {
            case "socket" -> socket(line, arguments);
            case "bind" -> bind(line, arguments);
            case "listen" -> listen(line, arguments);
            case "accept" -> accept(line, arguments);
            case "connect" -> connect(line, arguments);
            case "close" -> close(line, arguments);
            case "shutdown" -> {
                arguments.expect(2, 2);
                yield exact(line, new Request.Shutdown(descriptor(arguments, 0), arguments.integer(1)), NOTHING);
            }
            case "fcntl" -> fcntl(line, arguments);
            case "ioctl" -> {
                var call = options.ioctl(line, arguments);
                yield exact(line, call.request(), call.also());
            }
            case "getsockopt" -> {
                var call = options.get(arguments);
                yield exact(line, call.request(), call.also());
            }
            case "setsockopt" -> exact(line, options.set(arguments), NOTHING);
            case "read", "readv", "recv", "recvfrom", "recvmsg" -> {
                var call = data.receive(line, arguments);
                yield exact(line, call.request(), call.also());
            }
            case "write", "writev", "send", "sendto", "sendmsg" -> exact(line, data.send(line, arguments), NOTHING);
            case "poll" -> {
                var call = polls.poll(arguments);
                yield exact(line, call.request(), call.also());
            }
            case "epoll_create", "epoll_create1" -> epollCreate(line, arguments);
            case "epoll_ctl" -> exact(line, polls.control(arguments), NOTHING);
            case "epoll_wait" -> {
                var call = polls.epollWait(arguments);
                yield exact(line, call.request(), call.also());
            }
            default -> other(line, arguments);
        };
    }

    /// A request with what must hold besides value and error.
    record Checked(Request request, PreparedCall.Also also) {}

    private PreparedCall exact(CallLine line, Request request, PreparedCall.Also also) throws DrillFailure, DrillSkip {
        return prepared(line, request, false, also);
    }

    private PreparedCall prepared(CallLine line, Request request, boolean givesDescriptor, PreparedCall.Also also)
            throws DrillFailure, DrillSkip {
        boolean any = line.result() instanceof Expression.Ellipsis;
        long expected = any ? 0 : new Arguments(line, constants).number(line.result());
        return new PreparedCall(line, request, givesDescriptor, expected, any, also);
    }

    private int descriptor(Arguments arguments, int index) throws DrillFailure, DrillSkip {
        return flows.target(arguments.integer(index));
    }

    /// The address that `...` stands for.
    private Endpoint here() {
        return new Endpoint(plan.family(), plan.local(), plan.bindPort());
    }

    private int scriptDescriptor(CallLine line) throws DrillFailure, DrillSkip {
        return line.result() instanceof Expression.Ellipsis
                ? -1
                : (int) new Arguments(line, constants).number(line.result());
    }

    private PreparedCall socket(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(3, 3);
        int domain = arguments.any(0) ? plan.family() : arguments.integer(0);
        var request = new Request.Socket(domain, arguments.integer(1), arguments.integer(2));
        int script = scriptDescriptor(line);
        return prepared(line, request, true, result -> {
            if (result.value() >= 0) {
                flows.map(script, (int) result.value());
                flows.opened(script);
            }
        });
    }

    private PreparedCall bind(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(3, 3);
        var address = arguments.address(1, here());
        AddressCheck.passed(plan.setup().platform(), arguments, 2, address);
        return exact(line, new Request.Bind(descriptor(arguments, 0), address), NOTHING);
    }

    private PreparedCall listen(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(2, 2);
        int script = arguments.integer(0);
        var request = new Request.Listen(descriptor(arguments, 0), arguments.integer(1));
        return exact(line, request, _ -> flows.listening(script));
    }

    private PreparedCall accept(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(3, 3);
        int script = scriptDescriptor(line);
        var address = AddressCheck.of(plan.setup().platform(), arguments, 1, 2);
        return prepared(line, new Request.Accept(descriptor(arguments, 0)), true, result -> {
            address.check(result);
            if (result.value() >= 0) {
                flows.mapAccepted(script, (int) result.value());
                var from = result.from();
                flows.accepted(script, from == null ? 0 : from.port());
            }
        });
    }

    private PreparedCall connect(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(3, 3);
        var there = new Endpoint(plan.family(), plan.remote(), plan.connectPort());
        var address = arguments.address(1, there);
        AddressCheck.passed(plan.setup().platform(), arguments, 2, address);
        var request = new Request.Connect(descriptor(arguments, 0), address);
        flows.connecting(arguments.integer(0), address.family(), address.address(), address.port());
        return exact(line, request, NOTHING);
    }

    private PreparedCall close(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(1, 1);
        int script = arguments.integer(0);
        return exact(line, new Request.Close(descriptor(arguments, 0)), _ -> flows.closed(script));
    }

    private PreparedCall fcntl(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(2, 3);
        long argument = arguments.count() == 3 ? arguments.number(2) : 0;
        return exact(line, new Request.Fcntl(descriptor(arguments, 0), arguments.integer(1), argument), NOTHING);
    }

    private PreparedCall epollCreate(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(1, 1);
        int argument = arguments.integer(0);
        // The size that epoll_create asks for means nothing but must be above 0; flags are epoll_create1's.
        if (line.name().equals("epoll_create") && argument <= 0) {
            throw new DrillSkip("epoll_create with a size below 1 is not offered");
        }
        int flags = line.name().equals("epoll_create1") ? argument : 0;
        return descriptorCall(line, new Request.EpollCreate(flags));
    }

    private PreparedCall descriptorCall(CallLine line, Request request) throws DrillFailure, DrillSkip {
        int script = scriptDescriptor(line);
        return prepared(line, request, true, result -> {
            if (result.value() >= 0) {
                flows.map(script, (int) result.value());
            }
        });
    }

    /// Calls whose arguments are numbers, and some that are descriptors.
    private PreparedCall other(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        return switch (line.name()) {
            case "pipe" -> pipe(line, arguments);
            case "open" -> {
                arguments.expect(2, 3);
                yield descriptorCall(line, new Request.Other("open", List.of(arguments.number(1))));
            }
            case "sendfile" -> {
                arguments.expect(4, 4);
                yield exact(
                        line,
                        new Request.Other(
                                "sendfile",
                                List.of(
                                        (long) descriptor(arguments, 0),
                                        (long) descriptor(arguments, 1),
                                        arguments.number(arguments.bracketed(2)),
                                        arguments.number(3))),
                        NOTHING);
            }
            case "splice" -> {
                arguments.expect(6, 6);
                yield exact(
                        line,
                        new Request.Other(
                                "splice",
                                List.of(
                                        (long) descriptor(arguments, 0),
                                        arguments.number(1),
                                        (long) descriptor(arguments, 2),
                                        arguments.number(3),
                                        arguments.number(4),
                                        arguments.number(5))),
                        NOTHING);
            }
            case "cap_set" -> {
                var numbers = new ArrayList<Long>();
                for (int i = 0; i < arguments.count(); i++) {
                    numbers.add(arguments.number(i));
                }
                yield exact(line, new Request.Other(line.name(), numbers), NOTHING);
            }
            default -> {
                if (OTHERS.contains(line.name())) {
                    throw new DrillSkip("the call " + line.name() + " is not offered");
                }
                throw new DrillFailure("there is no call " + line.name());
            }
        };
    }

    private PreparedCall pipe(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(1, 1);
        if (!(arguments.at(0) instanceof Expression.Array(var ends)) || ends.size() != 2) {
            throw new DrillFailure("pipe has [two descriptors] as its argument");
        }
        int reader = (int) arguments.number(ends.get(0));
        int writer = (int) arguments.number(ends.get(1));
        return exact(line, new Request.Other("pipe", List.of()), result -> {
            if (result.value() == 0 && result.descriptors().size() == 2) {
                flows.map(reader, result.descriptors().get(0));
                flows.map(writer, result.descriptors().get(1));
            }
        });
    }
}
