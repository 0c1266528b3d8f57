package dev.levee.sim.drill;

import dev.levee.sim.drill.CallPreparer.Checked;
import dev.levee.sim.drill.script.CallLine;
import dev.levee.sim.drill.script.Expression;
import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The read and write families. What is written is zeros; what was read must be, because that is what injected
/// packets carry.
final class DataCalls {
    /// What a control message with an integer takes, CMSG_SPACE(4).
    private static final int CONTROL_BYTES = 24;

    private final Plan plan;
    private final Flows flows;

    DataCalls(Plan plan, Flows flows) {
        this.plan = plan;
        this.flows = flows;
    }

    Checked receive(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        return switch (line.name()) {
            case "read" -> {
                arguments.expect(3, 3);
                yield received(line, arguments, List.of(length(arguments)), 0);
            }
            case "readv" -> {
                arguments.expect(3, 3);
                yield received(line, arguments, vector(arguments), 0);
            }
            case "recv" -> {
                arguments.expect(4, 4);
                yield received(line, arguments, List.of(length(arguments)), arguments.integer(3));
            }
            case "recvfrom" -> {
                arguments.expect(6, 6);
                var address = AddressCheck.of(plan.setup().platform(), arguments, 4, 5);
                var call = received(line, arguments, List.of(length(arguments)), arguments.integer(3));
                yield new Checked(call.request(), result -> {
                    address.check(result);
                    call.also().check(result);
                });
            }
            default -> receiveMessage(line, arguments);
        };
    }

    private int descriptor(Arguments arguments) throws DrillFailure, DrillSkip {
        return flows.target(arguments.integer(0));
    }

    private static int length(Arguments arguments) throws DrillFailure, DrillSkip {
        if (!arguments.buffer(1)) {
            throw new DrillSkip("a buffer at address 0 is not offered");
        }
        return arguments.length(2);
    }

    private static List<Integer> vector(Arguments arguments) throws DrillFailure, DrillSkip {
        var lengths = arguments.vector(arguments.at(1));
        if (lengths.size() != arguments.number(2)) {
            throw new DrillFailure("there are " + lengths.size() + " buffers, not " + arguments.number(2));
        }
        return lengths;
    }

    private Checked received(CallLine line, Arguments arguments, List<Integer> lengths, int flags)
            throws DrillFailure, DrillSkip {
        return new Checked(
                new Request.Receive(line.name(), descriptor(arguments), lengths, flags),
                result -> checkZeros(result.octets()));
    }

    private static void checkZeros(byte[] octets) throws DrillFailure {
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] != 0) {
                throw new DrillFailure("the data read differs from what was sent, from its octet " + i + " on");
            }
        }
    }

    private Checked receiveMessage(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(3, 3);
        var message = arguments.fields(arguments.at(1));
        var controls = controls(arguments, message.get("msg_control"));
        var flagsExpected = message.get("msg_flags");
        int expected = flagsExpected == null ? 0 : arguments.integer(arguments.number(flagsExpected));
        var request = new Request.Receive(
                line.name(),
                descriptor(arguments),
                messageVector(arguments, message.get("msg_iov")),
                arguments.integer(2),
                CONTROL_BYTES * controls.size());
        var address = messageName(arguments, message.get("msg_name"));
        return new Checked(request, result -> {
            address.check(result);
            if (result.value() >= 0 && result.flags() != expected) {
                throw DrillFailure.differs(
                        "msg_flags", "0x" + Integer.toHexString(expected), "0x" + Integer.toHexString(result.flags()));
            }
            if (result.value() >= 0 && !result.controls().equals(controls)) {
                throw DrillFailure.differs("msg_control", text(controls), text(result.controls()));
            }
            checkZeros(result.octets());
        });
    }

    /// The control messages that are expected, for which there is room.
    private static List<Result.Control> controls(Arguments arguments, @Nullable Expression said)
            throws DrillFailure, DrillSkip {
        var controls = new ArrayList<Result.Control>();
        if (said == null) {
            return controls;
        }
        if (!(said instanceof Expression.Array(var elements))) {
            throw notOffered();
        }
        for (var element : elements) {
            var fields = arguments.fields(element);
            var level = fields.get("cmsg_level");
            var type = fields.get("cmsg_type");
            var data = fields.get("cmsg_data");
            if (level == null || type == null || data == null || !type.equals(new Expression.Word("TCP_CM_INQ"))) {
                throw notOffered();
            }
            controls.add(new Result.Control(
                    arguments.integer(arguments.number(level)),
                    arguments.integer(arguments.number(type)),
                    arguments.integer(arguments.number(data))));
        }
        return controls;
    }

    private static DrillSkip notOffered() {
        return new DrillSkip("control messages of recvmsg other than TCP_CM_INQ are not offered");
    }

    private static String text(List<Result.Control> controls) {
        return controls.stream()
                .map(control -> control.level() + "/" + control.type() + " " + control.value())
                .toList()
                .toString();
    }

    private static List<Integer> messageVector(Arguments arguments, @Nullable Expression vector)
            throws DrillFailure, DrillSkip {
        var lengths = vector == null ? List.<Integer>of() : arguments.vector(vector);
        var count = saidCount(arguments, "msg_iov");
        if (count != null && count != lengths.size()) {
            throw new DrillFailure("there are " + lengths.size() + " buffers, not " + count);
        }
        return lengths;
    }

    /// The number in the parentheses after a field's name; null when it is not said.
    private static @Nullable Long saidCount(Arguments arguments, String field) throws DrillFailure {
        var count = arguments.fieldCount(arguments.at(1), field);
        if (count == null || count.equals("...")) {
            return null;
        }
        try {
            return Long.valueOf(count);
        } catch (NumberFormatException _) {
            throw new DrillFailure(field + "(" + count + "): this is no count");
        }
    }

    private AddressCheck messageName(Arguments arguments, @Nullable Expression name) throws DrillFailure, DrillSkip {
        var said = name == null || name instanceof Expression.Ellipsis ? null : arguments.address(name);
        return new AddressCheck(plan.setup().platform(), said, saidCount(arguments, "msg_name"));
    }

    Request send(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        return switch (line.name()) {
            case "write" -> {
                arguments.expect(3, 3);
                yield sent(line, arguments, List.of(length(arguments)), 0, null);
            }
            case "writev" -> {
                arguments.expect(3, 3);
                yield sent(line, arguments, vector(arguments), 0, null);
            }
            case "send" -> {
                arguments.expect(4, 4);
                yield sent(line, arguments, List.of(length(arguments)), arguments.integer(3), null);
            }
            case "sendto" -> {
                arguments.expect(6, 6);
                var to = arguments.address(4, there());
                AddressCheck.passed(plan.setup().platform(), arguments, 5, to);
                flows.connecting(arguments.integer(0), to.family(), to.address(), to.port());
                yield sent(line, arguments, List.of(length(arguments)), arguments.integer(3), to);
            }
            default -> sendMessage(line, arguments);
        };
    }

    private Endpoint there() {
        return new Endpoint(plan.family(), plan.remote(), plan.connectPort());
    }

    private Request sendMessage(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(3, 3);
        var message = arguments.fields(arguments.at(1));
        var control = message.get("msg_control");
        if (control != null && !control.equals(new Expression.Array(List.of()))) {
            throw new DrillSkip("control messages of sendmsg are not offered");
        }
        Endpoint to = null;
        var name = message.get("msg_name");
        if (name != null) {
            to = name instanceof Expression.Ellipsis ? there() : arguments.address(name);
            if (saidCount(arguments, "msg_name") != null) {
                throw new DrillSkip("a length of msg_name is not offered");
            }
            flows.connecting(arguments.integer(0), to.family(), to.address(), to.port());
        }
        return sent(line, arguments, messageVector(arguments, message.get("msg_iov")), arguments.integer(2), to);
    }

    private Request sent(CallLine line, Arguments arguments, List<Integer> lengths, int flags, @Nullable Endpoint to)
            throws DrillFailure, DrillSkip {
        var buffers = new ArrayList<byte[]>();
        for (int length : lengths) {
            buffers.add(new byte[length]);
        }
        return new Request.Send(line.name(), descriptor(arguments), buffers, flags, to);
    }
}
