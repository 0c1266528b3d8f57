package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

/// What may be sent by one end: sequence space, the peer's window, Nagle, silly windows, the FIN. Positions are
/// counted from the SYN, which is octet 0, and never wrap; the first octet of text is 1.
///
/// Threads: the simulation's.
final class Sender {
    private final End end;
    final Pace pace;
    final RoundTrip roundTrip;
    final Refusal refusal;

    private boolean begun;
    int iss;
    /// Beyond everything sent.
    long top;
    /// Up to here acknowledged.
    long acked;
    /// Where the FIN stands, once it was sent.
    long finAt = -1;

    /// The peer's window as the newest of its segments says.
    long window;
    long windowMax;
    private long windowSegment;
    private long windowUpTo;
    /// The furthest that it was ever opened.
    private long rightMax;
    private int peerScale;
    private int mssOfPeer;
    private int synScale = -1;
    private boolean synTimestamps;
    private boolean synSack;
    /// Octets that the SYN carried.
    private int synText;
    /// Up to here the peer has said that something arrived.
    long sackedTo;
    private boolean smaller;
    private boolean stamped;
    private int lastStamp;

    Sender(End end) {
        this.end = end;
        this.roundTrip = new RoundTrip(end);
        this.refusal = new Refusal(end);
        this.pace = new Pace(end, this);
    }

    /// What a segment says that leaves the window as it is.
    int windowField() {
        return (int) (window >> (end.scaling ? peerScale : 0));
    }

    private void taken() {
        refusal.taken();
        var user = end.party;
        if (user != null && !end.owes(user)) {
            user.allTaken();
        }
    }

    boolean finAcked() {
        return finAt >= 0 && acked > finAt;
    }

    /// Whether a SYN with this number is another connection's.
    boolean begunWithAnother(int number) {
        return begun && number != iss;
    }

    int numberOf(long position) {
        return iss + (int) position;
    }

    long positionOf(int number) {
        return top + (number - (iss + (int) top));
    }

    /// The most text that one segment may carry.
    int segmentMax() {
        int offered = end.mssOffered();
        int peer = mssOfPeer > 0 ? mssOfPeer : end.v4 ? 536 : 1220;
        int mss = Math.max(Math.min(end.config.mssMin(), offered), Math.min(peer, offered));
        return Math.max(1, mss - (end.timestamps ? 12 : 0));
    }

    /// Somebody says that the path carries less: what is under way may be sent again at once, in segments of
    /// another size, and what is full cannot be told from outside any more.
    void mayBeSmaller() {
        smaller = true;
        pace.repairs();
    }

    /// Large segments may have vanished without a word.
    void mayGuess() {
        smaller = true;
    }

    /// The peer's SYN or SYN-ACK was taken.
    void peerOpens(Packet syn) {
        mssOfPeer = syn.mss;
        if (begun) {
            end.scaling = synScale >= 0 && syn.windowScale >= 0;
            end.timestamps = synTimestamps && syn.timestamps;
            end.selectiveAcks = synSack && syn.sackPermitted;
        }
        peerScale = Math.clamp(syn.windowScale, 0, 14);
        window = syn.window;
        refusal.windowIs(window);
        windowMax = window;
        windowSegment = 0;
        windowUpTo = syn.has(Packet.ACK) ? acked : 0;
        rightMax = Math.max(rightMax, 1 + window);
    }

    /// A segment leaves.
    void sends(Packet packet) {
        stamps(packet);
        if (packet.has(Packet.RST)) {
            resets(packet);
        } else if (packet.has(Packet.SYN)) {
            opens(packet);
        } else if (packet.pureAck()) {
            acknowledges(packet);
        } else {
            text(packet);
        }
    }

    private void stamps(Packet packet) {
        if (!packet.timestamps) {
            return;
        }
        check(
                !stamped || packet.tsVal - lastStamp >= 0,
                Oracle.TIMESTAMP,
                "%s: its timestamp goes back from %d to %d",
                end.name,
                lastStamp,
                packet.tsVal);
        stamped = true;
        lastStamp = packet.tsVal;
        roundTrip.stamped(packet.tsVal);
    }

    private void opens(Packet packet) {
        roundTrip.leaves(0, 1);
        if (!begun) {
            begun = true;
            iss = packet.seq;
            synScale = packet.windowScale;
            synTimestamps = packet.timestamps;
            synSack = packet.sackPermitted;
            end.active |= !packet.has(Packet.ACK);
            synText = packet.textLength;
            top = 1L + synText;
            written(packet);
            pace.opened();
            return;
        }
        end.watch.synsAgain++;
        end.watch.synsByTimer += end.arrivals == 0 ? 1 : 0;
        check(packet.seq == iss, Oracle.SEQUENCE, "%s repeats its SYN with another number: %s", end.name, packet);
        boolean reply = end.active && packet.has(Packet.ACK);
        check(
                reply || (packet.windowScale == synScale && packet.timestamps == synTimestamps),
                Oracle.OPTIONS,
                "%s repeats its SYN with other options: %s",
                end.name,
                packet);
        check(packet.textLength == 0, Oracle.SEQUENCE, "%s repeats the text of its SYN: %s", end.name, packet);
        check(acked < 1, Oracle.SEQUENCE, "%s repeats a SYN that was acknowledged: %s", end.name, packet);
        if (!end.active && pace.patienceIsOver()) {
            // Who answers a SYN may have given the first try up, and this is another, with the same number.
            roundTrip.anew();
        }
        pace.again(0, 1);
    }

    /// The text of a SYN is what the user wrote before.
    private void written(Packet packet) {
        var user = end.party;
        check(
                synText == 0 || (user != null && user.written() >= synText),
                Oracle.SEQUENCE,
                "%s sends text with its SYN that nobody has written: %s",
                end.name,
                packet);
        content(packet, 1);
    }

    private void resets(Packet packet) {
        if (packet.has(Packet.ACK)) {
            check(
                    positionOf(packet.seq) == acceptable(),
                    Oracle.RESET_FORM,
                    "%s resets at %d; it has sent up to %d, acknowledged is %d, the window %d: %s",
                    end.name,
                    positionOf(packet.seq),
                    top,
                    acked,
                    window,
                    packet);
            end.dies(End.Death.RESET_SENT);
        } else if (end.resets(packet)) {
            check(
                    positionOf(packet.seq) <= top,
                    Oracle.RESET_FORM,
                    "%s resets at %d, but has sent up to %d: %s",
                    end.name,
                    positionOf(packet.seq),
                    top,
                    packet);
            end.dies(End.Death.RESET_SENT);
        } else {
            // An answer to a segment with an acknowledgement that cannot be: the connection goes on.
            check(
                    acked < 1,
                    Oracle.RESET_FORM,
                    "%s answers with a RST in the middle of a connection: %s",
                    end.name,
                    packet);
        }
    }

    private void acknowledges(Packet packet) {
        long at = positionOf(packet.seq);
        check(
                at == acceptable(),
                Oracle.SEQUENCE,
                "%s sends a pure ACK at %d; it has sent up to %d, acknowledged is %d, the window %d: %s",
                end.name,
                at,
                top,
                acked,
                window,
                packet);
    }

    /// Where what carries no text comes from: a window counts from behind the SYN, whether that is
    /// acknowledged or not, for who opens fast has text under way.
    private long acceptable() {
        return Math.min(top, Math.max(1, acked) + window);
    }

    private void text(Packet packet) {
        long from = positionOf(packet.seq);
        long to = from + packet.length();
        place(packet, from, to);
        window(packet, from, to);
        content(packet, from);
        if (packet.textLength > 0 && from >= top) {
            worthIt(packet, from);
        }
        counts(from, to);
        roundTrip.leaves(from, to);
        pace.text(from, to, packet.textLength);
        if (packet.has(Packet.FIN)) {
            finAt = to - 1;
        }
        top = Math.max(top, to);
    }

    /// What went with the SYN and was not taken goes again, too.
    private void counts(long from, long to) {
        boolean again = from < Math.max(top, 1L + synText);
        boolean probe = window == 0 && from == acked && to == from + 1;
        end.watch.textAgain += again && !probe ? 1 : 0;
        end.watch.probesAgain += again && probe ? 1 : 0;
    }

    private void place(Packet packet, long from, long to) {
        check(
                from >= acked,
                Oracle.SEND_WINDOW,
                "%s sends from %d, but up to %d is acknowledged: %s",
                end.name,
                from,
                acked,
                packet);
        check(from <= top, Oracle.SEQUENCE, "%s leaves a gap from %d to %d: %s", end.name, top, from, packet);
        check(
                packet.textLength <= segmentMax(),
                Oracle.SEGMENT_SIZE,
                "%s sends %d octets in a segment that may have %d: %s",
                end.name,
                packet.textLength,
                segmentMax(),
                packet);
        var user = end.party;
        check(user != null, Oracle.SEQUENCE, "%s sends text that nobody has written: %s", end.name, packet);
        long written = user == null ? 0 : user.written();
        boolean fin = packet.has(Packet.FIN);
        check(
                to - (fin ? 1 : 0) <= 1 + written,
                Oracle.SEQUENCE,
                "%s sends up to %d, its user wrote %d octets: %s",
                end.name,
                to,
                written,
                packet);
        boolean finRight = user != null && user.sendClosed() && to - 1 == 1 + written;
        check(
                !fin || finRight,
                Oracle.FIN_PLACE,
                "%s has its FIN at %d, its user wrote %d octets: %s",
                end.name,
                to - 1,
                written,
                packet);
        check(
                finAt < 0 || to <= finAt + 1,
                Oracle.FIN_PLACE,
                "%s sends up to %d, beyond its FIN at %d: %s",
                end.name,
                to,
                finAt,
                packet);
        boolean last = packet.textLength > 0 && to - (fin ? 1 : 0) == 1 + written;
        check(!last || packet.has(Packet.PSH), Oracle.PUSH, "%s does not push its last octets: %s", end.name, packet);
    }

    private void window(Packet packet, long from, long to) {
        boolean probe = from == acked && to == from + 1 && window == 0;
        check(
                to <= rightMax || probe,
                Oracle.SEND_WINDOW,
                "%s sends up to %d, but the window was never opened beyond %d: %s",
                end.name,
                to,
                rightMax,
                packet);
    }

    private void content(Packet packet, long from) {
        var user = end.party;
        if (user == null || packet.textLength == 0) {
            return;
        }
        int wrong = Content.mismatch(user.stream(), from - 1, packet.octets, packet.textAt, packet.textLength);
        check(wrong < 0, Oracle.SAME_OCTETS, "%s sends a wrong octet at %d: %s", end.name, from + wrong, packet);
    }

    /// New text: whether a segment of this size may be sent now (RFC 9293 §3.7.4, §3.8.6.2.1).
    private void worthIt(Packet packet, long from) {
        var user = end.party;
        boolean full = packet.textLength == segmentMax();
        boolean large = 2L * packet.textLength >= windowMax;
        boolean waits = Math.max(1, acked) < from;
        // What went with the SYN and was not taken goes once more as it was.
        boolean was = from + packet.textLength <= 1 + synText;
        if (user == null || full || large || was || !waits || smaller || end.watch.narrow) {
            return;
        }
        boolean more = from + packet.textLength < 1 + user.written();
        boolean mayBeSmall = end.config.noDelay() || user.sendClosed();
        if ((more || !mayBeSmall) && pace.probesTail()) {
            return;
        }
        check(
                !more,
                Oracle.SILLY_SENDER,
                "%s sends %d octets, has more to send, and could send %d: %s",
                end.name,
                packet.textLength,
                segmentMax(),
                packet);
        check(
                mayBeSmall,
                Oracle.NAGLE,
                "%s sends %d octets while %d wait for their acknowledgement: %s",
                end.name,
                packet.textLength,
                from - acked,
                packet);
    }

    /// Whether an acknowledgement is one of the SYN, perhaps with some of its text.
    boolean answersSyn(Packet packet) {
        long upTo = positionOf(packet.ack);
        return upTo >= 1 && upTo <= 1 + synText && top == 1 + synText;
    }

    /// The SYN-ACK that answers our SYN.
    void synAcked(Packet packet) {
        long upTo = positionOf(packet.ack);
        roundTrip.acknowledged(packet, upTo);
        synTextJudged(upTo);
        acked = upTo;
        taken();
        windowUpTo = upTo;
        rightMax = Math.max(rightMax, upTo + window);
        pace.advanced(upTo);
    }

    /// The peer says how much of the SYN's text it has taken: the rest was never sent (RFC 7413 §4.2.2).
    void synTextJudged(long upTo) {
        if (end.active && synText > 0 && acked < 1) {
            top = Math.min(top, Math.max(1, upTo));
        }
    }

    /// Octets that the SYN carried.
    int synText() {
        return synText;
    }

    /// Whether an ACK field is neither of what was never sent nor of what was acknowledged long ago (RFC 5961 §5.2).
    boolean bears(Packet packet) {
        long upTo = positionOf(packet.ack);
        return upTo <= top && upTo >= acked - windowMax;
    }

    /// The ACK field of a segment that is acceptable so far.
    ///
    /// @param segment where it begins in the peer's stream
    /// @return whether the rest of the segment counts
    boolean ackArrives(Packet packet, long segment) {
        if (!bears(packet)) {
            return false;
        }
        long upTo = positionOf(packet.ack);
        long before = window;
        long offered = (long) packet.window << (packet.has(Packet.SYN) || !end.scaling ? 0 : peerScale);
        rightMax = Math.max(rightMax, upTo + offered);
        boolean newer = upTo > acked || windowSegment < segment || (windowSegment == segment && windowUpTo <= upTo);
        if (upTo >= acked && newer) {
            window = offered;
            if (offered == 0) {
                roundTrip.windowClosed();
            }
            refusal.windowIs(offered);
            windowMax = Math.max(windowMax, offered);
            windowSegment = segment;
            windowUpTo = upTo;
        }
        for (int i = 0; i < packet.sackCount; i++) {
            // Someone else may have made the peer report what was never sent, or reports it himself.
            long from = positionOf(packet.sackFrom[i]);
            long to = positionOf(packet.sackTo[i]);
            sackedTo = from >= acked && from < to && to <= top ? Math.max(sackedTo, to) : sackedTo;
        }
        long flight = top - acked;
        if (upTo > acked) {
            long count = upTo - acked;
            roundTrip.acknowledged(packet, upTo);
            acked = upTo;
            taken();
            pace.advanced(count);
        } else if (upTo == acked && acked < top && packet.length() == 0 && window == before && before > 0) {
            pace.duplicate();
        }
        boolean echo = packet.has(Packet.ECE) && !packet.has(Packet.SYN) && end.echoes;
        if (echo && upTo == acked && flight > 0) {
            pace.marked(flight);
        }
        pace.heard();
        pace.windowIs(before);
        return true;
    }

    /// The handshake is complete: what RFC 9293 says about SND.WL1 then.
    void completes(long segment) {
        windowSegment = segment - 1;
        windowUpTo = acked;
    }

    /// Octets of text, and the FIN, that were not sent yet.
    long unsent() {
        var user = end.party;
        if (user == null) {
            return 0;
        }
        long all = 1 + user.written() + (user.sendClosed() ? 1 : 0);
        return Math.max(0, all - top);
    }

    void settled() {
        if (end.established() && end.party != null) {
            idle();
        }
        pace.settled();
        roundTrip.settled();
    }

    /// Nothing under way, the window open: what there is must have been sent.
    private void idle() {
        long usable = acked + window - top;
        long unsent = unsent();
        boolean whole = usable >= unsent && unsent <= segmentMax();
        if (acked == top && unsent > 0 && (whole || usable >= segmentMax())) {
            check(
                    false,
                    Oracle.IDLE_SENDER,
                    "%s has %d octets to send, a window of %d and nothing under way, but sends nothing",
                    end.name,
                    unsent,
                    usable);
        }
    }

    void sweep() {
        pace.sweep();
        refusal.sweep();
    }

    @Override
    public String toString() {
        return "sent up to " + top + ", acknowledged " + acked + ", window " + window + ", unsent " + unsent();
    }
}
