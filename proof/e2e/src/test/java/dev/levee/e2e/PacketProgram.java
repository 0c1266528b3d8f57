package dev.levee.e2e;

import com.sun.management.ThreadMXBean;
import dev.levee.link.LinkException;
import dev.levee.link.PacketLink;
import dev.levee.link.PacketSettings;
import dev.levee.wire.Bytes;
import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.Offload;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/// A bump in the wire: carries every frame from one interface to the other, both ways, until it is told
/// to end.
///
/// `PacketProgram A B [TAG]` prints `ready`; at its end, what both links counted. Or it prints why an
/// interface cannot be used, and exits with 2. With a tag, type and control in hexadecimal, it makes A an
/// access port: what comes in at A gets the tag, what comes in at B has to have it, and loses it.
///
/// Threads: one carries; the one that ends the program closes the links under its hands.
final class PacketProgram {
    private static final int BATCH = 64;

    private final PacketLink a;
    private final PacketLink b;
    private final FrameBatch toA;
    private final FrameBatch toB;
    private final int tag;
    private long longest;
    private long wrongTags;
    private long frames;
    private long heapBytes;

    /// @param tag 0: none
    private PacketProgram(PacketLink a, PacketLink b, int tag) {
        this.a = a;
        this.b = b;
        this.tag = tag;
        var slab = new FrameSlab(Arena.ofAuto(), 2 * BATCH, a.frameBytesMax());
        toA = new FrameBatch(slab, BATCH);
        toB = new FrameBatch(slab, BATCH);
    }

    public static void main(String[] names) {
        var links = new PacketLink[2];
        try {
            for (int i = 0; i < 2; i++) {
                links[i] = PacketLink.open(PacketSettings.of(names[i]));
            }
        } catch (LinkException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
        var program =
                new PacketProgram(links[0], links[1], names.length == 2 ? 0 : Integer.parseUnsignedInt(names[2], 16));
        var thread = Thread.ofPlatform().start(program::run);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> program.end(thread)));
        System.out.println("ready");
    }

    private void run() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try {
            long before = threads.getCurrentThreadAllocatedBytes();
            while (true) {
                int moved = carry(a, b, toB) + carry(b, a, toA);
                if (moved == 0) {
                    heapBytes = threads.getCurrentThreadAllocatedBytes() - before;
                    a.await(b, Long.MAX_VALUE);
                }
                frames += moved;
            }
        } catch (IOException e) {
            System.out.println("ended: " + e.getMessage());
        }
    }

    /// @return frames that were taken up
    private int carry(PacketLink from, PacketLink to, FrameBatch batch) throws IOException {
        int received = from.receive(batch);
        for (int i = batch.count() - received; i < batch.count(); i++) {
            longest = Math.max(longest, batch.get(i).length());
            if (tag != 0 && from == a) {
                EthernetFrame.tag(batch.get(i), tag >>> 16, tag & 0xffff);
            } else if (tag != 0) {
                untag(batch.get(i));
            }
        }
        if (batch.count() > 0) {
            to.transmit(batch);
        }
        return received;
    }

    /// A frame without the tag becomes one that nobody takes.
    private void untag(Frame frame) {
        var memory = frame.memory();
        int at = frame.offset();
        if (Bytes.i32(memory, at + 12) != tag) {
            wrongTags++;
            frame.set(at, 0);
            return;
        }
        long offload = frame.offload();
        MemorySegment.copy(memory, at, memory, at + 4, 12);
        frame.set(at + 4, frame.length() - 4);
        frame.offload(Offload.moved(offload, -4));
    }

    private void end(Thread thread) {
        a.close();
        b.close();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        for (var link : Arrays.asList(a, b)) {
            System.out.println(link + " " + link.counters());
        }
        System.out.println("longest " + longest);
        System.out.println(wrongTags + " wrong tags");
        System.out.println(frames + " frames, " + heapBytes + " octets of the heap");
    }
}
