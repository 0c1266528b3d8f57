package dev.levee.sim.drill;

import dev.levee.sim.drill.CallPreparer.Checked;
import dev.levee.sim.drill.script.CallLine;
import dev.levee.sim.drill.script.Expression;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.wire.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/// `getsockopt`, `setsockopt` and `ioctl`. Numbers in memory are little-endian, as on the systems that scripts
/// are written for.
final class OptionCalls {
    /// What their pointer points to is read, not written.
    private static final Set<String> INPUTS = Set.of("FIONBIO", "FIOASYNC");
    private static final int OPTION_OCTETS_MAX = 4096;

    private final Flows flows;

    OptionCalls(Flows flows) {
        this.flows = flows;
    }

    Checked ioctl(CallLine line, Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(2, 3);
        int descriptor = flows.target(arguments.integer(0));
        int request = arguments.integer(1);
        if (arguments.count() == 2) {
            if ("EFAULT".equals(line.error())) {
                throw new DrillSkip("ioctl without its third argument is not offered");
            }
            throw new DrillFailure("ioctl has [one value] as its argument 3");
        }
        int value = arguments.integer(arguments.number(arguments.bracketed(2)));
        boolean input = arguments.at(1) instanceof Expression.Word(var name) && INPUTS.contains(name);
        return new Checked(new Request.Ioctl(descriptor, request, input ? value : 0), result -> {
            if (!input && result.value() >= 0 && littleEndian(result.octets()) != value) {
                throw DrillFailure.differs("value", value, littleEndian(result.octets()));
            }
        });
    }

    private static int littleEndian(byte[] octets) {
        int value = 0;
        for (int i = Math.min(octets.length, 4) - 1; i >= 0; i--) {
            value = value << 8 | octets[i] & 0xff;
        }
        return value;
    }

    private static byte[] littleEndian(long value) {
        var octets = new byte[4];
        for (int i = 0; i < 4; i++) {
            octets[i] = (byte) (value >>> 8 * i);
        }
        return octets;
    }

    Request set(Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(5, 5);
        int length = optionLength(arguments, arguments.number(4));
        var value = Arrays.copyOf(octets(arguments, arguments.at(3)), length);
        return new Request.SetOption(
                flows.target(arguments.integer(0)), arguments.integer(1), arguments.integer(2), value);
    }

    private static int optionLength(Arguments arguments, long length) throws DrillFailure, DrillSkip {
        if (length < 0 || length > OPTION_OCTETS_MAX) {
            throw new DrillSkip("an option value of " + length + " octets is not offered");
        }
        return arguments.integer(length);
    }

    /// An option's value as octets.
    private static byte[] octets(Arguments arguments, Expression value) throws DrillFailure, DrillSkip {
        return switch (value) {
            case Expression.Array(var elements)
            when elements.size() == 1 -> littleEndian(arguments.integer(arguments.number(elements.getFirst())));
            case Expression.Text text -> Arguments.octets(text);
            case Expression.Struct struct -> structure(arguments, struct);
            case Expression.Apply(var name, var inner)
            when name.equals("inet6_addr") && inner.getFirst() instanceof Expression.Text(var text, boolean _) ->
                IpAddress.parse(text).toBytes();
            case Expression.Array _,
                    Expression.Apply _,
                    Expression.Ellipsis _,
                    Expression.Int _,
                    Expression.Word _,
                    Expression.Or _,
                    Expression.Assign _ ->
                throw new DrillSkip("this option value is not offered: " + CallText.of(value));
        };
    }

    /// `{onoff=1, linger=0}` as `struct linger`.
    private static byte[] structure(Arguments arguments, Expression.Struct struct) throws DrillFailure, DrillSkip {
        var fields = arguments.fields(struct);
        var onOff = fields.getOrDefault("onoff", fields.get("l_onoff"));
        var linger = fields.getOrDefault("linger", fields.get("l_linger"));
        if (onOff == null || linger == null || fields.size() != 2) {
            throw new DrillSkip("this option value is not offered: " + CallText.of(struct));
        }
        var octets = Arrays.copyOf(littleEndian(arguments.number(onOff)), 8);
        System.arraycopy(littleEndian(arguments.number(linger)), 0, octets, 4, 4);
        return octets;
    }

    Checked get(Arguments arguments) throws DrillFailure, DrillSkip {
        arguments.expect(5, 5);
        int length = optionLength(arguments, arguments.number(arguments.bracketed(4)));
        var request = new Request.GetOption(
                flows.target(arguments.integer(0)), arguments.integer(1), arguments.integer(2), length);
        if (arguments.any(3)) {
            return new Checked(request, _ -> {});
        }
        var expected = octets(arguments, arguments.at(3));
        boolean number = arguments.at(3) instanceof Expression.Array;
        return new Checked(request, result -> {
            if (result.value() >= 0) {
                compare(result, length, expected, number);
            }
        });
    }

    private static void compare(Result result, int length, byte[] expected, boolean number) throws DrillFailure {
        var got = result.octets();
        if (got.length != length) {
            throw DrillFailure.differs("length of the option's value", length, got.length);
        }
        if (number && length <= 4) {
            var cut = Arrays.copyOf(expected, length);
            if (!Arrays.equals(cut, got)) {
                throw DrillFailure.differs("value", littleEndian(cut), littleEndian(got));
            }
        } else if (!Arrays.equals(expected, got)) {
            throw DrillFailure.differs("value", text(expected), text(got));
        }
    }

    private static String text(byte[] octets) {
        var text = new String(octets, StandardCharsets.ISO_8859_1);
        boolean plain = text.chars().allMatch(c -> c == 0 || c >= ' ' && c < 0x7f);
        return plain ? '"' + CallText.printable(text) + '"' : HexFormat.of().formatHex(octets);
    }
}
