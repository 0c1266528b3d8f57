package dev.levee.sim.drill;

import dev.levee.wire.Frame;
import dev.levee.wire.IpAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A packet as it was on the wire, read octet by octet. Read once, immutable.
///
/// @param nanos when it was sent
/// @param ip its IP header
/// @param protocol of what it carries
/// @param tcp its TCP segment, null when it carries something else or nonsense
/// @param wrong what is wrong with it in itself (a bad checksum, a length that cannot be); empty: nothing
record Packet(long nanos, Ip ip, int protocol, @Nullable Tcp tcp, String wrong) {
    static final int TCP = 6;
    static final int ICMP = 1;
    static final int ICMP6 = 58;
    static final int UDP = 17;

    private static final int V6_HEADER_BYTES = 40;
    private static final int TCP_HEADER_BYTES = 20;

    /// @param trafficClass whole octet
    /// @param flowLabel 0 for IPv4
    record Ip(boolean v6, IpAddress source, IpAddress destination, int trafficClass, int hopLimit, int flowLabel) {}

    /// @param flags the nine control bits, AE the highest
    /// @param reserved the three bits that must be zero
    /// @param headerBytes with options
    record Tcp(
            int sourcePort,
            int destinationPort,
            int seq,
            int ack,
            int flags,
            int reserved,
            int window,
            int urgentPointer,
            int headerBytes,
            List<Option> options,
            byte[] text) {
        Tcp {
            options = List.copyOf(options);
        }

        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        Tcp at(int mappedSeq, int mappedAck, List<Option> mappedOptions) {
            return new Tcp(
                    sourcePort,
                    destinationPort,
                    mappedSeq,
                    mappedAck,
                    flags,
                    reserved,
                    window,
                    urgentPointer,
                    headerBytes,
                    mappedOptions,
                    text);
        }

        @Nullable
        Option option(int kind) {
            for (var option : options) {
                if (option.kind() == kind) {
                    return option;
                }
            }
            return null;
        }
    }

    /// @param data what follows kind and length
    record Option(int kind, byte[] data) {
        static final int END = 0;
        static final int NOP = 1;
        static final int MSS = 2;
        static final int WINDOW_SCALE = 3;
        static final int SACK_PERMITTED = 4;
        static final int SACK = 5;
        static final int TIMESTAMPS = 8;
        static final int FAST_OPEN = 34;
        static final int EXPERIMENT = 254;

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Option that && kind == that.kind && Arrays.equals(data, that.data);
        }

        @Override
        public int hashCode() {
            return 31 * kind + Arrays.hashCode(data);
        }
    }

    Packet withTcp(Tcp other) {
        return new Packet(nanos, ip, protocol, other, wrong);
    }

    static Packet read(long nanos, Frame frame) {
        return read(nanos, frame.toArray());
    }

    static Packet read(long nanos, byte[] octets) {
        boolean v6 = octets.length > 0 && Octets.u8(octets, 0) >>> 4 == 6;
        if (octets.length < (v6 ? V6_HEADER_BYTES : 20)) {
            return nonsense(nanos, "is shorter than an IP header");
        }
        return v6 ? readV6(nanos, octets) : readV4(nanos, octets);
    }

    private static Packet nonsense(long nanos, String why) {
        var nowhere = new Ip(false, IpAddress.ANY_V4, IpAddress.ANY_V4, 0, 0, 0);
        return new Packet(nanos, nowhere, -1, null, why);
    }

    private static Packet readV4(long nanos, byte[] octets) {
        int headerBytes = (octets[0] & 0x0f) << 2;
        int length = Octets.u16(octets, 2);
        var ip = new Ip(
                false,
                IpAddress.ofV4(Octets.i32(octets, 12)),
                IpAddress.ofV4(Octets.i32(octets, 16)),
                Octets.u8(octets, 1),
                Octets.u8(octets, 8),
                0);
        int protocol = Octets.u8(octets, 9);
        var wrong = "";
        if (headerBytes != 20) {
            wrong = "has an IP header of " + headerBytes + " octets";
        } else if (length != octets.length) {
            wrong = "says that it has " + length + " octets but has " + octets.length;
        } else if (Octets.checksum(Octets.sum(octets, 0, headerBytes)) != 0) {
            wrong = "has a bad IP checksum";
        }
        long pseudo = Octets.sum(octets, 12, 20) + protocol + (octets.length - headerBytes);
        return carrying(nanos, ip, protocol, octets, headerBytes, pseudo, wrong);
    }

    private static Packet readV6(long nanos, byte[] octets) {
        int length = Octets.u16(octets, 4) + V6_HEADER_BYTES;
        var ip = new Ip(
                true,
                IpAddress.of(Arrays.copyOfRange(octets, 8, 24)),
                IpAddress.of(Arrays.copyOfRange(octets, 24, 40)),
                Octets.i32(octets, 0) >>> 20 & 0xff,
                Octets.u8(octets, 7),
                Octets.i32(octets, 0) & 0xfffff);
        var wrong = length == octets.length ? "" : "says that it has " + length + " octets but has " + octets.length;
        int protocol = Octets.u8(octets, 6);
        long pseudo = Octets.sum(octets, 8, 40) + protocol + (octets.length - V6_HEADER_BYTES);
        return carrying(nanos, ip, protocol, octets, V6_HEADER_BYTES, pseudo, wrong);
    }

    private static Packet carrying(
            long nanos, Ip ip, int protocol, byte[] octets, int at, long pseudo, String wrongIp) {
        int available = octets.length - at;
        if (protocol != TCP || available < TCP_HEADER_BYTES) {
            var wrong = protocol == TCP && wrongIp.isEmpty() ? "is shorter than a TCP header" : wrongIp;
            return new Packet(nanos, ip, protocol, null, wrong);
        }
        int headerBytes = Octets.u8(octets, at + 12) >>> 4 << 2;
        if (headerBytes < TCP_HEADER_BYTES || headerBytes > available) {
            return new Packet(nanos, ip, protocol, null, "has a TCP header of " + headerBytes + " octets");
        }
        var options = new ArrayList<Option>();
        boolean readable = options(octets, at + TCP_HEADER_BYTES, at + headerBytes, options);
        var wrong = wrongIp;
        if (wrong.isEmpty() && Octets.checksum(pseudo + Octets.sum(octets, at, octets.length)) != 0) {
            wrong = "has a bad TCP checksum";
        } else if (wrong.isEmpty() && !readable) {
            wrong = "has TCP options that cannot be read";
        }
        var tcp = new Tcp(
                Octets.u16(octets, at),
                Octets.u16(octets, at + 2),
                Octets.i32(octets, at + 4),
                Octets.i32(octets, at + 8),
                Octets.u16(octets, at + 12) & 0x1ff,
                Octets.u8(octets, at + 12) >>> 1 & 7,
                Octets.u16(octets, at + 14),
                Octets.u16(octets, at + 18),
                headerBytes,
                options,
                Arrays.copyOfRange(octets, at + headerBytes, octets.length));
        return new Packet(nanos, ip, protocol, tcp, wrong);
    }

    /// Ends of the list are kept, also those that pad the header: a script writes each of them.
    private static boolean options(byte[] octets, int from, int to, List<Option> into) {
        int at = from;
        while (at < to) {
            int kind = Octets.u8(octets, at);
            if (kind == Option.END || kind == Option.NOP) {
                into.add(new Option(kind, new byte[0]));
                at++;
                continue;
            }
            int length = at + 1 < to ? Octets.u8(octets, at + 1) : 0;
            if (length < 2 || at + length > to) {
                return false;
            }
            into.add(new Option(kind, Arrays.copyOfRange(octets, at + 2, at + length)));
            at += length;
        }
        return true;
    }
}
