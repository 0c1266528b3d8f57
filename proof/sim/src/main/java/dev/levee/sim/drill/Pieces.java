package dev.levee.sim.drill;

import dev.levee.sim.drill.Packet.Tcp;
import dev.levee.wire.TcpFlags;
import java.util.List;
import java.util.Objects;

/// Segments in a row that a script writes as one: systems cut large writes in different places, so that a line
/// may stand for several full segments that differ in nothing but their text.
final class Pieces {
    private static final int COMPARED =
            TcpFlags.SYN | TcpFlags.RST | TcpFlags.ACK | TcpFlags.URG | TcpFlags.ECE | 0x100;

    private Pieces() {}

    /// Why a segment does not continue the one before; empty when it does.
    ///
    /// @param missing octets of the line's text that have not come yet
    static String mismatch(Packet before, Packet packet, int missing) {
        var left = Objects.requireNonNull(before.tcp());
        var right = Objects.requireNonNull(packet.tcp());
        if (right.seq() != left.seq() + left.text().length) {
            return "seq: expected " + unsigned(left.seq() + left.text().length) + ", got " + unsigned(right.seq());
        }
        var differing = differing(left, right);
        if (!differing.isEmpty()) {
            return "a part with other " + differing;
        }
        if (right.text().length < missing && right.text().length != left.text().length) {
            return "a part of " + right.text().length + " octets";
        }
        return "";
    }

    private static String differing(Tcp left, Tcp right) {
        if ((left.flags() & COMPARED) != (right.flags() & COMPARED)) {
            return "flags";
        }
        if (left.ack() != right.ack()) {
            return "acknowledgements";
        }
        if (left.window() != right.window()) {
            return "windows";
        }
        if (left.urgentPointer() != right.urgentPointer()) {
            return "urgent pointers";
        }
        return left.headerBytes() == right.headerBytes() ? "" : "header lengths";
    }

    private static long unsigned(int number) {
        return number & 0xffffffffL;
    }

    /// One packet for all: number and CWR of the first, everything else of the last.
    static Packet join(List<Packet> parts) {
        var last = parts.getLast();
        if (parts.size() == 1) {
            return last;
        }
        int length = 0;
        for (var part : parts) {
            length += Objects.requireNonNull(part.tcp()).text().length;
        }
        var text = new byte[length];
        int at = 0;
        for (var part : parts) {
            var octets = Objects.requireNonNull(part.tcp()).text();
            System.arraycopy(octets, 0, text, at, octets.length);
            at += octets.length;
        }
        var first = Objects.requireNonNull(parts.getFirst().tcp());
        var end = Objects.requireNonNull(last.tcp());
        int flags = end.flags() & ~TcpFlags.CWR | first.flags() & TcpFlags.CWR;
        return last.withTcp(new Tcp(
                end.sourcePort(),
                end.destinationPort(),
                first.seq(),
                end.ack(),
                flags,
                end.reserved(),
                end.window(),
                end.urgentPointer(),
                end.headerBytes(),
                end.options(),
                text));
    }
}
