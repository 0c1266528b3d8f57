package dev.levee.kernel;

import dev.levee.sim.drill.system.Setup;
import dev.levee.sim.drill.system.Target.Sent;
import dev.levee.wire.Bytes;
import dev.levee.wire.Checksum;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Packets between the script and the kernel: what the kernel sends, each with the kernel's own time, and what
/// it is given.
///
/// Threads: one owner.
final class Wire {
    private static final int PACKET_MAX = 65_535;
    private static final int NEEDS_CHECKSUM = 1;
    private static final int PACKET_OUTGOING = 4;
    private static final short POLLIN = 1;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    /// The last part of a wait is spent awake: a timer ends late by about as much.
    private static final long SPIN_NANOS = 60_000;

    // One piece of memory: struct msghdr, its parts, and buffers.
    private static final long MESSAGE = 0;
    private static final long VECTORS = 64;
    private static final long FROM = 96;
    private static final long CONTROL = 128;
    private static final int CONTROL_BYTES = 128;
    private static final long POLLED = 256;
    private static final long TIMEOUT = 272;
    private static final long VNET = 288;
    private static final long BYTES = 304;

    private final Native calls;
    private final Device device;
    private final Flows flows;
    private final boolean v4;
    private final Setup setup;
    private final MemorySegment memory;
    private final MemorySegment out;
    private final Frame frame;

    /// Seen, but sent after the moment that was asked about.
    private @Nullable Sent early;

    /// What the machine's clock says beyond Java's.
    private long realBeyondJavaNanos;

    private long lastNanos;

    Wire(Arena arena, Native calls, Device device, Setup setup) {
        this.calls = calls;
        this.device = device;
        this.setup = setup;
        this.flows = new Flows(setup.local().address(), setup.remote());
        v4 = setup.local().address().isV4();
        memory = arena.allocate(BYTES, 16);
        out = arena.allocate(Device.VNET_BYTES + PACKET_MAX, 16);
        frame = new FrameSlab(arena, 1, PACKET_MAX).take();
        lastNanos = System.nanoTime();
        message();
    }

    private void message() {
        long base = memory.address();
        memory.set(ValueLayout.JAVA_LONG, VECTORS, base + VNET);
        memory.set(ValueLayout.JAVA_LONG, VECTORS + 8, Device.VNET_BYTES);
        memory.set(ValueLayout.JAVA_LONG, VECTORS + 16, frame.memory().address() + Frame.HEADROOM_BYTES);
        memory.set(ValueLayout.JAVA_LONG, VECTORS + 24, frame.capacity());
        memory.set(ValueLayout.JAVA_LONG, MESSAGE, base + FROM);
        memory.set(ValueLayout.JAVA_LONG, MESSAGE + 16, base + VECTORS);
        memory.set(ValueLayout.JAVA_LONG, MESSAGE + 24, 2);
        memory.set(ValueLayout.JAVA_LONG, MESSAGE + 32, base + CONTROL);
        memory.set(ValueLayout.JAVA_INT, POLLED, device.sniffer());
        memory.set(ValueLayout.JAVA_SHORT, POLLED + 4, POLLIN);
        memory.set(ValueLayout.JAVA_INT, POLLED + 8, device.tun());
        memory.set(ValueLayout.JAVA_SHORT, POLLED + 12, POLLIN);
    }

    /// Compares the clocks: the kernel stamps packets with the machine's, the run counts in Java's.
    void compareClocks() {
        long bestNanos = Long.MAX_VALUE;
        for (int i = 0; i < 8; i++) {
            long before = System.nanoTime();
            var instant = Instant.now();
            long after = System.nanoTime();
            if (after - before < bestNanos) {
                bestNanos = after - before;
                realBeyondJavaNanos =
                        instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano() - (before + bestNanos / 2);
            }
        }
    }

    /// The oldest packet that was sent until a moment; waits for it.
    ///
    /// @param untilNanos by Java's clock
    /// @return its time by Java's clock; null when none was sent
    @Nullable
    Sent next(long untilNanos) {
        while (true) {
            var sent = early == null ? receive() : early;
            early = null;
            if (sent != null && sent.nanos() - untilNanos > 0) {
                early = sent;
                return null;
            }
            long now = System.nanoTime();
            if (sent != null || now - untilNanos >= 0) {
                return sent;
            }
            await(untilNanos, now);
        }
    }

    private void await(long untilNanos, long now) {
        long sleepNanos = untilNanos - now - SPIN_NANOS;
        if (sleepNanos > 0) {
            memory.set(ValueLayout.JAVA_LONG, TIMEOUT, sleepNanos / NANOS_PER_SECOND);
            memory.set(ValueLayout.JAVA_LONG, TIMEOUT + 8, sleepNanos % NANOS_PER_SECOND);
            calls.call(Function.PPOLL, memory.address() + POLLED, 2, memory.address() + TIMEOUT, 0);
            return;
        }
        while (System.nanoTime() - untilNanos < 0) {
            Thread.onSpinWait();
        }
    }

    /// The oldest packet between the script's two addresses that is there; null when none is.
    @Nullable
    Sent receive() {
        // What the device sent is taken off its queue, so that the kernel knows it to be gone.
        while (calls.call(Function.READ, device.tun(), out.address(), out.byteSize()) > 0) {}
        while (true) {
            memory.set(ValueLayout.JAVA_INT, MESSAGE + 8, 20);
            memory.set(ValueLayout.JAVA_LONG, MESSAGE + 40, CONTROL_BYTES);
            long length = calls.call(Function.RECVMSG, device.sniffer(), memory.address() + MESSAGE, 0);
            if (length < 0) {
                return null;
            }
            int packetBytes = (int) length - Device.VNET_BYTES;
            frame.set(Frame.HEADROOM_BYTES, Math.max(packetBytes, 0));
            int type = memory.get(ValueLayout.JAVA_BYTE, FROM + 10);
            if (type == PACKET_OUTGOING && betweenTheTwo(packetBytes)) {
                finishChecksum();
                flows.saw(frame);
                return new Sent(stamp(), frame);
            }
        }
    }

    private boolean betweenTheTwo(int length) {
        var packet = frame.memory();
        long at = frame.offset();
        if (v4) {
            return length >= 20
                    && Bytes.u8(packet, at) >>> 4 == 4
                    && Bytes.i32(packet, at + 12) == setup.local().address().v4()
                    && Bytes.i32(packet, at + 16) == setup.remote().v4();
        }
        return length >= 40
                && Bytes.u8(packet, at) >>> 4 == 6
                && Bytes.i64(packet, at + 8) == setup.local().address().high()
                && Bytes.i64(packet, at + 16) == setup.local().address().low()
                && Bytes.i64(packet, at + 24) == setup.remote().high()
                && Bytes.i64(packet, at + 32) == setup.remote().low();
    }

    /// Does what a network card would have done.
    private void finishChecksum() {
        if ((memory.get(ValueLayout.JAVA_BYTE, VNET) & NEEDS_CHECKSUM) == 0) {
            return;
        }
        int start = memory.get(ValueLayout.JAVA_SHORT, VNET + 6) & 0xffff;
        int field = start + (memory.get(ValueLayout.JAVA_SHORT, VNET + 8) & 0xffff);
        if (field + 2 <= frame.length()) {
            long sum = Checksum.add(0, frame.memory(), frame.offset() + start, frame.length() - start);
            Bytes.put16(frame.memory(), frame.offset() + field, Checksum.finish(sum));
        }
    }

    /// When the packet was sent, by Java's clock: never before an older one, never in the future.
    private long stamp() {
        long now = System.nanoTime();
        long stamp = now;
        boolean stamped = memory.get(ValueLayout.JAVA_LONG, MESSAGE + 40) >= 32;
        if (stamped) {
            long seconds = memory.get(ValueLayout.JAVA_LONG, CONTROL + 16);
            stamp = seconds * NANOS_PER_SECOND + memory.get(ValueLayout.JAVA_LONG, CONTROL + 24) - realBeyondJavaNanos;
        }
        lastNanos = Math.max(lastNanos, Math.min(stamp, now));
        return lastNanos;
    }

    void inject(Frame packet) {
        out.asSlice(0, Device.VNET_BYTES).fill((byte) 0);
        MemorySegment.copy(packet.memory(), packet.offset(), out, Device.VNET_BYTES, packet.length());
        calls.call(Function.WRITE, device.tun(), out.address(), Device.VNET_BYTES + packet.length());
    }

    /// Ends connections that no descriptor stands for any more: they would keep the namespace alive until they
    /// give up. What the kernel answers tells where a reset has to be aimed at.
    void resetAll() {
        for (int round = 0; round < 3; round++) {
            while (receive() != null) {
                // Only for what Flows learns from it.
            }
            for (var reset : flows.resets()) {
                inject(reset);
            }
        }
    }
}
