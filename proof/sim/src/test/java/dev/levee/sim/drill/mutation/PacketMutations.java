package dev.levee.sim.drill.mutation;

import dev.levee.sim.drill.script.DrillScript;
import dev.levee.sim.drill.script.PacketLine;
import dev.levee.sim.drill.script.PacketLine.IpSpec;
import dev.levee.sim.drill.script.PacketLine.OptionSpec;
import dev.levee.sim.drill.script.PacketLine.SeqForm;
import dev.levee.sim.drill.script.PacketLine.Tcp;
import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Changes what a line says about a packet that the system must send: one field each.
final class PacketMutations {
    private static final int ECN_CE = 3;
    /// A window that no system announces that has just begun, and that nothing else asserts.
    private static final int STRANGE_WINDOW = 7;

    private static final int STRANGE_HOP_LIMIT = 63;

    private final DrillScript script;
    private final int index;
    private final PacketLine line;
    private final Habits habits;
    private final Mutator.Replaced to;

    PacketMutations(DrillScript script, int index, PacketLine line, Habits habits, Mutator.Replaced to) {
        this.script = script;
        this.index = index;
        this.line = line;
        this.habits = habits;
        this.to = to;
    }

    void all() {
        ip();
        if (line.body() instanceof Tcp tcp) {
            flags(tcp);
            numbers(tcp);
            options(tcp);
        }
    }

    private void ip() {
        var ip = line.ip();
        var ecn = ip.ecn();
        // Nothing that is sent here is marked as congested unless the script says so: a claim that it is, is
        // wrong.
        int otherEcn = ecn == null || ecn != ECN_CE ? ECN_CE : 0;
        if (ip.trafficClass() == null && !ip.anyEct()) {
            ip("ECN bits", ip.hopLimit(), otherEcn, ip.trafficClass());
        }
        var trafficClass = ip.trafficClass();
        if (trafficClass != null) {
            ip("traffic class", ip.hopLimit(), ecn, trafficClass ^ 0x04);
            ip("traffic class", ip.hopLimit(), ecn, trafficClass ^ ECN_CE);
        }
        var hopLimit = ip.hopLimit();
        ip("hop limit", hopLimit == null ? STRANGE_HOP_LIMIT : Integer.valueOf(hopLimit + 1), ecn, trafficClass);
    }

    private void ip(
            String kind,
            @org.jspecify.annotations.Nullable Integer hopLimit,
            @org.jspecify.annotations.Nullable Integer ecn,
            @org.jspecify.annotations.Nullable Integer trafficClass) {
        var ip = line.ip();
        var changed = new IpSpec(ecn, ip.anyEct(), ip.dscp(), trafficClass, hopLimit, ip.flowLabel());
        var packet = new PacketLine(line.at(), true, line.encapsulations(), changed, line.body());
        to.with(kind, changed.toString(), index, Lines.with(script.events().get(index), packet));
    }

    private void flags(Tcp tcp) {
        int[] bits = {
            TcpFlags.FIN,
            TcpFlags.SYN,
            TcpFlags.RST,
            TcpFlags.PSH,
            TcpFlags.ACK,
            TcpFlags.URG,
            TcpFlags.ECE,
            TcpFlags.CWR
        };
        for (int bit : bits) {
            // A digit after the flags says the bits of ECN.
            if (tcp.ace() != null && (bit == TcpFlags.ECE || bit == TcpFlags.CWR)) {
                continue;
            }
            boolean had = (tcp.flags() & bit) != 0;
            tcp(had ? "flag removed" : "flag added", TcpFlags.format(bit), flags(tcp, tcp.flags() ^ bit));
        }
        var digit = tcp.ace();
        if (digit != null) {
            for (int bit : new int[] {1, 2, 4}) {
                tcp("ECN digit", (digit ^ bit) + " for " + digit, digit(tcp, digit ^ bit));
            }
        }
    }

    private static Tcp digit(Tcp tcp, int digit) {
        return new Tcp(
                tcp.ports(),
                tcp.flags(),
                digit,
                tcp.seq(),
                tcp.seqForm(),
                tcp.length(),
                tcp.ack(),
                tcp.window(),
                tcp.urgentPointer(),
                tcp.options(),
                tcp.udp());
    }

    private static Tcp flags(Tcp tcp, int flags) {
        return changed(
                tcp, flags, tcp.seq(), tcp.length(), tcp.ack(), tcp.window(), tcp.urgentPointer(), tcp.options());
    }

    /// A segment with other fields; what no mutation touches stays.
    private static Tcp changed(
            Tcp tcp,
            int flags,
            long seq,
            int length,
            @Nullable Long ack,
            @Nullable Integer window,
            int urgentPointer,
            @Nullable List<OptionSpec> options) {
        return new Tcp(
                tcp.ports(),
                flags,
                tcp.ace(),
                seq,
                tcp.seqForm(),
                length,
                ack,
                window,
                urgentPointer,
                options,
                tcp.udp());
    }

    private void numbers(Tcp tcp) {
        // The number of a connection's first SYN is what all others are relative to: a name, not a claim.
        if (tcp.seqForm() == SeqForm.RELATIVE && !namesTheBeginning(tcp)) {
            tcp("seq", "+1", seq(tcp, 1));
            tcp("seq", "-1", seq(tcp, -1));
        }
        tcp("length", "+1", length(tcp, 1));
        if (tcp.length() > 0) {
            tcp("length", "-1", length(tcp, -1));
        }
        var ack = tcp.ack();
        if (ack != null) {
            tcp("ack", "+1", ack(tcp, ack + 1 & 0xffffffffL));
            tcp("ack", "-1", ack(tcp, ack - 1 & 0xffffffffL));
        }
        var window = tcp.window();
        if (window != null) {
            tcp("window", "+1", window(tcp, window + 1 & 0xffff));
            tcp("window", "-1", window(tcp, window - 1 & 0xffff));
        } else {
            tcp("window", "that of nobody", window(tcp, STRANGE_WINDOW));
        }
        tcp("urgent pointer", "1", urgent(tcp));
    }

    private boolean namesTheBeginning(Tcp tcp) {
        if ((tcp.flags() & TcpFlags.SYN) == 0) {
            return false;
        }
        for (int i = index - 1; i >= 0; i--) {
            var before = Lines.outboundTcp(script.events().get(i));
            if (before != null) {
                return before.flags() != tcp.flags();
            }
        }
        return true;
    }

    private static Tcp seq(Tcp tcp, int by) {
        return changed(
                tcp,
                tcp.flags(),
                tcp.seq() + by & 0xffffffffL,
                tcp.length(),
                tcp.ack(),
                tcp.window(),
                tcp.urgentPointer(),
                tcp.options());
    }

    private static Tcp length(Tcp tcp, int by) {
        return changed(
                tcp,
                tcp.flags(),
                tcp.seq(),
                tcp.length() + by,
                tcp.ack(),
                tcp.window(),
                tcp.urgentPointer(),
                tcp.options());
    }

    private static Tcp ack(Tcp tcp, long ack) {
        return changed(
                tcp, tcp.flags(), tcp.seq(), tcp.length(), ack, tcp.window(), tcp.urgentPointer(), tcp.options());
    }

    private static Tcp window(Tcp tcp, int window) {
        return changed(
                tcp, tcp.flags(), tcp.seq(), tcp.length(), tcp.ack(), window, tcp.urgentPointer(), tcp.options());
    }

    private static Tcp urgent(Tcp tcp) {
        return changed(
                tcp,
                tcp.flags(),
                tcp.seq(),
                tcp.length(),
                tcp.ack(),
                tcp.window(),
                tcp.urgentPointer() + 1,
                tcp.options());
    }

    private static Tcp options(Tcp tcp, List<OptionSpec> options) {
        return changed(
                tcp, tcp.flags(), tcp.seq(), tcp.length(), tcp.ack(), tcp.window(), tcp.urgentPointer(), options);
    }

    private void options(Tcp tcp) {
        var options = tcp.options();
        // <...> asserts nothing about options.
        if (options == null) {
            return;
        }
        for (int i = 0; i < options.size(); i++) {
            var dropped = new ArrayList<>(options);
            var option = dropped.remove(i);
            tcp("option dropped", option.toString(), options(tcp, dropped));
            for (var other : values(option)) {
                var changed = new ArrayList<>(options);
                changed.set(i, other);
                tcp("option's value", other.toString(), options(tcp, changed));
            }
            // Two options that are the same have no order.
            if (i > 0 && !options.get(i - 1).equals(option)) {
                var swapped = new ArrayList<>(options);
                swapped.set(i, options.get(i - 1));
                swapped.set(i - 1, option);
                tcp("options swapped", option + " and the one before", options(tcp, swapped));
            }
        }
        for (var extra : List.of(new OptionSpec.Nop(), new OptionSpec.SackPermitted(), new OptionSpec.Mss(536))) {
            var added = new ArrayList<>(options);
            added.add(extra);
            tcp("option added", extra.toString(), options(tcp, added));
        }
    }

    private List<OptionSpec> values(OptionSpec option) {
        return switch (option) {
            case OptionSpec.Mss(int octets) -> List.of(new OptionSpec.Mss(octets + 1), new OptionSpec.Mss(octets - 1));
            case OptionSpec.WindowScale(int shift) ->
                List.of(new OptionSpec.WindowScale(shift + 1), new OptionSpec.WindowScale(Math.max(0, shift - 1)));
            case OptionSpec.Timestamps stamps -> timestamps(stamps);
            case OptionSpec.Sack(var blocks) -> edges(blocks);
            // Without a value.
            case OptionSpec.Nop(), OptionSpec.End(), OptionSpec.SackPermitted() -> List.of();
            case OptionSpec.FastOpen open -> cookies(open);
            // No target offers them: their scripts are skipped.
            case OptionSpec.Named _ -> List.of();
        };
    }

    /// Another cookie, one of another length, and the same as the experiment that the option was first, or the reverse.
    private static List<OptionSpec> cookies(OptionSpec.FastOpen open) {
        var cookie = open.cookie();
        var changed = new ArrayList<OptionSpec>();
        changed.add(new OptionSpec.FastOpen(cookie, !open.experimental()));
        changed.add(new OptionSpec.FastOpen(cookie + "0000", open.experimental()));
        if (!cookie.isEmpty()) {
            changed.add(new OptionSpec.FastOpen(cookie.substring(4), open.experimental()));
            int last = cookie.length() - 1;
            int digit = Character.digit(cookie.charAt(last), 16) ^ 1;
            var other = cookie.substring(0, last) + Character.forDigit(digit, 16);
            changed.add(new OptionSpec.FastOpen(other, open.experimental()));
        }
        return changed;
    }

    /// Values are compared only where the script says how long a tick is, and the first one is what the others
    /// are relative to. An echo is always compared.
    private List<OptionSpec> timestamps(OptionSpec.Timestamps stamps) {
        var changed = new ArrayList<OptionSpec>();
        changed.add(timestamps(stamps, 0, 1));
        changed.add(timestamps(stamps, 0, -1));
        boolean first = script.events().subList(0, index).stream()
                .map(Lines::outboundTcp)
                .filter(Objects::nonNull)
                .noneMatch(tcp -> Lines.has(tcp, OptionSpec.Timestamps.class));
        if (!first && habits.timestampsCounted() && !stamps.anyValue()) {
            changed.add(timestamps(stamps, 1000, 0));
            changed.add(timestamps(stamps, -1000, 0));
        }
        return changed;
    }

    private static OptionSpec timestamps(OptionSpec.Timestamps stamps, int value, int echo) {
        return new OptionSpec.Timestamps(
                stamps.value() + value & 0xffffffffL,
                stamps.echo() + echo & 0xffffffffL,
                stamps.anyValue(),
                stamps.absoluteEcho());
    }

    private static List<OptionSpec> edges(List<PacketLine.Range32> blocks) {
        var changed = new ArrayList<OptionSpec>();
        for (int i = 0; i < blocks.size(); i++) {
            var block = blocks.get(i);
            var left = new ArrayList<>(blocks);
            left.set(i, new PacketLine.Range32(block.left() + 1, block.right()));
            changed.add(new OptionSpec.Sack(left));
            var right = new ArrayList<>(blocks);
            right.set(i, new PacketLine.Range32(block.left(), block.right() - 1));
            changed.add(new OptionSpec.Sack(right));
        }
        return changed;
    }

    private void tcp(String kind, String what, Tcp tcp) {
        to.with(kind, what, index, Lines.with(script.events().get(index), Lines.body(line, tcp)));
    }
}
