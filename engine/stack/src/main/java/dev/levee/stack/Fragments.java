package dev.levee.stack;

import dev.levee.tcp.Deadlines;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.IpPacket;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Packets that arrive in fragments, put together again (RFC 791 §3.2, RFC 8200 §4.5).
///
/// **Bounded.** At most `Limits.reassembliesMax` packets at once, 64 KiB each, and an eighth of them from one
/// source. A further one takes the place of the oldest: of its source's, if that has its share, or else of all.
/// Whoever invents sources can drive out others that way; he cannot make this host hold more, or look longer.
/// Memory is taken when fragments come for the first time, and kept for the next ones.
///
/// Only protocols that this host speaks are put together.
///
/// Threads: shard.
final class Fragments {
    /// "If insufficient fragments are received to complete reassembly of a packet within 60 seconds of the
    /// reception of the first-arriving fragment of that packet, reassembly of that packet must be abandoned" (RFC
    /// 8200 §4.5); RFC 1122 §3.3.2 wants the same of IPv4, "a fixed value", 60 s at least.
    static final long TIMEOUT_NANOS = 60_000_000_000L;

    private static final int SHARE = 8;
    private static final int PACKET_BYTES_MAX = 65_535;
    private static final int V4_HEADER_BYTES = 20;
    private static final int V6_HEADER_BYTES = 40;
    private static final int FRAGMENT_HEADER_BYTES = 8;
    private static final int UNIT_MASK = 7;

    // Where in an IPv6 header, and in a fragment header, fields lie.
    private static final int PAYLOAD_LENGTH_FIELD = 4;
    private static final int FRAGMENT_OFFSET_FIELD = 2;
    /// RFC 7112 §5: "IPv6 First Fragment has incomplete IPv6 Header Chain".
    private static final int INCOMPLETE_CHAIN = 3;

    private final Supplier<Reassembly> memory;
    /// Less than the limit where the machine gives no memory for more.
    private int packetsMax;
    private final int perSourceMax;
    private final StackCounters.Row counters;
    /// Empty until the first fragment comes.
    private @Nullable Reassembly[] reassemblies = new @Nullable Reassembly[0];

    private final Replies replies;
    private final IpPacket expired = new IpPacket();
    private int made;
    private DropReason verdict = DropReason.NONE;
    /// When the time of the oldest is over, or a little before: it may have become whole since.
    private long dueNanos = Deadlines.NONE;

    Fragments(Limits limits, Replies replies, StackCounters.Row counters) {
        this(limits, replies, counters, Reassembly::new);
    }

    /// @param memory where the places come from; may throw an [OutOfMemoryError]
    Fragments(Limits limits, Replies replies, StackCounters.Row counters, Supplier<Reassembly> memory) {
        this.memory = memory;
        this.counters = counters;
        this.replies = replies;
        packetsMax = limits.reassembliesMax();
        perSourceMax = Math.max(1, packetsMax / SHARE);
    }

    /// What became of the last fragment: [DropReason#NONE] when it is kept, or made its packet whole.
    DropReason verdict() {
        return verdict;
    }

    /// Takes a fragment that was just parsed, for this host and from somebody who can be answered.
    ///
    /// @return the whole packet, without options or extensions, if this was the last piece that lacked; valid
    ///     until the next call. Otherwise null
    @Nullable
    Frame add(long nowNanos, IpPacket piece) {
        counters.count(StackCounters.FRAGMENTS_IN);
        verdict = judge(nowNanos, piece);
        if (verdict != DropReason.NONE) {
            return null;
        }
        var reassembly = find(nowNanos, piece);
        if (reassembly == null || reassembly.state() == Reassembly.State.SPOILT) {
            verdict = DropReason.FRAGMENT;
            return null;
        }
        boolean complete = reassembly.add(piece) && reassembly.complete();
        var whole = complete ? reassembly.finish() : null;
        if (reassembly.state() == Reassembly.State.SPOILT) {
            counters.count(StackCounters.REASSEMBLIES_SPOILT);
            verdict = DropReason.FRAGMENT;
        } else if (whole != null) {
            counters.count(StackCounters.REASSEMBLIES);
        }
        return whole;
    }

    /// Whether a fragment can be one at all, whatever the others are.
    private DropReason judge(long nowNanos, IpPacket piece) {
        if (packetsMax == 0) {
            return DropReason.FRAGMENT;
        }
        int protocol = piece.protocol();
        boolean spoken = protocol == IpPacket.PROTOCOL_TCP
                || protocol == (piece.v4() ? IpPacket.PROTOCOL_ICMP : IpPacket.PROTOCOL_ICMP6)
                || !piece.v4() && IpPacket.isExtension(protocol);
        if (!spoken) {
            return DropReason.UNKNOWN_PROTOCOL;
        }
        int bytes = piece.payloadLength();
        // "If the length of a fragment [...] is not a multiple of 8 octets and the M flag of that fragment is 1,
        // then that fragment must be discarded".
        if (bytes == 0 || piece.moreFragments() && (bytes & UNIT_MASK) != 0) {
            return bad(nowNanos, piece, 0, PAYLOAD_LENGTH_FIELD);
        }
        // "If the length and offset of a fragment are such that the Payload Length of the packet reassembled from
        // that fragment would exceed 65,535 octets, then that fragment must be discarded". In IPv4, the header
        // counts.
        int headers = piece.payloadOffset() - piece.headerOffset();
        int counted =
                piece.v4() ? Math.max(headers, V4_HEADER_BYTES) : headers - V6_HEADER_BYTES - FRAGMENT_HEADER_BYTES;
        if (counted + piece.fragmentOffset() + bytes > PACKET_BYTES_MAX) {
            return bad(nowNanos, piece, 0, headers - FRAGMENT_HEADER_BYTES + FRAGMENT_OFFSET_FIELD);
        }
        // "If the first fragment does not include all headers through an Upper-Layer header, then that fragment
        // should be discarded".
        boolean first = piece.fragmentOffset() == 0;
        return first && !piece.headersComplete() ? bad(nowNanos, piece, INCOMPLETE_CHAIN, 0) : DropReason.NONE;
    }

    /// RFC 8200 §4.5 has the sender hear of it; for IPv4 nobody asks for that.
    private DropReason bad(long nowNanos, IpPacket piece, int code, int pointer) {
        if (!piece.v4()) {
            replies.fragmentProblem(nowNanos, piece, code, pointer);
        }
        return DropReason.BAD_IP_HEADER;
    }

    /// When [#run] has something to do; [Deadlines#NONE] if never.
    long nextDeadline() {
        return dueNanos;
    }

    /// Gives up the packets whose time is over.
    void run(long nowNanos) {
        if (!Deadlines.due(nowNanos, dueNanos)) {
            return;
        }
        dueNanos = Deadlines.NONE;
        for (int i = 0; i < made; i++) {
            var each = reassemblies[i];
            if (each != null) {
                expire(nowNanos, each);
                if (each.state() == Reassembly.State.COLLECTING) {
                    dueNanos = Deadlines.earlier(
                            dueNanos, Deadlines.after(nowNanos, TIMEOUT_NANOS - each.ageNanos(nowNanos)));
                }
            }
        }
    }

    /// The reassembly that a fragment belongs to, a new one if need be; null when there is no memory for any.
    private @Nullable Reassembly find(long nowNanos, IpPacket piece) {
        Reassembly free = null;
        Reassembly oldest = null;
        Reassembly oldestOfSource = null;
        int ofSource = 0;
        for (int i = 0; i < made; i++) {
            var each = reassemblies[i];
            if (each == null) {
                continue;
            }
            expire(nowNanos, each);
            if (each.state() == Reassembly.State.FREE) {
                free = each;
                continue;
            }
            if (each.takes(piece)) {
                return each;
            }
            oldest = each.olderThan(oldest) ? each : oldest;
            if (each.isFrom(piece)) {
                ofSource++;
                oldestOfSource = each.olderThan(oldestOfSource) ? each : oldestOfSource;
            }
        }
        var chosen = free;
        if (ofSource >= perSourceMax) {
            chosen = oldestOfSource;
        } else if (chosen == null) {
            var fresh = made < packetsMax ? make() : null;
            chosen = fresh == null ? oldest : fresh;
        }
        if (chosen == null) {
            return null;
        }
        if (chosen.state() != Reassembly.State.FREE) {
            counters.count(StackCounters.REASSEMBLIES_EVICTED);
        }
        chosen.begin(nowNanos, piece);
        if (dueNanos == Deadlines.NONE) {
            dueNanos = Deadlines.after(nowNanos, TIMEOUT_NANOS);
        }
        return chosen;
    }

    private void expire(long nowNanos, Reassembly each) {
        if (each.state() != Reassembly.State.FREE && each.ageNanos(nowNanos) >= TIMEOUT_NANOS) {
            if (each.state() == Reassembly.State.COLLECTING) {
                counters.count(StackCounters.REASSEMBLIES_EXPIRED);
                tell(nowNanos, each);
            }
            each.free();
        }
    }

    /// RFC 1122 §3.3.2 and RFC 8200 §4.5: only "if the first fragment [...] has been received".
    private void tell(long nowNanos, Reassembly each) {
        var first = each.firstPiece();
        if (first != null && expired.parseCaptured(first) == DropReason.FRAGMENT) {
            replies.reassemblyTimeExceeded(nowNanos, expired);
        }
    }

    private @Nullable Reassembly make() {
        if (reassemblies.length == 0) {
            reassemblies = new @Nullable Reassembly[packetsMax];
        }
        try {
            var fresh = memory.get();
            reassemblies[made++] = fresh;
            return fresh;
        } catch (OutOfMemoryError e) {
            // The machine gives less than is allowed. To ask again for each fragment would cost a collection of garbage
            // each time.
            packetsMax = made;
            return null;
        }
    }
}
