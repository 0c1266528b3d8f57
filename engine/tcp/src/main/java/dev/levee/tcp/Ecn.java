package dev.levee.tcp;

import dev.levee.wire.Segment;
import dev.levee.wire.Seq;
import dev.levee.wire.TcpFlags;

/// Explicit congestion notification (RFC 3168): routers mark packets that they would drop otherwise, the
/// receiver echoes the mark, and the sender slows down although nothing was lost.
///
/// Threads: shard.
final class Ecn {
    /// The SYN that we sent asked for it.
    static final int ASKED = 0x01;
    /// Both sides agreed.
    static final int USED = 0x02;
    /// A mark has come: every ACK says so until the peer has slowed down.
    static final int ECHO = 0x04;
    /// The window was reduced: the next new text says so.
    static final int CWR_DUE = 0x08;
    /// Nothing sent since the last reduction was acknowledged: echoes are about what was sent before.
    static final int REDUCED = 0x10;
    /// Nobody remembers whether both sides agreed: marks are echoed, and none are asked for.
    static final int PERHAPS = 0x20;

    /// The two bits of the traffic class (RFC 3168 §5): sent in packets that may be marked, and the mark.
    static final int FIELD = 0x03;
    static final int ECT_0 = 0x02;
    static final int CE = 0x03;

    private static final int SETUP = TcpFlags.ECE | TcpFlags.CWR;
    private static final int QUICK_ACKS = 2;

    private Ecn() {}

    /// The bits of our SYN, or SYN-ACK when `reply`.
    static int synFlags(Tcb tcb, boolean reply) {
        if (reply) {
            return used(tcb) ? TcpFlags.ECE : 0;
        }
        // RFC 3168 §6.1.1.1: a host that hears nothing tries again with CWR and ECE cleared, in case something
        // on the way drops what it does not know.
        if (tcb.config.ecn() == EcnUse.ON && !tcb.synRetransmitted) {
            tcb.ecn |= ASKED;
            return SETUP;
        }
        tcb.ecn &= ~ASKED;
        return 0;
    }

    /// The peer's SYN or SYN-ACK: was it agreed on?
    static void synchronise(Tcb tcb, Segment syn) {
        int bits = syn.flags() & SETUP;
        boolean agreed;
        if (syn.hasAck()) {
            // RFC 3168 §6.1.1: both bits in a SYN-ACK come from a peer that sends back what it does not know.
            agreed = (tcb.ecn & ASKED) != 0 && bits == TcpFlags.ECE;
        } else {
            boolean wanted = tcb.active ? (tcb.ecn & ASKED) != 0 : tcb.config.ecn() != EcnUse.OFF;
            agreed = wanted && asks(syn);
        }
        tcb.ecn = agreed ? tcb.ecn | USED : tcb.ecn & ~USED;
    }

    /// Whether a SYN asks for it.
    private static boolean asks(Segment syn) {
        // RFC 3168 §6.1.1: "A host MUST NOT set ECT on SYN or SYN-ACK packets": where all packets have it, it means
        // nothing.
        return (syn.flags() & SETUP) == SETUP && (syn.ip().trafficClass() & FIELD) == 0;
    }

    /// Whether a listener agrees when it is asked by a SYN.
    static boolean agreed(TcpConfig config, Segment syn) {
        return config.ecn() != EcnUse.OFF && asks(syn);
    }

    /// It was agreed on, and the SYN-ACK has said so.
    static void agreed(Tcb tcb) {
        tcb.ecn |= USED;
    }

    /// It may have been agreed on by a SYN-ACK of which nothing but a cookie is left that has no room for it. A peer
    /// who has not agreed never sends what can be marked.
    static void perhaps(Tcb tcb) {
        tcb.ecn |= PERHAPS;
    }

    /// The peer's SYN once more. RFC 3168 §6.1.1: ECT is for hosts that have received no SYN without the bits.
    static void synAgain(Tcb tcb, Segment syn) {
        if ((syn.flags() & SETUP) != SETUP) {
            tcb.ecn &= ~USED;
        }
    }

    /// Whether the next ACK, in or out, does something about it.
    static boolean owes(Tcb tcb) {
        return (tcb.ecn & (ECHO | REDUCED)) != 0;
    }

    static boolean used(Tcb tcb) {
        return (tcb.ecn & USED) != 0;
    }

    /// The bits of a segment without SYN, and then what it carries.
    ///
    /// @param newText whether it carries text that was never sent, and is no probe
    static int flags(Tcb tcb, boolean newText) {
        int bits = (tcb.ecn & ECHO) != 0 ? TcpFlags.ECE : 0;
        if (newText && (tcb.ecn & CWR_DUE) != 0) {
            // RFC 3168 §6.1.2: CWR goes out "on the first new data packet sent after the window reduction".
            tcb.ecn &= ~CWR_DUE;
            bits |= TcpFlags.CWR;
        }
        return bits;
    }

    /// The traffic class of a segment: RFC 3168 §6.1.4 to §6.1.6: no ECT on pure ACKs, on what is
    /// retransmitted and on window probes, whose marks nobody would hear of or could trust.
    static int trafficClass(Tcb tcb, boolean newText) {
        int dscp = tcb.config.trafficClass() & ~FIELD;
        return newText && used(tcb) ? dscp | ECT_0 : dscp;
    }

    /// An acceptable segment with text: did the peer slow down, is this one marked?
    static void received(Tcb tcb, Segment segment) {
        if ((tcb.ecn & (USED | PERHAPS)) == 0) {
            return;
        }
        if (segment.has(TcpFlags.CWR) && (tcb.ecn & ECHO) != 0) {
            tcb.ecn &= ~ECHO;
            // It may wait with a small window.
            tcb.ackNow();
        }
        if ((segment.ip().trafficClass() & FIELD) == CE) {
            tcb.context.counters().count(TcpCounters.CONGESTION_MARKS_IN);
            if ((tcb.ecn & ECHO) == 0) {
                tcb.ecn |= ECHO;
                tcb.quickAcks = Math.max(tcb.quickAcks, QUICK_ACKS);
                tcb.ackQuickly(true);
            }
        }
    }

    /// Whether an ACK brings news of congestion. RFC 3168 §6.1.2: "TCP should not react to congestion
    /// indications more than once every window of data".
    ///
    /// @param flightBefore octets in flight before the ACK
    static boolean congested(Tcb tcb, Segment segment, int flightBefore) {
        var snd = tcb.snd;
        if ((tcb.ecn & REDUCED) != 0 && Seq.gt(snd.sndUna, tcb.ecnReducedTo)) {
            tcb.ecn &= ~REDUCED;
        }
        return (tcb.ecn & (USED | REDUCED)) == USED
                && segment.has(TcpFlags.ECE)
                && segment.ack() == snd.sndUna
                && flightBefore > 0;
    }

    /// The window is being reduced, for whatever reason.
    static void reduced(Tcb tcb) {
        if (used(tcb)) {
            tcb.ecn |= REDUCED | CWR_DUE;
            tcb.ecnReducedTo = tcb.snd.sndMax;
        }
    }
}
