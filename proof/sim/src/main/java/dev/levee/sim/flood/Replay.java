package dev.levee.sim.flood;

import dev.levee.wire.Bytes;
import dev.levee.wire.CaptureReader;
import dev.levee.wire.Checksum;
import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpHeader;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/// A flood that was captured, to be sent once more to a listener of our own. As [Flood], it has no link.
///
/// Of the capture are kept: the TCP segments as they are, options and contradictions and all, their source
/// ports, their order and times, and how many segments came from one source and from one network. New are the
/// addresses: the listener's for where they went, and numbers out of `sources` for where they came from
/// ([SourceNumbers]); so nothing that is sent can reach, or seem to come from, anybody who is in the capture.
/// Checksums are computed anew.
///
/// Where the capture has SYNs, only segments are taken that go where one of them goes: what a victim answered
/// is no part of the attack.
///
/// Threads: one owner.
public final class Replay {
    /// Segments that are read of a capture, at most; what comes behind them is left out.
    public static final int PACKETS_MAX = 1_000_000;
    /// Octets of segments that are read, at most.
    public static final int BYTES_MAX = 64 << 20;
    /// No packet is longer: what a network card would have joined is cut.
    private static final int PACKET_BYTES_MAX = 1_500;

    private static final int HOPS_MIN = 8;
    private static final int HOPS = 64;
    private static final int GZIP = 0x1f8b;

    private final IpAddress target;
    private final int port;
    private final List<Packet> packets;
    private final SourceNumbers numbers;
    private final byte[] octets;
    private int next;

    /// A segment.
    ///
    /// @param nanos since the first one; never less than of the one before
    /// @param at where its octets begin
    /// @param source where it came from
    /// @param destination where it went
    private record Packet(
            long nanos, int at, int length, int hopLimit, boolean syn, IpAddress source, IpAddress destination) {
        Packet from(long zeroNanos, long leastNanos) {
            return new Packet(Math.max(nanos - zeroNanos, leastNanos), at, length, hopLimit, syn, source, destination);
        }
    }

    /// Reads a capture, pcap or pcapng, also one that is packed with gzip. Closing the stream is the caller's
    /// matter.
    ///
    /// @param sources where the segments shall seem to come from; of the target's family
    /// @param port the target's
    /// @param seed of the numbers that sources get
    /// @throws IOException with a sentence when it cannot be read, is no capture file, or ends in the middle
    /// @throws IllegalArgumentException with a sentence when it holds nothing that could be sent, or the
    ///     families differ
    public static Replay read(InputStream in, Cidr sources, IpAddress target, int port, long seed) throws IOException {
        Flood.checkFamilies(sources, target);
        var reading = new Reading(CaptureReader.open(unpacked(in)), IpHeader.bytes(target.isV4()));
        var packets = reading.attack();
        if (packets.isEmpty()) {
            throw new IllegalArgumentException("the capture has no TCP segment that could be sent again");
        }
        var numbers =
                new SourceNumbers(sources, packets.stream().map(Packet::source).toList(), seed);
        return new Replay(target, port, packets, numbers, reading.octets.toByteArray());
    }

    private static InputStream unpacked(InputStream in) throws IOException {
        var buffered = new BufferedInputStream(in, 1 << 16);
        buffered.mark(2);
        int magic = buffered.read() << 8 | buffered.read();
        buffered.reset();
        return magic == GZIP ? new BufferedInputStream(new GZIPInputStream(buffered), 1 << 16) : buffered;
    }

    private Replay(IpAddress target, int port, List<Packet> packets, SourceNumbers numbers, byte[] octets) {
        this.target = target;
        this.port = port;
        this.packets = packets;
        this.numbers = numbers;
        this.octets = octets;
    }

    /// How many segments it has.
    public int packets() {
        return packets.size();
    }

    /// How many sources the capture has.
    public int sources() {
        return numbers.sources();
    }

    /// How many addresses they have here: fewer only where `sources` has no room for all.
    public int addresses() {
        return numbers.addresses();
    }

    /// When the last segment is due, in nanoseconds since the first.
    public long nanos() {
        return packets.getLast().nanos;
    }

    /// When the next segment is due, in nanoseconds since the first; behind the last one it is the first again.
    public long nextNanos() {
        return packets.get(next).nanos;
    }

    /// Whether all have been sent, so that the next is the first again.
    public boolean atStart() {
        return next == 0;
    }

    /// Writes the next segment; it needs a frame for packets of 1,500 octets.
    public void next(Frame out) {
        var packet = packets.get(next);
        next = next + 1 == packets.size() ? 0 : next + 1;
        var source = numbers.of(packet.source);
        boolean v4 = target.isV4();
        out.clear();
        var memory = out.memory();
        int ip = out.offset();
        int tcp = ip + IpHeader.bytes(v4);
        IpHeader.write(
                memory,
                ip,
                v4,
                IpPacket.PROTOCOL_TCP,
                0,
                packet.hopLimit,
                packet.length,
                source.high(),
                source.low(),
                target.high(),
                target.low());
        MemorySegment.copy(octets, packet.at, memory, ValueLayout.JAVA_BYTE, tcp, packet.length);
        out.set(ip, IpHeader.bytes(v4) + packet.length);
        Bytes.put16(memory, tcp + 2, port);
        Bytes.put16(memory, tcp + 16, 0);
        long sum = Checksum.pseudoHeader(
                v4, source.high(), source.low(), target.high(), target.low(), IpPacket.PROTOCOL_TCP, packet.length);
        Bytes.put16(memory, tcp + 16, Checksum.finish(Checksum.add(sum, memory, tcp, packet.length)));
    }

    /// The capture as it is read.
    private static final class Reading {
        private final CaptureReader reader;
        private final int segmentBytesMax;
        private final Frame frame = FrameSlab.single(0xffff);
        private final IpPacket ip = new IpPacket();
        private final List<Packet> packets = new ArrayList<>();
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

        Reading(CaptureReader reader, int headerBytes) {
            this.reader = reader;
            segmentBytesMax = PACKET_BYTES_MAX - headerBytes;
        }

        List<Packet> attack() throws IOException {
            while (packets.size() < PACKETS_MAX && octets.size() < BYTES_MAX && reader.next()) {
                if (reader.copyIp(frame)
                        && ip.parseCaptured(frame) == DropReason.NONE
                        && ip.protocol() == IpPacket.PROTOCOL_TCP
                        && ip.payloadLength() >= Segment.HEADER_BYTES) {
                    add();
                }
            }
            var victims = new HashSet<IpAddress>();
            packets.stream().filter(Packet::syn).map(Packet::destination).forEach(victims::add);
            return timed(victims);
        }

        private void add() {
            var memory = frame.memory();
            int tcp = ip.payloadOffset();
            int headerBytes = Bytes.u8(memory, tcp + 12) >>> 4 << 2;
            if (ip.cutOff() && headerBytes > ip.payloadLength()) {
                return;
            }
            int length = Math.min(ip.payloadLength(), segmentBytesMax);
            int flags = Bytes.u8(memory, tcp + 13);
            packets.add(new Packet(
                    reader.epochNanos(),
                    octets.size(),
                    length,
                    ip.hopLimit() >= HOPS_MIN ? ip.hopLimit() : HOPS,
                    (flags & 0x12) == 0x02,
                    ip.source(),
                    ip.destination()));
            octets.writeBytes(memory.asSlice(tcp, length).toArray(ValueLayout.JAVA_BYTE));
        }

        private List<Packet> timed(Set<IpAddress> victims) {
            var timed = new ArrayList<Packet>();
            long zeroNanos = 0;
            for (var packet : packets) {
                if (victims.isEmpty() || victims.contains(packet.destination)) {
                    zeroNanos = timed.isEmpty() ? packet.nanos : zeroNanos;
                    timed.add(packet.from(zeroNanos, timed.isEmpty() ? 0 : timed.getLast().nanos));
                }
            }
            return timed;
        }
    }
}
