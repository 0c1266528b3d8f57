package dev.levee.stack;

import dev.levee.wire.Bytes;
import dev.levee.wire.DropReason;
import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpPacket;
import dev.levee.wire.LinkType;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The way into a stack for whoever takes packets from a link in batches: segments of connections, and those that
/// complete handshakes, are served as they come, and SYNs when these have been, so many at a time. What is more than
/// there is room for is dropped at a glance: so a flood does not keep the link full for those who come with it.
///
/// A glance looks only where the flags would be if a segment were a usual one: no fragment, no extension headers, no
/// VLAN tag, at most [#FRAME_BYTES] octets. All others are served as they come. A SYN waits in a copy of its frame. It
/// is overtaken by later segments, as in a network it might be; none of its own connection is among them, for a client
/// has nothing to send until his SYN is answered.
///
/// A quarter of the room is for SYNs that come again ([TurnedAway]): a client repeats his, a flood from random sources
/// does not. So the client who found no room in a flood finds some a second later. Whoever sends every SYN twice
/// takes that from him, for the price of half his flood.
///
/// Threads: shard.
public final class SynLane {
    /// SYNs that may wait: as many as come in some milliseconds in which the thread does not run.
    public static final int SYNS_MAX = 8_192;
    /// The longest frame that may: the longest headers of TCP and IPv6, and some text.
    public static final int FRAME_BYTES = 128;

    /// SYNs that may wait when they come for the first time.
    static final int FRESH_MAX = SYNS_MAX - SYNS_MAX / 4;

    private static final int PIECE_FRAMES = 512;
    private static final int PIECE_BYTES = PIECE_FRAMES * FRAME_BYTES - 1;
    private static final int V4_HEADER_BYTES = 20;
    private static final int V6_HEADER_BYTES = 40;
    private static final int TCP_HEADER_BYTES = 20;
    /// More fragments, or not the first.
    private static final int FRAGMENT = 0x3fff;
    private static final int KINDS = TcpFlags.SYN | TcpFlags.ACK | TcpFlags.RST | TcpFlags.FIN;

    private final Stack stack;
    private final SipHash key;
    private final TurnedAway turnedAway;
    private final int linkHeaderBytes;
    private final @Nullable Frame[] pieces = new @Nullable Frame[SYNS_MAX / PIECE_FRAMES];
    private final short[] lengths = new short[SYNS_MAX];
    private int head;
    private int count;

    /// @param linkType what the stack's frames are, as [LinkType] has it
    public SynLane(Stack stack, int linkType) {
        this.stack = stack;
        key = Keys.DEMUX.from(stack.config().secret());
        turnedAway = new TurnedAway(stack.guardMemory());
        linkHeaderBytes = linkType == LinkType.ETHERNET ? EthernetFrame.HEADER_BYTES : 0;
    }

    /// Whether nobody waits.
    public boolean isEmpty() {
        return count == 0;
    }

    /// One packet, or Ethernet frame, from the link. Valid during the call only. Never throws, whatever the packet, as
    /// long as there is memory: 8 MiB for [TurnedAway] when a SYN finds no room for the first time.
    public void onFrame(long nowNanos, Frame frame) {
        if (!asksForConnection(frame)) {
            stack.onFrame(nowNanos, frame);
        } else if (count >= FRESH_MAX && (!turnedAway.before(nowNanos, hash(frame)) || count == SYNS_MAX)) {
            stack.dropped(DropReason.SYN_LANE_FULL);
        } else {
            int slot = head + count & SYNS_MAX - 1;
            MemorySegment.copy(frame.memory(), frame.offset(), piece(slot).memory(), at(slot), frame.length());
            lengths[slot] = (short) frame.length();
            count++;
        }
    }

    /// Serves those who have waited longest, while there is room for their answers.
    ///
    /// @param max how many at most
    public void serve(long nowNanos, int max) {
        for (int left = Math.min(max, count); left > 0 && stack.answersHaveRoom(); left--) {
            var frame = piece(head);
            frame.set(at(head), lengths[head]);
            head = head + 1 & SYNS_MAX - 1;
            count--;
            stack.onFrame(nowNanos, frame);
        }
    }

    private Frame piece(int slot) {
        int at = slot / PIECE_FRAMES;
        if (pieces[at] == null) {
            pieces[at] = FrameSlab.single(PIECE_BYTES);
        }
        return Objects.requireNonNull(pieces[at]);
    }

    private static int at(int slot) {
        return slot % PIECE_FRAMES * FRAME_BYTES;
    }

    private boolean asksForConnection(Frame frame) {
        int at = frame.offset() + linkHeaderBytes;
        int octets = frame.length() - linkHeaderBytes;
        if (frame.length() > FRAME_BYTES || octets < V4_HEADER_BYTES + TCP_HEADER_BYTES) {
            return false;
        }
        var memory = frame.memory();
        int first = Bytes.u8(memory, at);
        if (first >>> 4 == 6) {
            return octets >= V6_HEADER_BYTES + TCP_HEADER_BYTES
                    && Bytes.u8(memory, at + 6) == IpPacket.PROTOCOL_TCP
                    && opens(memory, at + V6_HEADER_BYTES);
        }
        int headerBytes = (first & 0x0f) << 2;
        return first >>> 4 == 4
                && headerBytes + TCP_HEADER_BYTES <= octets
                && Bytes.u8(memory, at + 9) == IpPacket.PROTOCOL_TCP
                && (Bytes.u16(memory, at + 6) & FRAGMENT) == 0
                && opens(memory, at + headerBytes);
    }

    /// Of the tuple of what [#asksForConnection].
    private long hash(Frame frame) {
        var memory = frame.memory();
        int at = frame.offset() + linkHeaderBytes;
        int first = Bytes.u8(memory, at);
        if (first >>> 4 == 4) {
            int ports = Bytes.i32(memory, at + ((first & 0x0f) << 2));
            return key.place(0, 0, 0, Bytes.i64(memory, at + 12), ports);
        }
        return key.place(
                Bytes.i64(memory, at + 8),
                Bytes.i64(memory, at + 16),
                Bytes.i64(memory, at + 24),
                Bytes.i64(memory, at + 32),
                Bytes.i32(memory, at + V6_HEADER_BYTES));
    }

    private static boolean opens(MemorySegment memory, int tcp) {
        return (Bytes.u8(memory, tcp + 13) & KINDS) == TcpFlags.SYN;
    }
}
