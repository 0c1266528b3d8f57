package dev.levee.sim.swarm;

import dev.levee.path.SeededRandom;
import java.util.Arrays;

/// Gives a segment options that no sender should write: impossible lengths, options cut off or said twice, kinds
/// that nobody knows, SACK blocks that report what cannot be. The headers around them are in order.
///
/// What could be believed is not among them: no block of octets that are under way, no timestamp newer than the
/// newest.
///
/// Threads: the simulation's.
final class Malformed {
    private static final int TCP_HEADER = 20;
    private static final int OPTIONS_MAX = 40;
    private static final int[] KNOWN = {2, 3, 4, 5, 8, 34};

    private final SeededRandom random;
    /// Up to here the receiver's own octets are acknowledged, and beyond the other nothing was sent.
    private final int acknowledged;
    private final int top;
    private final byte[] options = new byte[OPTIONS_MAX];
    private int length;

    Malformed(SeededRandom random, int acknowledged, int top) {
        this.random = random;
        this.acknowledged = acknowledged;
        this.top = top;
    }

    /// The packet with other options; those that it had come first, or are gone.
    byte[] of(byte[] packet) {
        boolean v4 = packet[0] >> 4 == 4;
        int tcp = v4 ? 20 : 40;
        int text = tcp + (packet[tcp + 12] >> 4 & 0xf) * 4;
        length = 0;
        if (random.chance(0.8)) {
            for (int i = tcp + TCP_HEADER; i < text; i++) {
                put(packet[i]);
            }
        }
        do {
            one();
        } while (length < OPTIONS_MAX && random.chance(0.6));
        while (length % 4 != 0) {
            put(random.chance(0.5) ? 1 : random.nextInt(256));
        }
        var whole = new byte[tcp + TCP_HEADER + length + packet.length - text];
        System.arraycopy(packet, 0, whole, 0, tcp + TCP_HEADER);
        System.arraycopy(options, 0, whole, tcp + TCP_HEADER, length);
        System.arraycopy(packet, text, whole, tcp + TCP_HEADER + length, packet.length - text);
        whole[tcp + 12] = (byte) ((TCP_HEADER + length) / 4 << 4);
        lengthsAndSums(whole, v4, tcp);
        return whole;
    }

    private void put(int octet) {
        if (length < OPTIONS_MAX) {
            options[length++] = (byte) octet;
        }
    }

    private void put32(int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            put(value >> shift);
        }
    }

    private void one() {
        switch (random.nextInt(8)) {
            case 0 -> option(40 + random.nextInt(200), 2 + random.nextInt(12));
            case 1 -> {
                // Too short for itself.
                put(2 + random.nextInt(250));
                put(random.nextInt(2));
            }
            case 2 -> {
                // Longer than the header.
                put(2 + random.nextInt(250));
                put(OPTIONS_MAX + 1 + random.nextInt(200));
            }
            case 3 -> option(KNOWN[random.nextInt(KNOWN.length)], 11 + random.nextInt(3) * 2);
            case 4 -> {
                put(2);
                put(4);
                put(random.nextInt(256));
                put(random.nextInt(256));
            }
            case 5 -> {
                put(0);
                put(random.nextInt(256));
            }
            case 6 -> put(random.chance(0.5) ? 1 : 2 + random.nextInt(250));
            default -> blocks(1 + random.nextInt(4));
        }
    }

    private void option(int kind, int octets) {
        put(kind);
        put(octets);
        for (int i = 2; i < octets; i++) {
            put(random.nextInt(256));
        }
    }

    private void blocks(int count) {
        if (length + 2 + 8 * count > OPTIONS_MAX) {
            return;
        }
        put(5);
        put(2 + 8 * count);
        for (int i = 0; i < count; i++) {
            int some = 1 + random.nextInt(100_000);
            switch (random.nextInt(6)) {
                case 0 -> block(top + some, top + some + random.nextInt(1_000));
                case 1 -> block(top + some, top + some - 1 - random.nextInt(1_000));
                case 2 -> block(acknowledged, top + some);
                case 3 -> block(acknowledged - (1 << 30), top + (1 << 30));
                case 4 -> block(top + some, acknowledged - some);
                default -> block(acknowledged - some, acknowledged - some / 2);
            }
        }
    }

    private void block(int left, int right) {
        put32(left);
        put32(right);
    }

    private static void lengthsAndSums(byte[] packet, boolean v4, int tcp) {
        int size = packet.length - tcp;
        set16(packet, v4 ? 2 : 4, v4 ? packet.length : size);
        if (v4) {
            set16(packet, 10, 0);
            set16(packet, 10, ~sum(packet, 0, tcp, 0));
        }
        set16(packet, tcp + 16, 0);
        int pseudo = sum(Arrays.copyOfRange(packet, v4 ? 12 : 8, tcp), 0, tcp - (v4 ? 12 : 8), 6 + size);
        set16(packet, tcp + 16, ~sum(packet, tcp, size, pseudo));
    }

    private static void set16(byte[] packet, int at, int value) {
        packet[at] = (byte) (value >> 8);
        packet[at + 1] = (byte) value;
    }

    /// The one's complement sum of RFC 1071.
    private static int sum(byte[] octets, int from, int count, int start) {
        int total = start;
        for (int i = 0; i < count; i++) {
            total += (octets[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        while (total >>> 16 != 0) {
            total = (total & 0xffff) + (total >>> 16);
        }
        return total;
    }
}
