package dev.levee.sim.swarm;

import dev.levee.sim.SimHost;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import java.util.function.UnaryOperator;

/// Packets that were changed by somebody who mends their checksum.
final class Forgery {
    private static final int TCP = 6;

    private Forgery() {}

    /// Where the TCP header begins.
    static int tcpAt(byte[] octets) {
        return octets[0] >> 4 == 4 ? 20 : 40;
    }

    static int u16(byte[] octets, int at) {
        return (octets[at] & 0xff) << 8 | octets[at + 1] & 0xff;
    }

    /// A copy with another word at an even place of the TCP header or of the text, its TCP checksum right again
    /// (RFC 1624 §3).
    static byte[] changed(byte[] octets, int at, int word) {
        var copy = octets.clone();
        int sumAt = tcpAt(octets) + 16;
        int sum = (~u16(octets, sumAt) & 0xffff) + (~u16(octets, at) & 0xffff) + word;
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        put16(copy, at, word);
        put16(copy, sumAt, ~sum);
        return copy;
    }

    private static void put16(byte[] octets, int at, int word) {
        octets[at] = (byte) (word >> 8);
        octets[at + 1] = (byte) word;
    }

    static Frame frame(byte[] octets) {
        var frame = FrameSlab.single(octets.length);
        frame.fill(octets);
        return frame;
    }

    /// Puts somebody in front of a host of a world who changes each packet with text for it; nobody sees that what
    /// arrives is not what has left.
    static void change(World world, SimHost target, UnaryOperator<byte[]> change) {
        // The faults that begin with the run would take his place.
        world.network().after(0, () -> stand(world, target, change));
    }

    private static void stand(World world, SimHost target, UnaryOperator<byte[]> change) {
        world.network().gate((_, _, to, packet) -> {
            var octets = packet.toArray();
            var read = Packet.read(octets);
            if (to != target || read.protocol != TCP || read.textLength < 4) {
                return true;
            }
            var forged = change.apply(octets);
            world.network().after(1_000, () -> world.network().inject(to, frame(forged)));
            return false;
        });
    }
}
