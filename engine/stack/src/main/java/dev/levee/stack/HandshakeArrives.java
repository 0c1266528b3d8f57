package dev.levee.stack;

import dev.levee.guard.SynCache;
import dev.levee.guard.SynGate;
import dev.levee.tcp.CloseCause.IcmpReason;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.DropReason;
import dev.levee.wire.Handshake;
import dev.levee.wire.Segment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// SEGMENT ARRIVES in LISTEN, and in SYN-RECEIVED as long as that is a row, or nothing but a cookie (RFC 9293
/// §3.10.7.2 and §3.10.7.4): the same steps in the same order as with a control block. What completes a handshake
/// makes a connection, and is then given to it.
///
/// Threads: shard.
final class HandshakeArrives {
    private final Handshakes handshakes;
    private final Sockets sockets;
    private final Births births;
    private final Replies replies;
    private final StackCounters.Row counters;
    private final Segment segment;
    private final Handshake row = new Handshake();
    private final Handshake syn = new Handshake();
    private @Nullable TcpSocket born;
    private boolean answered;

    HandshakeArrives(
            Segment segment,
            Handshakes handshakes,
            Sockets sockets,
            Births births,
            Replies replies,
            StackCounters.Row counters) {
        this.segment = segment;
        this.handshakes = handshakes;
        this.sockets = sockets;
        this.births = births;
        this.replies = replies;
        this.counters = counters;
    }

    /// The connection that the last segment has completed the handshake of; null when it has not. The segment is yet
    /// to be given to it.
    @Nullable
    TcpSocket takeBorn() {
        var socket = born;
        born = null;
        return socket;
    }

    /// A SYN to a listener, of a tuple that has no row.
    ///
    /// @param hash of the segment's tuple, as [SynGate#hash] has it; the same for the other methods
    DropReason syn(long nowNanos, long hash, Listener listener) {
        return syn(nowNanos, hash, listener, false);
    }

    private DropReason syn(long nowNanos, long hash, Listener listener, boolean again) {
        if (listener.acceptQueueFull()) {
            counters.count(StackCounters.ACCEPT_QUEUE_FULL);
            return DropReason.BACKLOG_FULL;
        }
        var fast = births.fastOpen().judge(nowNanos, listener, segment);
        // A handshake under way goes on as it has begun: its SYN-ACK did not acknowledge the text.
        if (fast != null && !again && !listener.answering().guarded.defers(segment)) {
            if (!sockets.room(nowNanos)) {
                return DropReason.NO_MEMORY;
            }
            answered = true;
            births.acceptFast(nowNanos, listener, segment, fast);
            return DropReason.NONE;
        }
        if (!handshakes.room()) {
            return DropReason.REPLY_QUEUE_FULL;
        }
        var gate = Objects.requireNonNull(handshakes.gate(), "a listener without a gate");
        long epoch = handshakes.epoch(nowNanos);
        var answering = again ? handshakes.answering(row.listener()) : answering(listener, epoch);
        answering.synAck.read(segment, syn);
        var verdict = gate.onSyn(handshakes.clock(nowNanos), epoch, hash, syn, answering.guarded);
        if (verdict == SynGate.Verdict.DROPPED) {
            counters.count(StackCounters.HALF_OPEN_FULL);
            return DropReason.BACKLOG_FULL;
        }
        answer(nowNanos, answering);
        return DropReason.NONE;
    }

    /// What answers a SYN now.
    private Answering answering(Listener listener, long epoch) {
        if (listener.nextSynAck != null) {
            handshakes.renew(listener, listener.nextSynAck, epoch);
        }
        listener.answeredEpoch = epoch;
        return listener.answering();
    }

    private void answer(long nowNanos, Answering answering) {
        answered = true;
        answering.synAck.heard();
        var fastOpen = births.fastOpen();
        if (fastOpen.gives()) {
            handshakes.synAck(nowNanos, syn, fastOpen.cookie(), fastOpen.experimental());
        } else {
            handshakes.synAck(nowNanos, syn);
        }
    }

    /// A SYN that reopens a connection in TIME-WAIT.
    ///
    /// @param iss the initial sequence number that answers it
    /// @param tsOffered the timestamp of the answer, if the SYN has one
    /// @return whether it is answered
    boolean reopen(long nowNanos, long hash, Listener listener, int iss, int tsOffered) {
        var gate = handshakes.gate();
        if (gate == null || !handshakes.room()) {
            return false;
        }
        long epoch = handshakes.epoch(nowNanos);
        var answering = answering(listener, epoch);
        answering.synAck.read(segment, syn);
        syn.iss(iss);
        syn.tsOffered(tsOffered);
        births.fastOpen().forget();
        if (!gate.reopen(handshakes.clock(nowNanos), epoch, hash, syn, answering.guarded)) {
            return false;
        }
        answer(nowNanos, answering);
        return true;
    }

    /// An ICMP error about a SYN-ACK.
    ///
    /// @param seq the sequence number of what it is about
    /// @return whether it was about a handshake that has a row
    boolean unreachable(Handshake tuple, IcmpReason reason, int seq) {
        var gate = handshakes.gate();
        if (gate == null || !gate.waits()) {
            return false;
        }
        long hash =
                gate.hash(tuple.localHigh(), tuple.localLow(), tuple.remoteHigh(), tuple.remoteLow(), tuple.ports());
        int ref = gate.find(hash, tuple, row);
        if (ref == SynCache.NONE || row.iss() != seq) {
            return false;
        }
        var listener = handshakes.listener(row.listener());
        if (listener == null || handshakes.answering(row.listener()).synAck.endedBy(reason)) {
            gate.reset(ref);
        }
        return true;
    }

    /// A segment that may be for a handshake with a row.
    ///
    /// @return what became of it; null when there is no such handshake
    @Nullable
    DropReason toRow(long nowNanos, long hash) {
        var gate = handshakes.gate();
        if (gate == null || !gate.waits()) {
            return null;
        }
        syn.readTuple(segment);
        int ref = gate.find(hash, syn, row);
        if (ref == SynCache.NONE) {
            return null;
        }
        var listener = handshakes.listener(row.listener());
        if (listener == null) {
            gate.reset(ref);
            return null;
        }
        answered = false;
        int number = row.listener();
        var reason = inSynReceived(nowNanos, gate, ref, hash, listener);
        if (born == null && !answered) {
            // A connection, and an answered SYN, count their segments themselves.
            handshakes.answering(number).synAck.heard();
        }
        return reason;
    }

    private DropReason inSynReceived(long nowNanos, SynGate gate, int ref, long hash, Listener listener) {
        boolean repeated = segment.syn() && segment.seq() == row.irs() && !segment.rst();
        if (repeated && !segment.hasAck()) {
            return syn(nowNanos, hash, listener, true);
        }
        if (segment.hasAck() && !segment.syn() && !segment.rst() && segment.ack() != row.iss() + 1) {
            var reason = ofAnother(nowNanos, gate, ref, hash, listener);
            if (reason != null) {
                return reason;
            }
        }
        var synAck = handshakes.answering(row.listener()).synAck;
        if (!repeated) {
            if (synAck.isOld(row, segment)) {
                return challenge(gate, ref);
            }
            if (synAck.lacksTimestamp(row, segment)) {
                return DropReason.NONE;
            }
            // First: "check sequence number".
            if (!synAck.accepts(row, segment)) {
                return segment.rst() ? DropReason.NONE : challenge(gate, ref);
            }
            if (segment.rst()) {
                return reset(gate, ref);
            }
            if (segment.syn()) {
                // Fourth: "If the connection was initiated with a passive OPEN, then return this connection to the
                // LISTEN state": what comes then, with the next SYN, comes now.
                gate.replaced(ref, handshakes.epoch(nowNanos));
                return segment.hasAck() ? DropReason.NONE : syn(nowNanos, hash, listener);
            }
        }
        return segment.hasAck() ? acknowledged(nowNanos, gate, ref, hash, listener) : DropReason.NONE;
    }

    /// The row may be that of another SYN, maybe a stranger's, which has taken the place of the one that is
    /// acknowledged here. That one's sequence numbers and timestamps are not the row's.
    ///
    /// @return null when it is not so
    private @Nullable DropReason ofAnother(long nowNanos, SynGate gate, int ref, long hash, Listener listener) {
        var refusal = refusal(nowNanos, gate, hash, listener);
        if (refusal != DropReason.NONE) {
            return refusal;
        }
        var guarded = listener.answering().guarded;
        var claim = gate.onAck(handshakes.epoch(nowNanos), hash, segment, syn, guarded);
        if (claim != SynGate.Claim.GOOD) {
            // It may be good when more is said, and until then a RST would be a mistake.
            return claim == SynGate.Claim.DOUBTFUL && guarded.defers(segment) ? DropReason.NO_CONNECTION : null;
        }
        gate.reset(ref);
        row.set(syn);
        return completedByCookie(nowNanos, gate, hash, listener);
    }

    /// Second: "check the RST bit". Only the exact sequence number resets (RFC 5961 §3.2).
    private DropReason reset(SynGate gate, int ref) {
        if (segment.seq() != row.irs() + 1) {
            return challenge(gate, ref);
        }
        handshakes.answering(row.listener()).synAck.wasReset();
        gate.reset(ref);
        return DropReason.NONE;
    }

    /// An ACK that says where this side is. It would be longer than what it answers where only the handshake has
    /// timestamps, as with most RSTs: those are not answered.
    private DropReason challenge(SynGate gate, int ref) {
        boolean longer = row.timestamps() && !segment.hasTimestamps();
        if (!longer && handshakes.room() && gate.mayChallenge(ref)) {
            handshakes.challenge(row);
        }
        return DropReason.NONE;
    }

    /// Fifth: "check the ACK field".
    private DropReason acknowledged(long nowNanos, SynGate gate, int ref, long hash, Listener listener) {
        var answering = handshakes.answering(row.listener());
        if (segment.ack() != row.iss() + 1) {
            return replies.reset(nowNanos, segment);
        }
        if (listener.answering().guarded.defers(segment)) {
            gate.deferred(ref);
            return DropReason.NONE;
        }
        if (listener.acceptQueueFull()) {
            gate.hold(ref);
            counters.count(StackCounters.ACCEPT_QUEUE_FULL);
            return DropReason.BACKLOG_FULL;
        }
        if (!sockets.room(nowNanos)) {
            gate.hold(ref);
            return DropReason.NO_MEMORY;
        }
        // While a client is waited for that has answered, the SYN-ACK is sent again although it was not lost.
        int timeouts = listener.options().defersAccept() ? 0 : gate.retransmissions(ref);
        boolean again = gate.sentAgain(ref);
        long sentNanos = again
                ? Deadlines.NONE
                : handshakes.nanos(gate.sentNanos(ref, handshakes.clock(nowNanos), answering.guarded));
        gate.completed(ref, handshakes.epoch(nowNanos), hash);
        born = births.resume(nowNanos, listener, answering.synAck, row, sentNanos, again, timeouts);
        return DropReason.NONE;
    }

    /// An ACK to a listener, of a tuple that has neither connection nor row: it may complete a handshake by its
    /// cookie. LISTEN: "Any acknowledgment is bad if it arrives on a connection still in the LISTEN state. An
    /// acceptable reset segment should be formed for any arriving ACK-bearing segment."
    DropReason toListener(long nowNanos, long hash, Listener listener) {
        var gate = handshakes.gate();
        if (gate == null || segment.syn()) {
            return replies.reset(nowNanos, segment);
        }
        // Asked for before the cookie is consumed: it is good once.
        var refusal = refusal(nowNanos, gate, hash, listener);
        if (refusal != DropReason.NONE) {
            return refusal;
        }
        return switch (gate.onAck(handshakes.epoch(nowNanos), hash, segment, row, listener.answering().guarded)) {
            case GOOD -> completedByCookie(nowNanos, gate, hash, listener);
            case DOUBTFUL -> DropReason.NO_CONNECTION;
            case STRANGE -> replies.reset(nowNanos, segment);
        };
    }

    /// Whether there is room for what an ACK may complete, if need be in a row that waits.
    private DropReason refusal(long nowNanos, SynGate gate, long hash, Listener listener) {
        if (listener.acceptQueueFull()) {
            return gate.canHold(hash, listener.answering().guarded) ? DropReason.NONE : DropReason.BACKLOG_FULL;
        }
        return sockets.room(nowNanos) ? DropReason.NONE : DropReason.NO_MEMORY;
    }

    private DropReason completedByCookie(long nowNanos, SynGate gate, long hash, Listener listener) {
        if (listener.acceptQueueFull()) {
            gate.hold(handshakes.clock(nowNanos), handshakes.epoch(nowNanos), hash, row, listener.answering().guarded);
            counters.count(StackCounters.ACCEPT_QUEUE_FULL);
            return DropReason.BACKLOG_FULL;
        }
        var synAck = handshakes.answering(row.listener()).synAck;
        born = births.resume(nowNanos, listener, synAck, row, Deadlines.NONE, true, 0);
        return DropReason.NONE;
    }
}
