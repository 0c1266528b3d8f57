package dev.levee.sim.drill;

import dev.levee.sim.drill.Packet.Option;
import dev.levee.sim.drill.script.PacketLine.OptionSpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// TCP options between three forms: as a script writes them, as octets, and as text for reports.
final class OptionCodec {
    /// RFC 7413 §4.1.1 before it had a number: an experiment's option with this magic number (RFC 6994).
    private static final int FAST_OPEN_MAGIC = 0xf989;
    private static final int MD5 = 19;

    private OptionCodec() {}

    /// The octets of a script's options, its numbers as they stand there.
    static List<Option> encode(List<OptionSpec> specs) throws DrillFailure, DrillSkip {
        var options = new ArrayList<Option>();
        for (var spec : specs) {
            options.add(encode(spec));
        }
        return options;
    }

    private static Option encode(OptionSpec spec) throws DrillFailure, DrillSkip {
        return switch (spec) {
            case OptionSpec.Nop() -> new Option(Option.NOP, new byte[0]);
            case OptionSpec.End() -> new Option(Option.END, new byte[0]);
            case OptionSpec.SackPermitted() -> new Option(Option.SACK_PERMITTED, new byte[0]);
            case OptionSpec.WindowScale(int shift) -> new Option(Option.WINDOW_SCALE, new byte[] {(byte) shift});
            case OptionSpec.Mss(int octets) ->
                new Option(Option.MSS, new byte[] {(byte) (octets >>> 8), (byte) octets});
            case OptionSpec.Timestamps ts -> timestamps((int) ts.value(), (int) ts.echo());
            case OptionSpec.Sack sack -> sack(sack);
            case OptionSpec.FastOpen(var cookie, boolean experimental) -> fastOpen(cookie, experimental);
            case OptionSpec.Named named -> throw new DrillSkip("the TCP option " + named.name() + " is not offered");
        };
    }

    static Option timestamps(int value, int echo) {
        var data = new byte[8];
        Octets.put32(data, 0, value);
        Octets.put32(data, 4, echo);
        return new Option(Option.TIMESTAMPS, data);
    }

    private static Option sack(OptionSpec.Sack sack) {
        var data = new byte[8 * sack.blocks().size()];
        int at = 0;
        for (var block : sack.blocks()) {
            Octets.put32(data, at, (int) block.left());
            Octets.put32(data, at + 4, (int) block.right());
            at += 8;
        }
        return new Option(Option.SACK, data);
    }

    private static Option fastOpen(String cookie, boolean experimental) throws DrillFailure {
        byte[] octets;
        try {
            octets = HexFormat.of().parseHex(cookie);
        } catch (IllegalArgumentException _) {
            throw new DrillFailure("'" + cookie + "' is no fast-open cookie");
        }
        if (!experimental) {
            return new Option(Option.FAST_OPEN, octets);
        }
        var data = new byte[2 + octets.length];
        Octets.put16(data, 0, FAST_OPEN_MAGIC);
        System.arraycopy(octets, 0, data, 2, octets.length);
        return new Option(Option.EXPERIMENT, data);
    }

    /// The same options with sequence numbers of SACK blocks moved.
    static List<Option> moveSack(List<Option> options, int offset) {
        var moved = new ArrayList<Option>(options.size());
        for (var option : options) {
            if (option.kind() != Option.SACK || option.data().length % 8 != 0) {
                moved.add(option);
                continue;
            }
            var data = new byte[option.data().length];
            for (int at = 0; at < data.length; at += 4) {
                Octets.put32(data, at, Octets.i32(option.data(), at) + offset);
            }
            moved.add(new Option(Option.SACK, data));
        }
        return moved;
    }

    /// Octets that the options take in a header.
    static int length(List<Option> options) {
        int length = 0;
        for (var option : options) {
            length += option.kind() <= Option.NOP ? 1 : 2 + option.data().length;
        }
        return length;
    }

    /// Writes the options one after another.
    static void write(List<Option> options, byte[] into, int from) {
        int at = from;
        for (var option : options) {
            into[at++] = (byte) option.kind();
            if (option.kind() > Option.NOP) {
                into[at++] = (byte) (2 + option.data().length);
                System.arraycopy(option.data(), 0, into, at, option.data().length);
                at += option.data().length;
            }
        }
    }

    /// As a script would write them, without the angle brackets.
    static String text(List<Option> options) {
        var words = new ArrayList<String>();
        for (var option : options) {
            words.add(text(option));
        }
        return String.join(",", words);
    }

    private static String text(Option option) {
        var data = option.data();
        return switch (option.kind()) {
            case Option.END -> "eol";
            case Option.NOP -> "nop";
            case Option.SACK_PERMITTED -> "sackOK";
            case Option.MSS -> data.length == 2 ? "mss " + Octets.u16(data, 0) : unknown(option);
            case Option.WINDOW_SCALE -> data.length == 1 ? "wscale " + Octets.u8(data, 0) : unknown(option);
            case Option.TIMESTAMPS ->
                data.length == 8 ? "TS val " + unsigned(data, 0) + " ecr " + unsigned(data, 4) : unknown(option);
            case Option.SACK -> data.length % 8 == 0 ? sackText(data) : unknown(option);
            case Option.FAST_OPEN -> ("FO " + HexFormat.of().formatHex(data)).strip();
            case Option.EXPERIMENT ->
                data.length >= 2 && Octets.u16(data, 0) == FAST_OPEN_MAGIC
                        ? ("FOEXP " + HexFormat.of().formatHex(data, 2, data.length)).strip()
                        : unknown(option);
            case MD5 -> "md5 " + HexFormat.of().formatHex(data);
            default -> unknown(option);
        };
    }

    private static String sackText(byte[] data) {
        var text = new StringBuilder("sack");
        for (int at = 0; at < data.length; at += 8) {
            text.append(' ').append(unsigned(data, at)).append(':').append(unsigned(data, at + 4));
        }
        return text.toString();
    }

    private static long unsigned(byte[] data, int at) {
        return Octets.i32(data, at) & 0xffffffffL;
    }

    private static String unknown(Option option) {
        return "option " + option.kind() + " " + HexFormat.of().formatHex(option.data());
    }
}
