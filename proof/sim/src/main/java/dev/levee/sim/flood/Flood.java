package dev.levee.sim.flood;

import dev.levee.path.SeededRandom;
import dev.levee.wire.Bytes;
import dev.levee.wire.Checksum;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpHeader;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Segments that a flood sends to one listener, as a function of a seed. It has no link: whoever asks for the next
/// packet puts it into one of his own.
///
/// One packet is written as any other; the next ones are that one with other numbers and a checksum that is computed
/// from what stays the same, so that a source costs less than what it floods.
///
/// Threads: one owner.
public final class Flood {
    private static final long V4_MAPPED = 0xffff_0000_0000L;
    private static final int COPIES = 4;
    private static final int TEXT_BYTES = 64;
    private static final int SOURCE_PORT_MIN = 1_024;
    private static final int COLLIDING_BITS = 0x3ff;
    private static final SipHash NO_KEY = new SipHash(0, 0);

    private final FloodKind kind;
    private final IpAddress target;
    private final int port;
    private final SeededRandom random;
    private final IpAddress network;
    private final int hostBits;

    private final Frame template = new FrameSlab(Arena.ofAuto(), 1, 256).take();
    private final boolean v4;
    private final int tcp;
    /// Sums of everything but the source address, its port, the numbers and the checksums themselves.
    private final long ipSum;
    private final long tcpSum;

    private int copies;
    private int turn;

    /// @param sources where its segments say that they come from; of the target's family
    /// @param port the target's, 1 to 65535
    /// @throws IllegalArgumentException when the families differ, or for [FloodKind#REPLAY]: see [Replay]
    public Flood(FloodKind kind, Cidr sources, IpAddress target, int port, long seed) {
        checkFamilies(sources, target);
        if (kind == FloodKind.REPLAY) {
            throw new IllegalArgumentException("a flood that is replayed needs its capture");
        }
        this.kind = kind;
        this.target = target;
        this.port = port;
        random = new SeededRandom(seed);
        v4 = target.isV4();
        hostBits = (v4 ? 32 : 128) - sources.prefixBits();
        network = sources.network();
        tcp = template.offset() + IpHeader.bytes(v4);
        write();
        var memory = template.memory();
        clear(memory);
        int headerBytes = IpHeader.bytes(v4);
        int segmentBytes = template.length() - headerBytes;
        ipSum = v4 ? Checksum.add(0, memory, template.offset(), headerBytes) : 0;
        long pseudo = Checksum.pseudoHeader(v4, 0, v4 ? V4_MAPPED : 0, target.high(), target.low(), 6, segmentBytes);
        tcpSum = Checksum.add(pseudo, memory, tcp, segmentBytes);
    }

    static void checkFamilies(Cidr sources, IpAddress target) {
        if (sources.address().isV4() != target.isV4()) {
            throw new IllegalArgumentException(
                    "a flood from " + sources + " cannot go to " + target + ": one is IPv4 and the other IPv6");
        }
    }

    /// A packet of the kind, with any numbers.
    private void write() {
        var writer = new SegmentWriter()
                .reset()
                .addresses(network.high(), network.low(), target.high(), target.low())
                .ports(1, port)
                .window(64_240);
        int textBytes = 0;
        switch (kind) {
            case ACKS -> {
                writer.ack(0).timestamps(0, 0);
                textBytes = TEXT_BYTES;
            }
            case GUESSES -> writer.ack(0);
            case BARE -> writer.flags(TcpFlags.SYN);
            default -> {
                writer.flags(TcpFlags.SYN)
                        .mss(v4 ? 1_460 : 1_440)
                        .sackPermitted()
                        .timestamps(0, 0)
                        .windowScale(7);
                if (kind == FloodKind.ECN) {
                    writer.flags(TcpFlags.ECE | TcpFlags.CWR);
                }
                if (kind == FloodKind.CONTRADICTORY) {
                    writer.flags(TcpFlags.FIN);
                }
                textBytes = kind == FloodKind.TEXT ? TEXT_BYTES : 0;
            }
        }
        int textOffset = writer.begin(template);
        template.memory().asSlice(textOffset, textBytes).fill((byte) 'x');
        writer.finish(template, textBytes);
    }

    private void clear(MemorySegment memory) {
        if (v4) {
            Bytes.put16(memory, template.offset() + 10, 0);
            Bytes.put32(memory, template.offset() + 12, 0);
        } else {
            Bytes.put64(memory, template.offset() + 8, 0);
            Bytes.put64(memory, template.offset() + 16, 0);
        }
        Bytes.put16(memory, tcp, 0);
        Bytes.put32(memory, tcp + 4, 0);
        Bytes.put32(memory, tcp + 8, 0);
        Bytes.put16(memory, tcp + 16, 0);
    }

    /// Writes the next packet.
    public void next(Frame out) {
        if (kind == FloodKind.DUPLICATES && copies > 0) {
            copies--;
            out.copyFrom(template);
            return;
        }
        copies = COPIES - 1;
        long bits = random.nextLong();
        long hostHigh = 0;
        long hostLow = random.nextLong();
        int sourcePort = SOURCE_PORT_MIN + (int) ((bits >>> 48) * (0x1_0000 - SOURCE_PORT_MIN) >>> 16);
        switch (kind) {
            case SUBNET -> hostLow &= 0xff;
            case ONE -> {
                hostLow = 1;
                sourcePort = SOURCE_PORT_MIN + turn++ % (0x1_0000 - SOURCE_PORT_MIN);
            }
            default -> hostHigh = hostBits > 64 ? random.nextLong() : 0;
        }
        long high = v4 ? network.high() : network.high() | hostHigh & mask(hostBits - 64);
        long low = network.low() | hostLow & mask(Math.min(hostBits, 64));
        if (kind == FloodKind.COLLISIONS) {
            while ((place(high, low, sourcePort) & COLLIDING_BITS) != 0) {
                low = network.low() | random.nextLong() & mask(Math.min(hostBits, 64));
            }
        }
        patch(high, low, sourcePort, (int) bits, (int) random.nextLong());
        out.copyFrom(template);
    }

    private static long mask(int bits) {
        return bits <= 0 ? 0 : -1L >>> 64 - bits;
    }

    /// Where a table without a secret would have a tuple.
    private long place(long high, long low, int sourcePort) {
        return NO_KEY.hash(target.high(), target.low(), high, low, port << 16 | sourcePort);
    }

    private void patch(long high, long low, int sourcePort, int seq, int ack) {
        var memory = template.memory();
        long source = v4 ? words(low & 0xffff_ffffL) : words(high) + words(low);
        if (v4) {
            Bytes.put32(memory, template.offset() + 12, (int) low);
            Bytes.put16(memory, template.offset() + 10, Checksum.finish(Checksum.addShort(ipSum, fold(source))));
        } else {
            Bytes.put64(memory, template.offset() + 8, high);
            Bytes.put64(memory, template.offset() + 16, low);
        }
        boolean acknowledges = kind == FloodKind.ACKS || kind == FloodKind.GUESSES;
        int acked = acknowledges ? ack : 0;
        Bytes.put16(memory, tcp, sourcePort);
        Bytes.put32(memory, tcp + 4, seq);
        Bytes.put32(memory, tcp + 8, acked);
        long changed = source + sourcePort + words(seq & 0xffff_ffffL) + words(acked & 0xffff_ffffL);
        Bytes.put16(memory, tcp + 16, Checksum.finish(Checksum.addShort(tcpSum, fold(changed))));
    }

    private static long words(long value) {
        return (value >>> 48) + (value >>> 32 & 0xffff) + (value >>> 16 & 0xffff) + (value & 0xffff);
    }

    private static int fold(long sum) {
        long folded = (sum & 0xffff) + (sum >>> 16);
        return (int) ((folded & 0xffff) + (folded >>> 16));
    }
}
