package dev.levee.sim.drill;

import dev.levee.sim.drill.Packet.Option;
import dev.levee.sim.drill.Timing.Moment;
import dev.levee.sim.drill.script.PacketLine;
import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Names everything in which a packet differs from a line.
final class PacketComparison {
    private static final int ECN_MASK = 3;
    private static final int AE = 0x100;
    private static final int ACE = AE | TcpFlags.CWR | TcpFlags.ECE;

    private final Plan plan;
    private final Flow flow;
    private final List<String> differences = new ArrayList<>();

    PacketComparison(Plan plan, Flow flow) {
        this.plan = plan;
        this.flow = flow;
    }

    /// @param expected the line's options as octets; null: any
    /// @param packet with the script's sequence numbers
    List<String> differences(
            PacketLine line, PacketLine.Tcp tcp, @Nullable List<Option> expected, Packet packet, Moment moment) {
        var got = Objects.requireNonNull(packet.tcp());
        compareIp(line.ip(), packet.ip());
        compareFlags(tcp, got);
        compareSeq(tcp, got);
        differ("length", tcp.length(), got.text().length);
        long ack = tcp.ack() == null ? 0 : tcp.ack();
        differ("ack", ack & 0xffffffffL, got.ack() & 0xffffffffL);
        if (tcp.window() != null) {
            differ("win", tcp.window(), got.window());
        }
        differ("urg", tcp.urgentPointer(), got.urgentPointer());
        differ("reserved bits", 0, got.reserved());
        if (expected != null) {
            compareOptions(anyTsVal(tcp), expected, got.options(), moment);
        }
        for (byte octet : got.text()) {
            if (octet != 0) {
                differences.add("the text differs from what was written");
                break;
            }
        }
        return differences;
    }

    private void compareSeq(PacketLine.Tcp tcp, Packet.Tcp got) {
        int seq = got.seq()
                + (tcp.seqForm() == PacketLine.SeqForm.ABSOLUTE ? flow.localOffset(got.has(TcpFlags.SYN)) : 0);
        if (tcp.seqForm() != PacketLine.SeqForm.ANY) {
            differ("seq", tcp.seq() & 0xffffffffL, seq & 0xffffffffL);
        }
    }

    private void compareIp(PacketLine.IpSpec expected, Packet.Ip got) {
        int ecn = got.trafficClass() & ECN_MASK;
        if (expected.anyEct() && ecn != 1 && ecn != 2) {
            differences.add("ECN: expected ect0 or ect1, got " + ecnName(ecn));
        }
        if (expected.ecn() != null && expected.ecn() != ecn) {
            differences.add("ECN: expected " + ecnName(expected.ecn()) + ", got " + ecnName(ecn));
        }
        if (expected.dscp() != null) {
            differ("dscp", expected.dscp(), got.trafficClass() >> 2);
        }
        if (expected.trafficClass() != null) {
            differ("tos", expected.trafficClass(), got.trafficClass());
        }
        if (expected.hopLimit() != null) {
            differ("ttl", expected.hopLimit(), got.hopLimit());
        }
        if (expected.flowLabel() != null && got.v6()) {
            var wrong = flow.checkFlowLabel(expected.flowLabel(), got.flowLabel());
            if (!wrong.isEmpty()) {
                differences.add(wrong);
            }
        }
    }

    private static String ecnName(int ecn) {
        return switch (ecn) {
            case 0 -> "noecn";
            case 1 -> "ect1";
            case 2 -> "ect0";
            default -> "ce";
        };
    }

    private void compareFlags(PacketLine.Tcp tcp, Packet.Tcp got) {
        var ace = tcp.ace();
        if (ace == null) {
            differ("flags", Notation.flags(tcp.flags() & 0x1ff), Notation.flags(got.flags()));
            return;
        }
        differ("flags", Notation.flags(tcp.flags() & ~ACE), Notation.flags(got.flags() & ~ACE));
        int gotAce = got.flags() >> 6 & 7;
        differ("ACE", ace, gotAce);
    }

    private static boolean anyTsVal(PacketLine.Tcp tcp) {
        var options = tcp.options();
        return options != null
                && options.stream().anyMatch(o -> o instanceof PacketLine.OptionSpec.Timestamps ts && ts.anyValue());
    }

    private void compareOptions(boolean anyTsVal, List<Option> expected, List<Option> got, Moment moment) {
        boolean sameKinds = expected.size() == got.size();
        for (int i = 0; sameKinds && i < expected.size(); i++) {
            sameKinds = expected.get(i).kind() == got.get(i).kind();
        }
        var mapped = anyTsVal ? got : mapTimestamps(expected, got);
        if (!sameKinds) {
            differ("options", "<" + OptionCodec.text(expected) + ">", "<" + OptionCodec.text(mapped) + ">");
            return;
        }
        for (int i = 0; i < expected.size(); i++) {
            var want = expected.get(i);
            if (want.kind() == Option.TIMESTAMPS) {
                // The echo is the script's own number: always exact.
                differ("TS ecr", unsigned(want, 4), unsigned(mapped.get(i), 4));
                if (!anyTsVal) {
                    compareTimestamps(want, mapped.get(i), moment);
                }
            } else if (!want.equals(mapped.get(i))) {
                differ("option", OptionCodec.text(List.of(want)), OptionCodec.text(List.of(mapped.get(i))));
            }
        }
    }

    /// With the script's values, if it says any.
    private List<Option> mapTimestamps(List<Option> expected, List<Option> got) {
        for (var option : expected) {
            if (option.kind() == Option.TIMESTAMPS) {
                return flow.tsToScript(got, Octets.i32(option.data(), 0));
            }
        }
        return got;
    }

    /// Values are compared only if the script says how long a tick is. The tolerance is a part of the time
    /// since the script's beginning, because ticks add up.
    private void compareTimestamps(Option expected, Option got, Moment moment) {
        int val = Octets.i32(expected.data(), 0);
        long ticksApart = Math.abs((long) (Octets.i32(got.data(), 0) - val));
        long tolerance = Math.max(plan.toleranceNanos(), (long) (moment.fromNanos() * plan.tolerancePercent() / 100));
        if (plan.tsTickNanos() != 0 && ticksApart * plan.tsTickNanos() > tolerance) {
            differ("TS val", unsigned(expected, 0), unsigned(got, 0));
        }
    }

    private static long unsigned(Option option, int at) {
        return at + 4 <= option.data().length ? Octets.i32(option.data(), at) & 0xffffffffL : -1;
    }

    private void differ(String what, Object expected, Object got) {
        if (!expected.equals(got)) {
            differences.add(what + ": expected " + expected + ", got " + got);
        }
    }
}
