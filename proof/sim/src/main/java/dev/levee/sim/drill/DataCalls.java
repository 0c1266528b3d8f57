package dev.levee.sim.drill;

import dev.levee.sim.drill.CallPreparer.Checked;
import dev.levee.sim.drill.script.CallLine;
import dev.levee.sim.drill.script.Expression;
import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Request;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The read and write families. What is written is zeros; what was read must be, because that is what injected
/// packets carry.
final class DataCalls {
    private static final int CONTROL_OCTETS = 256;

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
                yield received(line, arguments, List.of(length(arguments)), arguments.integer(3));
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
                new Request.Receive(line.name(), descriptor(arguments), lengths, flags, 0),
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
        var control = message.get("msg_control");
        boolean wantsControl = control != null && !control.equals(new Expression.Array(List.of()));
        if (wantsControl) {
            throw new DrillSkip("control messages of recvmsg are not offered");
        }
        var flagsExpected = message.get("msg_flags");
        int expected = flagsExpected == null ? 0 : arguments.integer(arguments.number(flagsExpected));
        var request = new Request.Receive(
                line.name(),
                descriptor(arguments),
                messageVector(arguments, message.get("msg_iov")),
                arguments.integer(2),
                control == null ? 0 : CONTROL_OCTETS);
        return new Checked(request, result -> {
            if (result.value() >= 0 && result.flags() != expected) {
                throw DrillFailure.differs(
                        "msg_flags", "0x" + Integer.toHexString(expected), "0x" + Integer.toHexString(result.flags()));
            }
            checkZeros(result.octets());
        });
    }

    private static List<Integer> messageVector(Arguments arguments, @Nullable Expression vector)
            throws DrillFailure, DrillSkip {
        return vector == null ? List.of() : arguments.vector(vector);
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
        if (message.get("msg_name") != null) {
            to = there();
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
