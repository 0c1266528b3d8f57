package dev.levee.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.levee.wire.CaptureDirection;
import dev.levee.wire.CaptureReader;
import dev.levee.wire.LinkType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CaptureLinkTest {
    private static final long EPOCH_NANOS = 1_800_000_000_123_456_789L;

    @TempDir
    private Path directory;

    private long epochNanos = EPOCH_NANOS;
    private final MemoryLink.Pair pair = MemoryLink.pair(1500, 8);

    private record Recorded(long epochNanos, CaptureDirection direction, int number, int length) {}

    private static List<Recorded> read(Path file) throws IOException {
        var all = new ArrayList<Recorded>();
        try (var in = new BufferedInputStream(Files.newInputStream(file))) {
            var reader = CaptureReader.open(in);
            while (reader.next()) {
                assertThat(reader.linkType()).isEqualTo(LinkType.RAW);
                assertThat(reader.interfaceName()).isEqualTo("memory:a");
                var octets = Arrays.copyOf(reader.octets(), reader.length());
                int number = java.nio.ByteBuffer.wrap(octets).getInt();
                assertThat(octets).isEqualTo(Packets.bytes(number, reader.originalLength()));
                all.add(new Recorded(reader.epochNanos(), reader.direction(), number, octets.length));
            }
        }
        return all;
    }

    @Test
    void everyPacketIsRecordedWithItsTimeAndDirection() throws IOException {
        var file = directory.resolve("both.pcapng");
        try (var link = CaptureLink.open(pair.a(), file, () -> epochNanos)) {
            var batch = Packets.batch(4, 1500);
            Packets.fill(batch, 1, 2, 40);
            link.transmit(batch);
            epochNanos += 5;
            Packets.fill(batch, 3, 1, 1500);
            pair.b().transmit(batch);
            // What the batch held before is not received again.
            Packets.fill(batch, 99, 1, 40);
            assertThat(link.receive(batch)).isEqualTo(1);
            assertThat(link.recordedPackets()).isEqualTo(3);
        }
        assertThat(read(file))
                .containsExactly(
                        new Recorded(EPOCH_NANOS, CaptureDirection.OUTBOUND, 1, 40),
                        new Recorded(EPOCH_NANOS, CaptureDirection.OUTBOUND, 2, 40),
                        new Recorded(EPOCH_NANOS + 5, CaptureDirection.INBOUND, 3, 1500));
    }

    @Test
    void framesOfAnEthernetLinkAreRecordedAsSuch() throws IOException {
        var file = directory.resolve("ethernet.pcapng");
        try (var cable = MemoryLink.ethernet(65_521);
                var link = CaptureLink.open(cable.a(), file, () -> epochNanos)) {
            assertThat(link.linkType()).isEqualTo(LinkType.ETHERNET);
            assertThat(link.frameBytesMax()).isEqualTo(65_535);
            var batch = Packets.batch(2, link.frameBytesMax());
            Packets.fill(batch, 1, 1, 60);
            Packets.fill(batch, 2, 1, 65_535);
            link.transmit(batch);
        }
        try (var in = new BufferedInputStream(Files.newInputStream(file))) {
            var reader = CaptureReader.open(in);
            var lengths = new ArrayList<Integer>();
            while (reader.next()) {
                assertThat(reader.linkType()).isEqualTo(LinkType.ETHERNET);
                lengths.add(reader.length());
            }
            assertThat(lengths).containsExactly(60, 65_535);
        }
    }

    @Test
    void aRecordingWithoutPacketsIsAValidFile() throws IOException {
        var file = directory.resolve("none.pcapng");
        var link = CaptureLink.open(pair.a(), file, () -> epochNanos);
        assertThat(read(file)).as("from the beginning on").isEmpty();
        link.close();
        link.close();
        assertThat(read(file)).isEmpty();
    }

    @Test
    void recordsReachTheFileWhenTheOwnerHasTimeToWait() throws IOException {
        var file = directory.resolve("flushed.pcapng");
        try (var link = CaptureLink.open(pair.a(), file, () -> epochNanos)) {
            var batch = Packets.batch(1, 1500);
            Packets.fill(batch, 1, 1, 40);
            link.transmit(batch);
            link.await(1);
            assertThat(read(file)).isEmpty();
            epochNanos += 999_999_999;
            link.await(1);
            assertThat(read(file)).isEmpty();
            epochNanos += 1;
            link.await(1);
            assertThat(read(file)).hasSize(1);
        }
    }

    @Test
    void aWaitWithoutEndIsCutShortToBringRecordsToTheFile() throws IOException {
        var file = directory.resolve("idle.pcapng");
        try (var link = CaptureLink.open(pair.a(), file, () -> epochNanos)) {
            var batch = Packets.batch(1, 1500);
            Packets.fill(batch, 1, 1, 40);
            link.transmit(batch);
            epochNanos += 999_000_000;
            link.await(Long.MAX_VALUE);
            epochNanos += 1_000_000;
            // Flushes, and then there is nothing to wait for but the next call.
            link.wakeup();
            link.await(Long.MAX_VALUE);
            assertThat(read(file)).hasSize(1);
        }
    }

    @Test
    void anOldRecordingIsReplaced() throws IOException {
        var file = directory.resolve("old.pcapng");
        Files.write(file, new byte[100_000]);
        CaptureLink.open(pair.a(), file, () -> epochNanos).close();
        assertThat(read(file)).isEmpty();
    }

    @Test
    void anUnwritableFileIsOneSentenceAndLeavesTheLinkOpen() throws IOException {
        assertRefused(directory.resolve("no/such/dir/x.pcapng"), "its directory does not exist");
        assertRefused(directory, "it is a directory; give the name of a file");
        var file = Files.createFile(directory.resolve("file"));
        assertRefused(file.resolve("x.pcapng"), "Not a directory");
        assertThat(pair.a().receive(Packets.batch(1, 1500))).isZero();
    }

    private void assertRefused(Path file, String reason) {
        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(() -> CaptureLink.open(pair.a(), file, () -> epochNanos))
                .withMessage("the capture " + file + " cannot be written: " + reason);
    }

    @Test
    void aDiskThatFillsUpEndsTheRecordingAndNotTheTraffic() throws IOException {
        var disk = new SmallDisk();
        var link = new CaptureLink(pair.a(), Path.of("small"), disk, () -> epochNanos);
        disk.leftBytes = 150;
        var batch = Packets.batch(4, 1500);
        var warnings = Logger.getLogger("dev.levee.link");
        warnings.setLevel(Level.OFF);
        try {
            for (int i = 0; i < 4; i++) {
                Packets.fill(batch, i, 1, 40);
                link.transmit(batch);
            }
        } finally {
            warnings.setLevel(Level.WARNING);
        }
        assertThat(link.recordedPackets()).isEqualTo(1);
        batch.clear();
        assertThat(pair.b().receive(batch)).isEqualTo(4);
        link.close();
        assertThat(disk.closed).isTrue();
    }

    private static final class SmallDisk extends OutputStream {
        private int leftBytes = 1000;
        private boolean closed;

        @Override
        public void write(int octet) throws IOException {
            write(new byte[1], 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            leftBytes -= length;
            if (leftBytes < 0) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Test
    void aDiskThatIsFullFromTheBeginningIsOneSentence() throws IOException {
        var full = Path.of("/dev/full");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isWritable(full), "skipped: no /dev/full here");
        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(() -> CaptureLink.open(pair.a(), full, () -> epochNanos))
                .withMessage("the capture /dev/full cannot be written: No space left on device");
    }
}
