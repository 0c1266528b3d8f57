package dev.levee.bench.flood;

import dev.levee.sim.flood.Flood;
import dev.levee.sim.flood.FloodKind;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;

/// SYNs from addresses all over 10.0.0.0/8 to the server: sixteen million hosts in 65,536 prefixes, none of which
/// is there.
///
/// Threads: one owner.
final class FloodSource {
    static final IpAddress SERVER = IpAddress.parse("198.18.0.2");
    static final int PORT = 80;
    private static final Cidr SOURCES = Cidr.parse("10.0.0.0/8");
    private static final int MTU = 1500;

    private final Flood flood;
    private final Frame frame = FrameSlab.single(MTU);
    private final Frame scratch = FrameSlab.single(MTU);

    FloodSource(long seed) {
        flood = new Flood(FloodKind.RANDOM, SOURCES, SERVER, PORT, seed);
    }

    int port() {
        return PORT;
    }

    /// The next SYN, until this is called again.
    Frame next() {
        flood.next(frame);
        return frame;
    }

    void next(Frame out) {
        flood.next(out);
    }

    /// A frame for what nobody wants to see.
    Frame scratch() {
        return scratch;
    }
}
