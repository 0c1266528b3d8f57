package dev.levee.link;

import dev.levee.wire.CaptureDirection;
import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.PcapngWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// A link whose packets are recorded as pcapng, both directions, as its owner sees them.
///
/// Records are buffered; they are in the file after [#close], and about a second after they were made if the
/// owner has time to wait. A file that can no longer be written (a full disk) ends the recording with one
/// warning in the log, not the traffic.
///
/// Threads: as the link inside.
public final class CaptureLink implements Link {
    private static final Logger LOG = System.getLogger("dev.levee.link");

    private static final int BUFFER_BYTES = 1 << 18;
    /// The longest IP packet, and an Ethernet header with a tag.
    private static final int SNAP_BYTES = 65_535 + EthernetFrame.HEADER_BYTES + EthernetFrame.TAG_BYTES;

    private static final long FLUSH_NANOS = 1_000_000_000;

    private final Link inner;
    private final Path file;
    private final LongSupplier epochNanos;
    private final PcapngWriter writer;
    private final int interfaceIndex;
    /// Keeps the file from being closed under the owner's hands.
    private final ReentrantLock writing = new ReentrantLock();

    private Frame[] handed = new Frame[0];
    private boolean recording = true;
    private boolean unflushed;
    private long flushedNanos;
    private long recordedPackets;

    /// @param file what the messages call the stream
    CaptureLink(Link inner, Path file, OutputStream out, LongSupplier epochNanos) throws IOException {
        this.inner = inner;
        this.file = file;
        this.epochNanos = epochNanos;
        writer = new PcapngWriter(out, "levee", SNAP_BYTES);
        interfaceIndex = writer.addInterface(inner.name(), inner.linkType());
        writer.flush();
        flushedNanos = epochNanos.getAsLong();
    }

    /// Begins a recording, in a new file or over an old one.
    ///
    /// @param inner the link to be recorded; closed together with this one, left open when this fails
    /// @param epochNanos the time since 1970
    /// @throws LinkException when the file cannot be written, with a sentence for the user
    public static CaptureLink open(Link inner, Path file, LongSupplier epochNanos) throws LinkException {
        try {
            var out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES);
            return new CaptureLink(inner, file, out, epochNanos);
        } catch (IOException e) {
            throw new LinkException("the capture " + file + " cannot be written: " + reason(e, file), e);
        }
    }

    private static String reason(IOException e, Path file) {
        if (Files.isDirectory(file)) {
            return "it is a directory; give the name of a file";
        }
        return switch (e) {
            case NoSuchFileException _ -> "its directory does not exist";
            case AccessDeniedException _ -> "no permission";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public int mtu() {
        return inner.mtu();
    }

    @Override
    public int linkType() {
        return inner.linkType();
    }

    @Override
    public int frameBytesMax() {
        return inner.frameBytesMax();
    }

    @Override
    public LinkCounters counters() {
        return inner.counters();
    }

    /// Packets in the recording so far.
    public long recordedPackets() {
        return recordedPackets;
    }

    @Override
    public int receive(FrameBatch batch) throws IOException {
        int before = batch.count();
        int received = inner.receive(batch);
        if (received > 0) {
            long nowNanos = epochNanos.getAsLong();
            writing.lock();
            try {
                for (int i = before; i < batch.count(); i++) {
                    record(nowNanos, CaptureDirection.INBOUND, batch.get(i));
                }
            } finally {
                writing.unlock();
            }
        }
        return received;
    }

    @Override
    public void transmit(FrameBatch batch) throws IOException {
        // Which packets the link took is known only afterwards, when the batch has moved the others to the
        // front.
        int before = batch.count();
        remember(batch);
        inner.transmit(batch);
        int taken = before - batch.count();
        if (taken > 0) {
            long nowNanos = epochNanos.getAsLong();
            writing.lock();
            try {
                for (int i = 0; i < taken; i++) {
                    record(nowNanos, CaptureDirection.OUTBOUND, handed[i]);
                }
            } finally {
                writing.unlock();
            }
        }
    }

    private void remember(FrameBatch batch) {
        if (handed.length < batch.count()) {
            handed = new Frame[batch.capacity()];
        }
        for (int i = 0; i < batch.count(); i++) {
            handed[i] = batch.get(i);
        }
    }

    private void record(long nowNanos, CaptureDirection direction, Frame packet) {
        if (!recording) {
            return;
        }
        try {
            writer.write(nowNanos, interfaceIndex, direction, packet);
            unflushed = true;
            recordedPackets++;
        } catch (IOException e) {
            giveUp(e);
        }
    }

    private void giveUp(IOException e) {
        recording = false;
        LOG.log(
                Logger.Level.WARNING,
                "the capture {0} ends after {1} packets: {2}",
                file,
                recordedPackets,
                e.getMessage());
    }

    @Override
    public void await(long timeoutNanos) throws IOException {
        long waitNanos = timeoutNanos;
        if (timeoutNanos > 0 && unflushed) {
            long nowNanos = epochNanos.getAsLong();
            // A clock that was set back ends the waiting too.
            long leftNanos = Math.min(flushedNanos + FLUSH_NANOS - nowNanos, FLUSH_NANOS);
            if (leftNanos <= 0) {
                flush(nowNanos);
            } else {
                waitNanos = Math.min(timeoutNanos, leftNanos);
            }
        }
        inner.await(waitNanos);
    }

    private void flush(long nowNanos) {
        flushedNanos = nowNanos;
        unflushed = false;
        writing.lock();
        try {
            if (recording) {
                writer.flush();
            }
        } catch (IOException e) {
            giveUp(e);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void wakeup() {
        inner.wakeup();
    }

    /// Closes the link inside, then the file.
    @Override
    public void close() {
        inner.close();
        writing.lock();
        try {
            // Closing again has no effect on the stream.
            writer.close();
        } catch (IOException e) {
            if (recording) {
                giveUp(e);
            }
        } finally {
            recording = false;
            writing.unlock();
        }
    }

    @Override
    public String toString() {
        return inner + " recorded in " + file;
    }
}
