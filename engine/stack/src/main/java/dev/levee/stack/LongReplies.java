package dev.levee.stack;

import dev.levee.wire.Bytes;
import dev.levee.wire.Fragmenter;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpHeader;
import dev.levee.wire.SipHash;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers that are longer than a small frame or the link's MTU: a few, 64 KiB each at most, in frames made when
/// they are needed, sent in fragments where the link cannot carry them whole. When all are taken, the answer is
/// left out.
///
/// Threads: shard.
final class LongReplies {
    private static final int REPLIES_MAX = 8;
    private static final int PACKET_BYTES_MAX = 65_535;

    private final int mtu;
    private final StackCounters.Row counters;
    private final SipHash key;
    private final @Nullable Frame[] ring = new @Nullable Frame[REPLIES_MAX];
    private final Supplier<Frame> memory;
    private int repliesMax = REPLIES_MAX;
    private int head;
    private int count;
    /// Octets of the oldest one's payload that were sent.
    private int sentBytes;

    private int identification;
    private int packets;

    LongReplies(int mtu, SipHash secret, StackCounters.Row counters) {
        this(mtu, secret, counters, () -> FrameSlab.single(PACKET_BYTES_MAX));
    }

    /// @param memory where the frames come from; may throw an [OutOfMemoryError]
    LongReplies(int mtu, SipHash secret, StackCounters.Row counters, Supplier<Frame> memory) {
        this.memory = memory;
        this.mtu = mtu;
        this.counters = counters;
        key = Keys.FRAGMENT_IDENTIFICATION.from(secret);
    }

    boolean isEmpty() {
        return count == 0;
    }

    /// Whether there is no frame for one more answer.
    boolean full() {
        if (count < repliesMax && ring[tail()] == null) {
            make(tail());
        }
        return count == repliesMax;
    }

    private int tail() {
        return (head + count) % repliesMax;
    }

    private void make(int index) {
        try {
            ring[index] = memory.get();
        } catch (OutOfMemoryError e) {
            // The machine gives less than is allowed: what there is is used in turn.
            repliesMax = index;
            head = index == 0 ? 0 : head % index;
        }
    }

    /// The frame for one more answer, which counts when it was [#added]. Not to be called when [#full].
    Frame next() {
        return Objects.requireNonNull(ring[tail()], "asked for without looking whether there is one");
    }

    void added() {
        count++;
    }

    /// Writes the next packet or fragment.
    ///
    /// @return whether there was one
    boolean poll(Frame out) {
        var reply = count == 0 ? null : ring[head];
        if (reply == null) {
            return false;
        }
        if (reply.length() <= mtu) {
            removeFirst();
            return out.copyFrom(reply);
        }
        boolean v4 = Bytes.u8(reply.memory(), reply.offset()) >>> 4 == 4;
        if (sentBytes == 0) {
            identification = identification(reply, v4);
        }
        counters.count(StackCounters.FRAGMENTS_OUT);
        sentBytes = Fragmenter.write(reply, sentBytes, mtu, identification, out);
        if (sentBytes == reply.length() - IpHeader.bytes(v4)) {
            removeFirst();
        }
        return true;
    }

    private void removeFirst() {
        head = (head + 1) % repliesMax;
        count--;
        sentBytes = 0;
    }

    /// Another one for each packet, from another beginning for each destination, which nobody else can guess (RFC
    /// 7739 §5.2): who guesses it can spoil packets of others.
    private int identification(Frame reply, boolean v4) {
        var memory = reply.memory();
        int at = reply.offset();
        long beginning = v4
                ? key.hash(Bytes.i64(memory, at + 12), 0, 0, 0, 4)
                : key.hash(Bytes.i64(memory, at + 24), Bytes.i64(memory, at + 32), 0, 0, 6);
        return (int) beginning + packets++;
    }
}
