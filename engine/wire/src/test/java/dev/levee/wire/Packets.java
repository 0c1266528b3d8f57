package dev.levee.wire;

import java.util.HexFormat;

/// What the tests of this package share: frames, packets and addresses.
final class Packets {
    static final int V4_IP_BYTES = 20;
    static final int V6_IP_BYTES = 40;
    /// Just below the wrap, so that ordinary tests cross it.
    static final int ISS = 0xFFFF_FF00;

    static final IpAddress CLIENT_V4 = IpAddress.parse("198.18.0.1");
    static final IpAddress SERVER_V4 = IpAddress.parse("198.18.0.2");
    static final IpAddress CLIENT_V6 = IpAddress.parse("2001:db8::1");
    static final IpAddress SERVER_V6 = IpAddress.parse("2001:db8::2");

    private Packets() {}

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    static Frame frame(byte[] packet) {
        var frame = FrameSlab.single(65_535);
        frame.fill(packet);
        return frame;
    }

    static byte[] concat(byte[]... parts) {
        var out = new java.io.ByteArrayOutputStream();
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static void put16(byte[] octets, int at, int value) {
        octets[at] = (byte) (value >>> 8);
        octets[at + 1] = (byte) value;
    }

    static int u16(byte[] octets, int at) {
        return (octets[at] & 0xff) << 8 | octets[at + 1] & 0xff;
    }

    /// The checksum by the letter of RFC 1071, 16 bits at a time: what the fast one is compared with.
    static int naiveChecksum(byte[] octets, int from, int length, long start) {
        long sum = start;
        for (int i = 0; i < length; i += 2) {
            int low = i + 1 < length ? octets[from + i + 1] & 0xff : 0;
            sum += (octets[from + i] & 0xff) << 8 | low;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) ~sum & 0xffff;
    }

    static long naivePseudo(IpAddress src, IpAddress dst, int protocol, int length) {
        long sum = (long) protocol + length;
        for (var octets : new byte[][] {src.toBytes(), dst.toBytes()}) {
            for (int i = 0; i < octets.length; i += 2) {
                sum += u16(octets, i);
            }
        }
        return sum;
    }

    /// An IP packet around a payload, without options or extensions.
    static byte[] ip(IpAddress src, IpAddress dst, int protocol, byte[] payload) {
        return src.isV4() ? ipV4(src, dst, protocol, new byte[0], payload) : ipV6(src, dst, protocol, payload);
    }

    static byte[] ipV4(IpAddress src, IpAddress dst, int protocol, byte[] options, byte[] payload) {
        int headerBytes = V4_IP_BYTES + options.length;
        var header = new byte[headerBytes];
        header[0] = (byte) (0x40 | headerBytes / 4);
        put16(header, 2, headerBytes + payload.length);
        header[8] = 64;
        header[9] = (byte) protocol;
        System.arraycopy(src.toBytes(), 0, header, 12, 4);
        System.arraycopy(dst.toBytes(), 0, header, 16, 4);
        System.arraycopy(options, 0, header, 20, options.length);
        put16(header, 10, naiveChecksum(header, 0, headerBytes, 0));
        return concat(header, payload);
    }

    static byte[] ipV6(IpAddress src, IpAddress dst, int nextHeader, byte[] payload) {
        var header = new byte[V6_IP_BYTES];
        header[0] = 0x60;
        put16(header, 4, payload.length);
        header[6] = (byte) nextHeader;
        header[7] = 64;
        System.arraycopy(src.toBytes(), 0, header, 8, 16);
        System.arraycopy(dst.toBytes(), 0, header, 24, 16);
        return concat(header, payload);
    }

    /// A TCP header with options and text, its checksum right.
    static byte[] tcp(IpAddress src, IpAddress dst, int flags, byte[] options, byte[] text) {
        var header = new byte[20 + options.length];
        put16(header, 0, 40_000);
        put16(header, 2, 80);
        put16(header, 4, ISS >>> 16);
        put16(header, 6, ISS & 0xffff);
        put16(header, 8, 0x1234);
        put16(header, 10, 0x5678);
        header[12] = (byte) (header.length / 4 << 4);
        header[13] = (byte) flags;
        put16(header, 14, 0xfff0);
        System.arraycopy(options, 0, header, 20, options.length);
        var segment = concat(header, text);
        put16(
                segment,
                16,
                naiveChecksum(
                        segment, 0, segment.length, naivePseudo(src, dst, IpPacket.PROTOCOL_TCP, segment.length)));
        return segment;
    }

    /// A whole packet with a TCP segment.
    static byte[] tcpPacket(boolean v4, int flags, byte[] options, byte[] text) {
        var src = v4 ? CLIENT_V4 : CLIENT_V6;
        var dst = v4 ? SERVER_V4 : SERVER_V6;
        return ip(src, dst, IpPacket.PROTOCOL_TCP, tcp(src, dst, flags, options, text));
    }

    /// An ICMP or ICMPv6 message, its checksum right.
    static byte[] icmp(IpAddress src, IpAddress dst, int type, int code, int word, byte[] body) {
        var message = new byte[8 + body.length];
        message[0] = (byte) type;
        message[1] = (byte) code;
        put16(message, 4, word >>> 16);
        put16(message, 6, word & 0xffff);
        System.arraycopy(body, 0, message, 8, body.length);
        long pseudo = src.isV4() ? 0 : naivePseudo(src, dst, IpPacket.PROTOCOL_ICMP6, message.length);
        put16(message, 2, naiveChecksum(message, 0, message.length, pseudo));
        return message;
    }

    /// A whole packet with an ICMP or ICMPv6 message.
    static byte[] icmpPacket(boolean v4, int type, int code, int word, byte[] body) {
        var src = v4 ? CLIENT_V4 : CLIENT_V6;
        var dst = v4 ? SERVER_V4 : SERVER_V6;
        int protocol = v4 ? IpPacket.PROTOCOL_ICMP : IpPacket.PROTOCOL_ICMP6;
        return ip(src, dst, protocol, icmp(src, dst, type, code, word, body));
    }

    static byte[] text(int length) {
        var text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) (i * 7 + 1);
        }
        return text;
    }
}
