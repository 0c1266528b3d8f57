package dev.levee.e2e;

import dev.levee.link.LinkException;
import dev.levee.link.PacketLink;
import dev.levee.link.PacketSettings;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.FrameSlab;
import java.io.IOException;
import java.lang.foreign.Arena;

/// A bump in the wire: carries every frame from one interface to the other, both ways, until its standard input or the
/// process ends.
///
/// `PacketProgram A B` prints `ready`; at the end of its standard input it prints what both counted, and ends. Or it
/// prints why an interface cannot be used, and exits with 2. `PacketProgram A` only takes the interface.
final class PacketProgram {
    private static final int BATCH = 64;

    private PacketProgram() {}

    public static void main(String[] names) throws Exception {
        var links = new PacketLink[names.length];
        try {
            for (int i = 0; i < names.length; i++) {
                links[i] = PacketLink.open(PacketSettings.of(names[i]));
            }
        } catch (LinkException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
        System.out.println("ready");
        System.out.println(links[0].bytes() + " octets");
        var thread = Thread.ofPlatform().start(() -> carry(links[0], links[links.length - 1]));
        while (System.in.read() >= 0) {
            // Whatever it says.
        }
        for (var link : links) {
            link.close();
        }
        thread.join();
        for (var link : links) {
            System.out.println(link + " " + link.counters());
        }
    }

    private static void carry(PacketLink a, PacketLink b) {
        var slab = new FrameSlab(Arena.ofAuto(), 2 * BATCH, a.frameBytesMax());
        var toA = new FrameBatch(slab, BATCH);
        var toB = new FrameBatch(slab, BATCH);
        try {
            while (true) {
                int moved = carry(a, b, toB);
                if (a != b) {
                    moved += carry(b, a, toA);
                }
                if (moved == 0 && a == b) {
                    a.await(Long.MAX_VALUE);
                } else if (moved == 0) {
                    a.await(b, Long.MAX_VALUE);
                }
            }
        } catch (IOException e) {
            System.out.println("ended: " + e.getMessage());
        }
    }

    /// @return frames that were taken up or sent
    private static int carry(PacketLink from, PacketLink to, FrameBatch batch) throws IOException {
        int before = batch.count();
        int received = from.receive(batch);
        if (from == to) {
            batch.clear();
        } else if (batch.count() > 0) {
            to.transmit(batch);
        }
        return received + before - Math.min(before, batch.count());
    }
}
