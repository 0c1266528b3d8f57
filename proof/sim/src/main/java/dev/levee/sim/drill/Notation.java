package dev.levee.sim.drill;

import dev.levee.sim.drill.script.PacketLine;
import dev.levee.wire.TcpFlags;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Packets in the notation of scripts.
final class Notation {
    private static final int ACE = PacketLine.AE | TcpFlags.CWR | TcpFlags.ECE;
    private static final String LETTERS = "FSRP.UEWA";
    /// The order in which people write them.
    private static final int[] ORDER = {1, 0, 2, 3, 5, 6, 7, 8, 4};

    private Notation() {}

    /// `S.`, `P.`, `-` for none.
    static String flags(int flags) {
        var text = new StringBuilder();
        for (int bit : ORDER) {
            if ((flags & 1 << bit) != 0) {
                text.append(LETTERS.charAt(bit));
            }
        }
        return text.isEmpty() ? "-" : text.toString();
    }

    /// A packet, its sequence numbers as they are in it.
    static String of(Packet packet) {
        var tcp = packet.tcp();
        if (tcp == null) {
            return "a packet of protocol " + packet.protocol() + " from "
                    + packet.ip().source() + " to " + packet.ip().destination();
        }
        var text = new StringBuilder(flags(tcp.flags()));
        segment(text, tcp.seq() & 0xffffffffL, tcp.text().length);
        if ((tcp.flags() & TcpFlags.ACK) != 0 || tcp.ack() != 0) {
            text.append(" ack ").append(tcp.ack() & 0xffffffffL);
        }
        text.append(" win ").append(tcp.window());
        urgent(text, tcp.urgentPointer());
        if (!tcp.options().isEmpty()) {
            text.append(" <").append(OptionCodec.text(tcp.options())).append('>');
        }
        return text.toString();
    }

    /// What a line says.
    ///
    /// @param options its options as octets, or null for any
    static String of(PacketLine.Tcp line, @Nullable List<Packet.Option> options) {
        var ace = line.ace();
        var text = new StringBuilder(flags(ace == null ? line.flags() : line.flags() & ~ACE));
        if (ace != null) {
            text.append(ace);
        }
        segment(text, line.seq(), line.length());
        if (line.ack() != null) {
            text.append(" ack ").append(line.ack());
        }
        if (line.window() != null) {
            text.append(" win ").append(line.window());
        }
        urgent(text, line.urgentPointer());
        if (options == null) {
            text.append(" <...>");
        } else if (!options.isEmpty()) {
            text.append(" <").append(OptionCodec.text(options)).append('>');
        }
        return text.toString();
    }

    private static void segment(StringBuilder text, long seq, int length) {
        text.append(' ')
                .append(seq)
                .append(':')
                .append(seq + length & 0xffffffffL)
                .append('(')
                .append(length)
                .append(')');
    }

    private static void urgent(StringBuilder text, int pointer) {
        if (pointer != 0) {
            text.append(" urg ").append(pointer);
        }
    }

    /// Seconds with microseconds.
    static String seconds(long nanos) {
        long micros = Math.floorDiv(nanos, 1_000);
        var sign = micros < 0 ? "-" : "";
        return sign + Math.abs(micros) / 1_000_000 + "."
                + String.format(Locale.ROOT, "%06d", Math.abs(micros) % 1_000_000);
    }

    /// The lines of a list, one below another.
    static String lines(List<String> lines) {
        return String.join("\n", lines);
    }
}
