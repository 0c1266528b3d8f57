package dev.levee.link;

import dev.levee.wire.EthernetFrame;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.LinkType;
import dev.levee.wire.Offload;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One end of a cable inside the process: what one end transmits the other receives, in order, without delay.
///
/// Each direction has a queue of a fixed number of packets. What finds it full is dropped and counted by the
/// end that transmitted, as is everything sent to an end that is closed. A checksum that was left to be
/// completed is completed on the way.
///
/// Threads: each end has one owner, the two may differ; [#wakeup] and [#close] any.
public final class MemoryLink implements Link {
    /// Packets that a direction holds unless the user says otherwise, if they are small.
    public static final int QUEUE_PACKETS = 1024;

    private static final int QUEUE_PACKETS_LARGE = 256;
    private static final int SMALL_MTU_MAX = 1984;
    private static final int MTU_MIN = 68;
    private static final int MTU_MAX = 65_535;

    private final String name;
    private final int mtu;
    private final int linkType;
    private final PacketRing in;
    private final PacketRing out;
    private final LinkCounters counters = new LinkCounters();
    private final WakeFlag wakeFlag = new WakeFlag();

    private @Nullable MemoryLink peer;
    private volatile @Nullable Thread owner;
    private volatile boolean closed;

    private MemoryLink(String name, int mtu, int linkType, PacketRing in, PacketRing out) {
        this.name = name;
        this.mtu = mtu;
        this.linkType = linkType;
        this.in = in;
        this.out = out;
    }

    /// The two ends of a cable.
    ///
    /// Threads: any.
    public record Pair(MemoryLink a, MemoryLink b) implements AutoCloseable {
        @Override
        public void close() {
            a.close();
            b.close();
        }
    }

    /// A cable for packets of up to `mtu` octets, its ends named `memory:a` and `memory:b`.
    public static Pair pair(int mtu) {
        return pair(mtu, mtu <= SMALL_MTU_MAX ? QUEUE_PACKETS : QUEUE_PACKETS_LARGE);
    }

    /// A cable for Ethernet frames around packets of up to `mtu` octets, its ends named `memory:a` and
    /// `memory:b`: the hosts at them ask for each other's addresses.
    ///
    /// @throws IllegalArgumentException for an MTU outside 68..65535
    public static Pair ethernet(int mtu) {
        return pair(mtu, mtu <= SMALL_MTU_MAX ? QUEUE_PACKETS : QUEUE_PACKETS_LARGE, LinkType.ETHERNET);
    }

    /// A cable whose directions hold `queuePackets` packets each, rounded up to a power of two.
    ///
    /// @throws IllegalArgumentException for an MTU outside 68..65535 or a queue outside 1..65536
    public static Pair pair(int mtu, int queuePackets) {
        return pair(mtu, queuePackets, LinkType.RAW);
    }

    private static Pair pair(int mtu, int queuePackets, int linkType) {
        if (mtu < MTU_MIN || mtu > MTU_MAX) {
            throw new IllegalArgumentException("an MTU must lie in " + MTU_MIN + ".." + MTU_MAX + ", not " + mtu);
        }
        if (queuePackets < 1 || queuePackets > 1 << 16) {
            throw new IllegalArgumentException("a queue must hold 1 to 65536 packets, not " + queuePackets);
        }
        int slots = queuePackets == 1 ? 1 : Integer.highestOneBit(queuePackets - 1) << 1;
        // The two owners end at different times, so the memory goes with the last of them.
        var arena = Arena.ofAuto();
        int frameBytes = mtu + (linkType == LinkType.ETHERNET ? EthernetFrame.HEADER_BYTES : 0);
        var toA = new PacketRing(arena, slots, frameBytes);
        var toB = new PacketRing(arena, slots, frameBytes);
        var a = new MemoryLink("memory:a", mtu, linkType, toA, toB);
        var b = new MemoryLink("memory:b", mtu, linkType, toB, toA);
        a.peer = b;
        b.peer = a;
        return new Pair(a, b);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int linkType() {
        return linkType;
    }

    @Override
    public LinkCounters counters() {
        return counters;
    }

    @Override
    public int receive(FrameBatch batch) throws IOException {
        checkOpen();
        int before = batch.count();
        while (!batch.full() && in.take(batch.next())) {
            counters.received(batch.next().length());
            batch.added();
        }
        in.release();
        return batch.count() - before;
    }

    @Override
    public void transmit(FrameBatch batch) throws IOException {
        checkOpen();
        var other = peer;
        boolean present = other != null && !other.closed;
        for (int i = 0; i < batch.count(); i++) {
            var packet = batch.get(i);
            Offload.complete(packet);
            if (present && packet.length() <= frameBytesMax() && out.put(packet)) {
                counters.transmitted(packet.length());
            } else {
                counters.dropped();
            }
        }
        batch.clear();
        out.publish();
        if (other != null && other.wakeFlag.asleep()) {
            LockSupport.unpark(other.owner);
        }
    }

    @Override
    public void await(long timeoutNanos) throws IOException {
        checkOpen();
        if (timeoutNanos > 0) {
            owner = Thread.currentThread();
            if (wakeFlag.beginSleep() && in.isEmpty()) {
                if (timeoutNanos == Long.MAX_VALUE) {
                    LockSupport.park(this);
                } else {
                    LockSupport.parkNanos(this, timeoutNanos);
                }
            }
            wakeFlag.endSleep();
        }
        checkOpen();
    }

    @Override
    public void wakeup() {
        if (wakeFlag.wake()) {
            LockSupport.unpark(owner);
        }
    }

    @Override
    public void close() {
        closed = true;
        wakeup();
    }

    private void checkOpen() throws LinkException {
        if (closed) {
            throw new LinkException("the link " + name + " is closed");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
