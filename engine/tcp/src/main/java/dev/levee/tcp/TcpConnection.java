package dev.levee.tcp;

import dev.levee.wire.Frame;
import dev.levee.wire.Segment;
import org.jspecify.annotations.Nullable;

/// One TCP connection (RFC 9293), without any input or output of its own.
///
/// Four kinds of methods:
/// - **input**: [#onSegment], [#onUnreachable]. They change state and mark what is due; they write nothing.
/// - **commands** of the user: [#written], [#consumed], [#closeSend], [#abort] and so on.
/// - **output**: [#poll] writes at most one packet; to be called until it says false, after every input, every
///   command and when [#nextDeadline] has come. `nextDeadline` may have changed after any of these calls.
/// - **getters**.
///
/// Time never goes back: each `nowNanos` is at least the one before.
///
/// Invariant: after `poll(now)` has said false, `nextDeadline()` lies after `now`, and nothing would be sent
/// before it.
///
/// Threads: shard.
public final class TcpConnection {

    /// An active OPEN: state SYN-SENT, the SYN is due.
    ///
    /// @param mtu the link's MTU in octets, IP header included
    /// @param iss the initial send sequence number (RFC 6528, chosen by the stack)
    /// @param timestampOffset added to this connection's timestamp clock
    public static TcpConnection open(
            long nowNanos,
            TcpConfig config,
            FourTuple tuple,
            int mtu,
            int iss,
            int timestampOffset,
            TcpContext context) {
        throw new AssertionError();
    }

    /// A SYN without ACK that a listener accepts: state SYN-RECEIVED, the SYN-ACK is due.
    public static TcpConnection accept(
            long nowNanos,
            TcpConfig config,
            FourTuple tuple,
            int mtu,
            int iss,
            int timestampOffset,
            Segment syn,
            TcpContext context) {
        throw new AssertionError();
    }

    /// SEGMENT ARRIVES (RFC 9293 §3.10.7), for a segment whose four-tuple is this connection's.
    public void onSegment(long nowNanos, Segment segment) {}

    /// An ICMP error about a segment of ours with sequence number `seq` (RFC 9293 §3.9.2.2).
    ///
    /// @return whether it was about something in flight; otherwise it was ignored
    public boolean onUnreachable(long nowNanos, CloseCause.IcmpReason reason, int seq) {
        return false;
    }

    /// Writes the next segment that is due, if any.
    ///
    /// @return whether one was written
    public boolean poll(long nowNanos, Frame out) {
        return false;
    }

    /// When [#poll] has something to do next if nothing else happens; [Deadlines#NONE] if never.
    public long nextDeadline() {
        return Deadlines.NONE;
    }

    /// The ring that the user's data is put into, taken from the pool when needed; null when the memory budget
    /// is spent. Free are the `sendRoom()` octets from position `bytesWritten()`.
    public @Nullable ByteRing sendRing() {
        return null;
    }

    /// Octets that can be written now; 0 when no more may be written ever.
    public int sendRoom() {
        return 0;
    }

    /// The user put `count` octets into the send ring, at most `sendRoom()`.
    public void written(long nowNanos, int count) {}

    /// The ring that holds received data; null while nothing was received. Readable are `available()` octets
    /// from position `bytesRead()`.
    public @Nullable ByteRing receiveRing() {
        return null;
    }

    /// Octets that can be read now, in order.
    public int available() {
        return 0;
    }

    /// The user took `count` octets, at most `available()`: the window may open.
    public void consumed(long nowNanos, int count) {}

    /// CLOSE (RFC 9293 §3.10.4): a FIN follows the data written so far. Receiving goes on. Again: no effect.
    public void closeSend(long nowNanos) {}

    /// The user will not read any more. Data that arrives from now on, or lies unread, resets the connection
    /// (RFC 9293 §3.6.1); with everything read and both sides closed, FIN-WAIT-2 is given `finWait2Nanos`.
    public void closeReceive(long nowNanos) {}

    /// ABORT (RFC 9293 §3.10.5): a RST is due where the peer knows of the connection; the state is CLOSED
    /// afterwards.
    public void abort(long nowNanos, CloseCause.AbortReason reason) {}

    /// The user's time to linger is over: as [#abort], with cause [CloseCause.Timeout#LINGER].
    public void lingerOver(long nowNanos) {}

    /// Nagle off (true) or on.
    public void noDelay(long nowNanos, boolean on) {}

    public FourTuple tuple() {
        throw new AssertionError();
    }

    public TcpState state() {
        throw new AssertionError();
    }

    /// SND.NXT: beyond everything that was ever sent.
    public int sndNxt() {
        return 0;
    }

    /// RCV.NXT.
    public int rcvNxt() {
        return 0;
    }

    /// The newest timestamp of the peer (TS.Recent), when timestamps are in use.
    public int tsRecent() {
        return 0;
    }

    /// Whether both sides agreed on timestamps.
    public boolean timestamps() {
        return false;
    }

    /// Whether this side opened actively.
    public boolean active() {
        return false;
    }

    /// How the connection ended for its user; null while it goes on. Set with the event ENDED: in TIME-WAIT
    /// already when everything was delivered.
    public @Nullable CloseCause cause() {
        return null;
    }

    /// Whether the peer's FIN has arrived and all data before it: after `available()` octets there is no more.
    public boolean receiveFinished() {
        return false;
    }

    /// Octets written by the user.
    public long bytesWritten() {
        return 0;
    }

    /// Octets of those that the peer has acknowledged.
    public long bytesAcknowledged() {
        return 0;
    }

    /// Octets received in order.
    public long bytesReceived() {
        return 0;
    }

    /// Octets that the user has taken.
    public long bytesRead() {
        return 0;
    }

    /// Whether our FIN was acknowledged.
    public boolean finAcked() {
        return false;
    }

    /// The bits of [TcpEvents] since the last call, cleared.
    public int takeEvents() {
        return 0;
    }

    /// Gives buffers back. To be called once, in state CLOSED, when the user has read what there is.
    public void release() {}
}
