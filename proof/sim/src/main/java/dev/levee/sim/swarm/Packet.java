package dev.levee.sim.swarm;

import dev.levee.wire.IpAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// A packet, read by the plainest arithmetic there is: no class of the engine, so that a mistake there is not
/// repeated here.
///
/// Threads: the simulation's.
final class Packet {
    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int PSH = 0x08;
    static final int ACK = 0x10;
    static final int URG = 0x20;
    static final int ECE = 0x40;
    static final int CWR = 0x80;

    private static final int TCP = 6;
    private static final int FAST_OPEN = 34;
    /// RFC 6994: kind 254 with this number is fast open, too.
    private static final int EXPERIMENT = 254;
    private static final int FAST_OPEN_EXPERIMENT = 0xf989;
    /// What 40 octets of options have room for.
    private static final int SACK_BLOCKS_MAX = 4;

    final byte[] octets;
    boolean v4;
    int protocol;
    int hopLimit;
    int trafficClass;
    int headerBytes;
    /// Source and destination, 4 or 16 octets each, in one array.
    byte[] addresses = {};

    int srcPort;
    int dstPort;
    int seq;
    int ack;
    int flags;
    int window;
    int urgentPointer;
    int mss;
    int windowScale = -1;
    boolean sackPermitted;
    /// How many SACK blocks there are, and their edges.
    int sackCount;
    final int[] sackFrom = new int[SACK_BLOCKS_MAX];
    final int[] sackTo = new int[SACK_BLOCKS_MAX];
    /// The cookie of a fast open as hexadecimal digits, empty for one that is asked for; null without the option.
    @Nullable
    String cookie;

    boolean timestamps;
    int tsVal;
    int tsEcr;
    int textAt;
    int textLength;
    /// What is wrong, in words; null when the packet is in order.
    @Nullable
    String problem;
    /// The same of its options. A receiver passes over those that it cannot read (RFC 9293 §3.1).
    @Nullable
    String optionProblem;

    private Packet(byte[] octets) {
        this.octets = octets;
    }

    /// Reads a packet; `problem` says what is wrong with it, if anything.
    static Packet read(byte[] octets) {
        var packet = new Packet(octets);
        packet.problem = packet.readIp();
        if (packet.problem == null && packet.protocol == TCP) {
            packet.problem = packet.readTcp();
        }
        return packet;
    }

    boolean tcp() {
        return protocol == TCP;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// Octets of sequence space.
    int length() {
        return textLength + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
    }

    boolean pureAck() {
        return textLength == 0 && (flags & (SYN | FIN | RST)) == 0;
    }

    /// Whether it says that a packet was too large for the next link, and quotes it.
    boolean tooBig() {
        int quoted = headerBytes + 8;
        int least = quoted + (v4 ? 20 : 40) + 8;
        int kind = octets.length < least ? 0 : u16(headerBytes);
        return v4 ? protocol == 1 && kind == 0x0304 : protocol == 58 && kind >> 8 == 2;
    }

    /// Of the packet that it quotes: the source's port, the destination's address and port.
    int quotedSrcPort() {
        return u16(quotedTcp());
    }

    int quotedDstPort() {
        return u16(quotedTcp() + 2);
    }

    IpAddress quotedDestination() {
        int at = headerBytes + 8 + (v4 ? 16 : 24);
        return IpAddress.of(Arrays.copyOfRange(octets, at, at + (v4 ? 4 : 16)));
    }

    private int quotedTcp() {
        return headerBytes + 8 + (v4 ? 20 : 40);
    }

    IpAddress sourceAddress() {
        return IpAddress.of(Arrays.copyOf(addresses, addresses.length / 2));
    }

    IpAddress destination() {
        return IpAddress.of(Arrays.copyOfRange(addresses, addresses.length / 2, addresses.length));
    }

    private int u8(int at) {
        return octets[at] & 0xff;
    }

    private int u16(int at) {
        return u8(at) << 8 | u8(at + 1);
    }

    private int i32(int at) {
        return u16(at) << 16 | u16(at + 2);
    }

    private @Nullable String readIp() {
        if (octets.length < 20) {
            return "it is too short for an IP header";
        }
        int version = u8(0) >> 4;
        if (version == 4) {
            return readV4();
        }
        return version == 6 ? readV6() : "its IP version is " + version;
    }

    private @Nullable String readV4() {
        v4 = true;
        headerBytes = (u8(0) & 0xf) * 4;
        if (headerBytes != 20) {
            return "its IPv4 header has " + headerBytes + " octets";
        }
        if (u16(2) != octets.length) {
            return "its total length is " + u16(2) + ", but it has " + octets.length + " octets";
        }
        if ((u16(6) & 0x3fff) != 0) {
            return "it is a fragment";
        }
        if (sum(0, 20, 0) != 0xffff) {
            return "its IPv4 header checksum is wrong";
        }
        trafficClass = u8(1);
        hopLimit = u8(8);
        protocol = u8(9);
        addresses = Arrays.copyOfRange(octets, 12, 20);
        return null;
    }

    private @Nullable String readV6() {
        headerBytes = 40;
        if (octets.length < 40 || u16(4) != octets.length - 40) {
            return "its payload length is not what follows the IPv6 header";
        }
        trafficClass = u16(0) >> 4 & 0xff;
        protocol = u8(6);
        hopLimit = u8(7);
        addresses = Arrays.copyOfRange(octets, 8, 40);
        return null;
    }

    private @Nullable String readTcp() {
        int at = headerBytes;
        int length = octets.length - at;
        if (length < 20) {
            return "it is too short for a TCP header";
        }
        int dataOffset = (u8(at + 12) >> 4) * 4;
        if (dataOffset < 20 || dataOffset > length) {
            return "its data offset is " + dataOffset;
        }
        // The pseudo header: addresses, protocol, length.
        int pseudo = TCP + length;
        for (int i = 0; i < addresses.length; i += 2) {
            pseudo += (addresses[i] & 0xff) << 8 | addresses[i + 1] & 0xff;
        }
        if (sum(at, length, pseudo) != 0xffff) {
            return "its TCP checksum is wrong";
        }
        srcPort = u16(at);
        dstPort = u16(at + 2);
        if (srcPort == 0 || dstPort == 0) {
            return "its port is 0";
        }
        seq = i32(at + 4);
        ack = i32(at + 8);
        if ((u8(at + 12) & 0xf) != 0) {
            return "its reserved bits are set";
        }
        flags = u8(at + 13);
        window = u16(at + 14);
        urgentPointer = u16(at + 18);
        textAt = at + dataOffset;
        textLength = length - dataOffset;
        readOptions(at + 20, textAt);
        return null;
    }

    private void readOptions(int from, int to) {
        int at = from;
        while (at < to) {
            int kind = u8(at);
            if (kind == 0) {
                return;
            }
            if (kind == 1) {
                at++;
                continue;
            }
            int length = at + 1 < to ? u8(at + 1) : 0;
            if (length < 2 || at + length > to) {
                optionProblem = "option " + kind + " has an impossible length";
                return;
            }
            if (rightLength(kind, length)) {
                readOption(kind, at, length);
            } else {
                optionProblem = "option " + kind + " has " + length + " octets";
            }
            at += length;
        }
    }

    private static boolean rightLength(int kind, int length) {
        return switch (kind) {
            case 2 -> length == 4;
            case 3 -> length == 3;
            case 4 -> length == 2;
            case 5 -> length >= 10 && length <= 34 && (length - 2) % 8 == 0;
            case 8 -> length == 10;
            case FAST_OPEN -> isCookie(length - 2);
            default -> true;
        };
    }

    /// RFC 7413 §4.1.1, and none at all.
    private static boolean isCookie(int count) {
        return count == 0 || (count >= 4 && count <= 16 && count % 2 == 0);
    }

    private void readOption(int kind, int at, int length) {
        switch (kind) {
            case 2 -> mss = u16(at + 2);
            case 3 -> windowScale = u8(at + 2);
            case 4 -> sackPermitted = true;
            case 5 -> readSack(at, length);
            case 8 -> {
                timestamps = true;
                tsVal = i32(at + 2);
                tsEcr = i32(at + 6);
            }
            case FAST_OPEN -> cookie = digits(at + 2, at + length);
            case EXPERIMENT -> {
                if (length >= 4 && u16(at + 2) == FAST_OPEN_EXPERIMENT && isCookie(length - 4)) {
                    cookie = digits(at + 4, at + length);
                }
            }
            default -> {
                // Nothing that is judged.
            }
        }
    }

    private String digits(int from, int to) {
        return HexFormat.of().formatHex(octets, from, to);
    }

    private void readSack(int at, int length) {
        sackCount = 0;
        for (int block = at + 2; block + 8 <= at + length && sackCount < SACK_BLOCKS_MAX; block += 8) {
            sackFrom[sackCount] = i32(block);
            sackTo[sackCount++] = i32(block + 4);
        }
    }

    /// The one's complement sum of RFC 1071, word by word.
    private int sum(int from, int length, int start) {
        long total = start;
        int end = from + length - 1;
        for (int at = from; at < end; at += 2) {
            total += (octets[at] & 0xff) << 8 | octets[at + 1] & 0xff;
        }
        if ((length & 1) == 1) {
            total += (long) (octets[end] & 0xff) << 8;
        }
        while (total >>> 16 != 0) {
            total = (total & 0xffff) + (total >>> 16);
        }
        return (int) total;
    }

    /// Flags, numbers and length, for messages.
    @Override
    public String toString() {
        var names = new StringBuilder();
        String[] letters = {"FIN", "SYN", "RST", "PSH", "ACK", "URG"};
        for (int bit = 0; bit < letters.length; bit++) {
            if ((flags >> bit & 1) == 1) {
                names.append(names.isEmpty() ? "" : ",").append(letters[bit]);
            }
        }
        return srcPort + " > " + dstPort + " " + names + " seq " + Integer.toUnsignedString(seq) + " ack "
                + Integer.toUnsignedString(ack) + " win " + window + " text " + textLength
                + (timestamps ? " ts " + tsVal + "/" + tsEcr : "") + (cookie == null ? "" : " cookie '" + cookie + "'")
                + blocks();
    }

    private String blocks() {
        var text = new StringBuilder();
        for (int i = 0; i < sackCount; i++) {
            text.append(i == 0 ? " sack " : " ")
                    .append(Integer.toUnsignedString(sackFrom[i]))
                    .append(':')
                    .append(Integer.toUnsignedString(sackTo[i]));
        }
        return text.toString();
    }
}
