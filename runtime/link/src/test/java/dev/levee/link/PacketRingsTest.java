package dev.levee.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.Offload;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The rings of packet sockets, with the test in the kernel's place.
class PacketRingsTest {
    private static final RingLayout LAYOUT = new RingLayout(2048, 32);
    private static final int SEND_REQUEST = 1;
    private static final int WRONG_FORMAT = 4;
    private static final long PARTIAL = Offload.of(Offload.NEEDS_CHECKSUM, 0, 0, 34, 16);

    private final MemorySegment memory = Arena.ofAuto().allocate(LAYOUT.bytes(), 4096);

    @ParameterizedTest
    @CsvSource({
        "8388608, 1522, 2048, 4096",
        "8388608, 1920, 2048, 4096",
        "8388608, 1921, 4096, 2048",
        "8388608, 9022, 16384, 512",
        "8388608, 65557, 32768, 256",
        "65536, 1522, 2048, 32",
        "131071, 1522, 2048, 32",
        "131072, 1522, 2048, 64",
    })
    void slotsFitTheMtuAndFillTheMemory(int bytes, int frameBytes, int slotBytes, int slots) {
        var layout = RingLayout.of(bytes, frameBytes);
        assertThat(layout).isEqualTo(new RingLayout(slotBytes, slots));
        assertThat(layout.bytes()).isLessThanOrEqualTo(bytes);
        assertThat(layout.blocks() * RingLayout.BLOCK_BYTES).isEqualTo(layout.bytes());
        assertThat(layout.next(slots - 1)).isZero();
        assertThat(layout.next(0)).isEqualTo(1);
        assertThat(layout.at(slots - 1) + slotBytes).isEqualTo(layout.bytes());
    }

    @Test
    void settingsOutOfBoundsAreRefusedWithOneSentence() {
        assertThat(PacketSettings.of("eth1").linkName()).isEqualTo("packet:eth1");
        assertThat(new PacketSettings("a", 65_536, 65_536, 65_536, 65_536, false).station())
                .isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PacketSettings("a", 65_535, 65_536, 65_536, 65_536, false))
                .withMessage("the ring for received frames must have 65536 to 268435456 octets, not 65535");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PacketSettings("a", 65_536, 65_536, 65_536, (256 << 20) + 1, false))
                .withMessage("the queue of frames to be sent must have 65536 to 268435456 octets, not 268435457");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PacketSettings.of("sixteen-letters-"))
                .withMessage("'sixteen-letters-' cannot be the name of a network device; use 1 to 15 letters, digits, "
                        + "'-', '_' or '.'");
    }

    private static Frame numbered(int number, int length) {
        var frame = FrameSlab.single(1500);
        frame.fill(Packets.bytes(number, length));
        return frame;
    }

    private int status(int slot) {
        return memory.get(ValueLayout.JAVA_INT, LAYOUT.at(slot));
    }

    private void status(int slot, int status) {
        memory.set(ValueLayout.JAVA_INT, LAYOUT.at(slot), status);
    }

    private int numberIn(int slot) {
        return Integer.reverseBytes(memory.get(ValueLayout.JAVA_INT_UNALIGNED, LAYOUT.at(slot) + 42));
    }

    @Test
    void aFrameIsPutBehindItsHeaders() {
        var ring = new TransmitRing(memory, LAYOUT);
        var frame = numbered(0x01020304, 100);
        frame.offload(PARTIAL);
        assertThat(ring.put(frame)).isTrue();
        assertThat(status(0)).isEqualTo(SEND_REQUEST);
        assertThat(memory.get(ValueLayout.JAVA_INT, 4)).isEqualTo(110);
        // Flags, kind, headers (all of it), segment, start, offset: on a little-endian machine.
        assertThat(HexFormat.of().formatHex(memory.asSlice(32, 10).toArray(ValueLayout.JAVA_BYTE)))
                .isEqualTo("01006400000022001000");
        assertThat(memory.asSlice(42, 100).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(frame.toArray());
        assertThat(VirtioHeader.get(memory, 32)).isEqualTo(PARTIAL);
    }

    @Test
    void aHeaderSaysAllThatIsLeftToBeDone() {
        var frame = numbered(1, 100);
        frame.offload(Offload.of(Offload.NEEDS_CHECKSUM, Offload.SEGMENTS_TCP_V6, 1428, 54, 16));
        VirtioHeader.put(memory, 7, frame, 86);
        assertThat(HexFormat.of().formatHex(memory.asSlice(7, 10).toArray(ValueLayout.JAVA_BYTE)))
                .isEqualTo("01045600940536001000");
        assertThat(VirtioHeader.get(memory, 7)).isEqualTo(frame.offload());
    }

    @Test
    void aFullRingTakesNoMoreUntilTheKernelHasTakenOne() {
        var ring = new TransmitRing(memory, LAYOUT);
        for (int i = 0; i < 32; i++) {
            assertThat(ring.put(numbered(i, 60 + i))).isTrue();
        }
        assertThat(ring.put(numbered(32, 60))).isFalse();
        assertThat(ring.settle()).isFalse();
        assertThat(ring.pending()).isEqualTo(32);
        status(0, 0);
        // Still being sent: taken, but there is no room yet.
        status(1, 2);
        assertThat(ring.settle()).isFalse();
        assertThat(ring.pending()).isEqualTo(30);
        assertThat(ring.pendingBytes()).isEqualTo(30 * 60 + (31 * 32 / 2 - 1));
        assertThat(ring.put(numbered(32, 60))).isTrue();
        assertThat(ring.put(numbered(33, 60))).isFalse();
        assertThat(numberIn(0)).isEqualTo(32);
    }

    /// The kernel looks at the same slot again, so the others move up, round the ring's end too.
    @Test
    void aRefusedFrameIsTakenOutAndTheOthersKeepTheirOrder() {
        var ring = new TransmitRing(memory, LAYOUT);
        for (int i = 0; i < 30; i++) {
            ring.put(numbered(i, 60));
            status(i, 0);
        }
        assertThat(ring.settle()).isFalse();
        for (int i = 30; i < 34; i++) {
            assertThat(ring.put(numbered(i, 60 + i))).isTrue();
        }
        status(30, 0);
        status(31, WRONG_FORMAT);
        assertThat(ring.settle()).isTrue();
        assertThat(ring.pending()).isEqualTo(3);
        ring.remove();
        assertThat(ring.pending()).isEqualTo(2);
        assertThat(ring.pendingBytes()).isEqualTo(92 + 93);
        assertThat(numberIn(31)).isEqualTo(32);
        assertThat(numberIn(0)).isEqualTo(33);
        assertThat(memory.asSlice(LAYOUT.at(31) + 42, 92).toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(Packets.bytes(32, 92));
        assertThat(new int[] {status(31), status(0), status(1)}).containsExactly(SEND_REQUEST, SEND_REQUEST, 0);
        assertThat(ring.settle()).isFalse();
        ring.removeAll();
        assertThat(new int[] {status(31), status(0)}).containsOnly(0);
        assertThat(ring.pending()).isZero();
        assertThat(ring.pendingBytes()).isZero();
        ring.put(numbered(99, 60));
        assertThat(numberIn(31)).isEqualTo(99);
    }

    /// As the kernel fills a slot: the frame at 86, its header before it.
    private void receive(int slot, int status, byte[] frame, int snapLength, long offload) {
        long at = LAYOUT.at(slot);
        var header = FrameSlab.single(1500);
        header.offload(offload);
        VirtioHeader.put(memory, at + 76, header, 54);
        memory.set(ValueLayout.JAVA_INT, at + 4, frame.length);
        memory.set(ValueLayout.JAVA_INT, at + 8, snapLength);
        memory.set(ValueLayout.JAVA_SHORT, at + 12, (short) 86);
        MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, at + 86, Math.min(snapLength, 1900));
        status(slot, status);
    }

    @Test
    void aReceivedFrameLiesWherePacketsLieAndCarriesWhatIsLeftToBeDone() {
        var ring = new ReceiveRing(memory, LAYOUT);
        assertThat(ring.next()).isFalse();
        receive(0, 0x1, Packets.bytes(5, 100), 100, PARTIAL);
        assertThat(ring.next()).isTrue();
        assertThat(ring.cut()).isFalse();
        assertThat(ring.queued()).isFalse();
        assertThat(ring.losing()).isFalse();
        var frame = FrameSlab.single(1500);
        ring.copy(frame, ring.length());
        assertThat(ring.finish(frame, ring.length())).isTrue();
        assertThat(frame.offset()).isEqualTo(Frame.HEADROOM_BYTES - 14);
        assertThat(frame.toArray()).isEqualTo(Packets.bytes(5, 100));
        assertThat(frame.offload()).isEqualTo(PARTIAL);
        ring.release();
        assertThat(status(0)).isZero();
        assertThat(ring.next()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0x51, 34984, 88a8", "0x11, 34984, 8100", "0x51, 33024, 8100"})
    void aTagIsPutBackWithItsType(String status, int type, String expected) {
        var ring = new ReceiveRing(memory, LAYOUT);
        var octets = Packets.bytes(5, 100);
        receive(0, Integer.decode(status), octets, 100, PARTIAL);
        memory.set(ValueLayout.JAVA_SHORT, 24, (short) 0xe064);
        memory.set(ValueLayout.JAVA_SHORT, 26, (short) type);
        assertThat(ring.next()).isTrue();
        var frame = FrameSlab.single(1500);
        ring.copy(frame, 100);
        assertThat(ring.finish(frame, 100)).isTrue();
        var hex = HexFormat.of().formatHex(octets);
        assertThat(HexFormat.of().formatHex(frame.toArray()))
                .isEqualTo(hex.substring(0, 24) + expected + "e064" + hex.substring(24));
        assertThat(Offload.checksumStart(frame.offload())).isEqualTo(38);
    }

    @Test
    void framesThatDoNotHoldAreNotGivenOut() {
        var ring = new ReceiveRing(memory, LAYOUT);
        receive(0, 0x1, Packets.bytes(5, 51), 51, PARTIAL);
        receive(1, 0x1, Packets.bytes(5, 52), 52, PARTIAL);
        receive(2, 0x1, Packets.bytes(5, 13), 13, Offload.NONE);
        var frame = FrameSlab.single(1500);
        for (boolean good : new boolean[] {false, true, false}) {
            assertThat(ring.next()).isTrue();
            ring.copy(frame, ring.length());
            assertThat(ring.finish(frame, ring.length())).isEqualTo(good);
            ring.release();
        }
    }

    @Test
    void aLongFrameIsInTheQueueOrCut() {
        var ring = new ReceiveRing(memory, LAYOUT);
        receive(0, 0x7, Packets.bytes(5, 3000), 1900, Offload.NONE);
        receive(1, 0x1, Packets.bytes(5, 3000), 1900, Offload.NONE);
        assertThat(ring.next()).isTrue();
        assertThat(ring.queued()).isTrue();
        assertThat(ring.cut()).isFalse();
        assertThat(ring.losing()).isTrue();
        ring.release();
        assertThat(ring.next()).isTrue();
        assertThat(ring.queued()).isFalse();
        assertThat(ring.cut()).isTrue();
        assertThat(ring.losing()).isFalse();
    }

    @Test
    void aFrameThroughBothRingsAllocatesNothing() {
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        int frames = 100_000;
        var in = new ReceiveRing(memory, LAYOUT);
        var outMemory = Arena.ofAuto().allocate(LAYOUT.bytes(), 4096);
        var out = new TransmitRing(outMemory, LAYOUT);
        var frame = FrameSlab.single(1500);
        for (int slot = 0; slot < LAYOUT.slots(); slot++) {
            receive(slot, 0x51, Packets.bytes(slot, 1000), 1000, PARTIAL);
        }
        carry(in, out, outMemory, frame, frames);
        long before = threads.getCurrentThreadAllocatedBytes();
        carry(in, out, outMemory, frame, frames);
        long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
        // The measuring itself, and whatever the compiler has not removed yet when it begins.
        assertThat((double) allocatedBytes / frames)
                .as("%d octets for %d frames", allocatedBytes, frames)
                .isLessThan(0.5);
    }

    private void carry(ReceiveRing in, TransmitRing out, MemorySegment outMemory, Frame frame, int frames) {
        for (int i = 0; i < frames; i++) {
            int slot = i & LAYOUT.slots() - 1;
            status(slot, 0x51);
            if (!in.next() || in.cut() || in.queued()) {
                throw new AssertionError(i);
            }
            in.copy(frame, in.length());
            if (!in.finish(frame, in.length()) || !out.put(frame)) {
                throw new AssertionError(i);
            }
            in.release();
            outMemory.set(ValueLayout.JAVA_INT, LAYOUT.at(slot), 0);
            if (out.settle()) {
                throw new AssertionError(i);
            }
        }
    }
}
