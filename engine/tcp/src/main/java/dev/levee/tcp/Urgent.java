package dev.levee.tcp;

import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.Seq;
import dev.levee.wire.TcpFlags;

/// The urgent mechanism (RFC 9293 §3.8.5): a pointer into the stream that travels ahead of what it points at.
/// The octets themselves stay in line with all others; what sockets make of the last of them is theirs (RFC 6093
/// §3.1).
///
/// A peer who moves the pointer with every segment costs one event each, and no memory.
///
/// Threads: shard.
final class Urgent {
    private static final int POINTER_MAX = 0xffff;

    private Urgent() {}

    /// The sending half: a segment from `seq` says where the urgent data ends.
    ///
    /// When that is further away than the field can say, 0xffff is said only if it lies beyond everything sent: it
    /// will have moved on before an octet is there for a receiver to take for the urgent one.
    static void point(SendSpace snd, SegmentWriter writer, int seq) {
        if (!snd.urgent() || !Seq.lt(seq, snd.sndUp())) {
            return;
        }
        // "The urgent pointer ... MUST point to the sequence number of the octet following the urgent data".
        int pointer = Seq.distance(seq, snd.sndUp());
        if (pointer <= POINTER_MAX) {
            writer.urgent(pointer);
        } else if (Seq.gt(seq + POINTER_MAX, snd.sndMax)) {
            writer.urgent(POINTER_MAX);
        }
    }

    /// The receiving half: sixth step of SEGMENT ARRIVES. "RCV.UP <- max(RCV.UP,SEG.UP), and signal the user that
    /// the remote side has urgent data if the urgent pointer (RCV.UP) is in advance of the data consumed."
    static void arrives(Tcb tcb, Segment segment) {
        var rcv = tcb.rcv;
        // "This should not occur since a FIN has been received from the remote side. Ignore the URG."
        if (!segment.has(TcpFlags.URG) || !TextArrives.mayReceive(tcb)) {
            return;
        }
        long end = rcv.received + Seq.distance(rcv.rcvNxt, segment.seq() + segment.urgentPointer());
        if (end > rcv.urgentEnd) {
            rcv.urgentEnd = end;
            if (end > rcv.read) {
                tcb.events |= TcpEvents.URGENT;
            }
        }
    }
}
