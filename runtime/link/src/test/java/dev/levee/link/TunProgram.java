package dev.levee.link;

import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.Icmp;
import dev.levee.wire.IcmpKind;
import dev.levee.wire.IcmpWriter;
import dev.levee.wire.IpPacket;
import dev.levee.wire.LinkType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the tests of TUN links run inside a network namespace: a JVM cannot change its own.
///
/// `TunProgram echo|one|read|write LINK [CIDR...]`: prints `ready MTU created|attached`, works until its
/// standard input ends, closes the link and prints what it counted; or prints `refused:` and the reason, and
/// exits with 2.
///
/// - `echo` answers pings
/// - `one` sends one packet and ends
/// - `read` only reads, and says how much of the processor's time that took for a packet
/// - `write` sends packets of 1,500 octets for two seconds of that time, and says the same
final class TunProgram {
    private static final int BATCH = 64;
    private static final int PACKET_BYTES = 1500;
    /// Who this is on an Ethernet segment; it does not say so by itself.
    private static final long STATION = 0x0200_0000_0002L;

    private final Link link;
    private final FrameBatch in;
    private final FrameBatch out;
    private final EthernetFrame ethernet = new EthernetFrame();
    private final IpPacket ip = new IpPacket();
    private final Icmp icmp = new Icmp(ip);
    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long readNanos;

    private TunProgram(Link link) {
        this.link = link;
        in = Packets.batch(BATCH, link.frameBytesMax());
        out = Packets.batch(BATCH, link.frameBytesMax());
    }

    public static void main(String[] arguments) throws IOException {
        var addresses = new ArrayList<Cidr>();
        for (var text : List.of(arguments).subList(2, arguments.length)) {
            addresses.add(Cidr.parse(text));
        }
        Link link;
        try {
            link = Links.open(arguments[1], addresses);
        } catch (LinkException e) {
            System.out.println("refused: " + e.getMessage());
            System.exit(2);
            return;
        }
        closeAtEndOfInput(link);
        System.out.println("ready " + link.mtu() + (((TunLink) link).created() ? " created" : " attached"));
        try {
            var program = new TunProgram(link);
            switch (arguments[0]) {
                case "echo" -> program.echo();
                case "read" -> program.read();
                case "write" -> program.write();
                case "one" -> program.one();
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        } catch (LinkException e) {
            System.out.println("ended: " + e.getMessage());
        }
        link.close();
        System.out.println(link.counters());
    }

    private static void closeAtEndOfInput(Link link) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Whatever it says.
                }
            } catch (IOException _) {
                // As good an end as any.
            }
            link.close();
        });
    }

    private void echo() throws IOException {
        while (true) {
            in.clear();
            link.receive(in);
            for (int i = 0; i < in.count(); i++) {
                answer(in.get(i));
            }
            while (out.count() > 0) {
                link.transmit(out);
            }
            link.await(Long.MAX_VALUE);
        }
    }

    private void answer(Frame packet) {
        if (link.linkType() == LinkType.ETHERNET) {
            if (ethernet.parse(packet) != DropReason.NONE || ethernet.destination() != STATION) {
                return;
            }
            packet.set(ethernet.payloadOffset(), ethernet.payloadLength());
        }
        if (ip.parse(packet) == DropReason.NONE
                && (ip.protocol() == IpPacket.PROTOCOL_ICMP || ip.protocol() == IpPacket.PROTOCOL_ICMP6)
                && icmp.parse() == DropReason.NONE
                && icmp.kind() == IcmpKind.ECHO_REQUEST
                && IcmpWriter.echoReply(icmp, out.next())) {
            if (link.linkType() == LinkType.ETHERNET) {
                long asker = ethernet.source();
                EthernetFrame.wrap(out.next(), asker, STATION, ethernet.type());
            }
            out.added();
        }
    }

    private void read() throws IOException {
        long packetsBefore = 0;
        long bytesBefore = 0;
        try {
            while (true) {
                in.clear();
                link.await(Long.MAX_VALUE);
                long began = threads.getCurrentThreadCpuTime();
                int received = link.receive(in);
                readNanos += threads.getCurrentThreadCpuTime() - began;
                if (received > 0 && link.counters().receivedPackets() - packetsBefore > 100_000) {
                    long allocated = threads.getCurrentThreadAllocatedBytes();
                    print(
                            "read",
                            link.counters().receivedPackets() - packetsBefore,
                            readNanos,
                            allocated - bytesBefore);
                    packetsBefore = link.counters().receivedPackets();
                    readNanos = 0;
                    bytesBefore = threads.getCurrentThreadAllocatedBytes();
                }
            }
        } finally {
            System.out.flush();
        }
    }

    private void one() throws IOException {
        header(out.next());
        out.added();
        link.transmit(out);
    }

    private void write() throws IOException {
        for (int round = 0; round < 4; round++) {
            long packets = 0;
            long bytesBefore = threads.getCurrentThreadAllocatedBytes();
            long began = threads.getCurrentThreadCpuTime();
            while (threads.getCurrentThreadCpuTime() - began < 500_000_000) {
                while (!out.full()) {
                    header(out.next());
                    out.added();
                }
                link.transmit(out);
                packets += BATCH;
            }
            long nanos = threads.getCurrentThreadCpuTime() - began;
            print("write", packets, nanos, threads.getCurrentThreadAllocatedBytes() - bytesBefore);
        }
    }

    private static void print(String what, long packets, long nanos, long allocatedBytes) {
        System.out.printf(
                Locale.ROOT,
                "%s %d packets, %.0f ns each, %.3f bytes allocated each%n",
                what,
                packets,
                (double) nanos / packets,
                (double) allocatedBytes / packets);
    }

    /// An IPv4 packet from 198.18.0.2 to 198.18.0.1 of a protocol that nobody speaks (253, RFC 3692).
    private static void header(Frame frame) {
        frame.set(Frame.HEADROOM_BYTES, PACKET_BYTES);
        var memory = frame.memory();
        int at = frame.offset();
        dev.levee.wire.Bytes.put32(memory, at, 0x4500_0000 | PACKET_BYTES);
        dev.levee.wire.Bytes.put32(memory, at + 4, 0);
        dev.levee.wire.Bytes.put32(memory, at + 8, 64 << 24 | 253 << 16);
        dev.levee.wire.Bytes.put32(memory, at + 12, 0xc612_0002);
        dev.levee.wire.Bytes.put32(memory, at + 16, 0xc612_0001);
        int checksum = dev.levee.wire.Checksum.finish(dev.levee.wire.Checksum.add(0, memory, at, 20));
        dev.levee.wire.Bytes.put16(memory, at + 10, checksum);
    }
}
