package dev.levee.sim;

import dev.levee.wire.CaptureDirection;
import dev.levee.wire.Frame;
import dev.levee.wire.PcapngWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// Writes what one host sends and receives as a capture would show it, lost packets of others not at all.
///
/// Threads: the simulation's.
public final class CaptureTap implements Tap {
    private final SimHost host;
    private final PcapngWriter writer;
    private final int interfaceIndex;
    private final long epochNanos;

    /// @param epochNanos what the network's time 0 is in nanoseconds since 1970
    public CaptureTap(SimHost host, PcapngWriter writer, int interfaceIndex, long epochNanos) {
        this.host = host;
        this.writer = writer;
        this.interfaceIndex = interfaceIndex;
        this.epochNanos = epochNanos;
    }

    @Override
    public void sent(long nowNanos, SimHost from, @Nullable SimHost to, Frame packet, int copies) {
        if (from == host) {
            write(nowNanos, CaptureDirection.OUTBOUND, packet);
        }
    }

    @Override
    public void arrived(long nowNanos, SimHost from, SimHost to, Frame packet) {
        if (to == host) {
            write(nowNanos, CaptureDirection.INBOUND, packet);
        }
    }

    private void write(long nowNanos, CaptureDirection direction, Frame packet) {
        try {
            writer.write(epochNanos + nowNanos, interfaceIndex, direction, packet);
        } catch (IOException e) {
            throw new UncheckedIOException("the capture cannot be written: " + e.getMessage(), e);
        }
    }
}
