package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

import dev.levee.sim.Times;
import org.jspecify.annotations.Nullable;

/// What one end must say about what it was given: acknowledgements, windows, timestamps. Positions are counted
/// from the peer's SYN, which is octet 0.
///
/// The procedure is that of RFC 9293 §3.10.7.4 with RFC 7323 and RFC 5961, written once more.
///
/// Threads: the simulation's.
final class Receiver {
    /// In any second. The largest budget of a second is half of that; it begins those seconds when it likes.
    private static final int CHALLENGES_MAX = 30;

    private final End end;
    private final Ranges arrived = new Ranges();
    /// All that ever came, for when the host may have forgotten some of it.
    private final Ranges ever = new Ranges();
    private final Selective selective;

    boolean known;
    private int irs;
    /// Up to here everything has arrived.
    long next;
    private long finAt = -1;
    boolean finReached;
    /// Whether the host may have forgotten or refused something, so that only bounds are certain.
    private boolean vague;
    /// Whether some of the segment that arrives now was there already.
    private boolean comesAgain;

    private long promised;
    private long acknowledgedTo;
    private int ownScale = -1;
    private int ownWindow;
    private int lastWindow = -1;
    private int synOptions;
    /// Whether our own last SYN asked for marks.
    private boolean asksForEchoes;

    private int recent;
    private boolean peerOffersMss;
    private int segmentMax = 1;
    private long waiting;
    private long waitingSinceNanos;
    private @Nullable String ackDue;
    private int reasons;
    private boolean challenged;
    private int challengeCount;
    private long challengeNanos;

    Receiver(End end) {
        this.end = end;
        this.selective = new Selective(end, this);
    }

    int numberOf(long position) {
        return irs + (int) position;
    }

    /// The right edge of the window that was opened.
    long promised() {
        return promised;
    }

    boolean peerOffersMss() {
        return peerOffersMss;
    }

    /// TS.Recent.
    int recent() {
        return recent;
    }

    /// Adds to `found` what of `[from, to)` has arrived before.
    ///
    /// @return whether there is any
    boolean overlap(long from, long to, Ranges found) {
        long left = Math.max(from, 1);
        long right = Math.min(to, next);
        found.add(left, right);
        boolean beyond = ever.common(Math.max(from, next), to, found);
        return left < right || beyond;
    }

    /// Whether these octets, the FIN perhaps among them, are one range beyond a gap; where the host may have
    /// forgotten some, part of one.
    boolean hasRange(long from, long to) {
        long text = finAt >= 0 && to == finAt + 1 ? finAt : to;
        if (from == text) {
            return true;
        }
        return vague ? ever.has(from, text) : arrived.is(from, text);
    }

    int rangeCount() {
        return arrived.count();
    }

    long positionOf(int number) {
        return next + (number - (irs + (int) next));
    }

    /// The peer's SYN is taken.
    void opens(Packet syn) {
        known = true;
        irs = syn.seq;
        next = 1;
        acknowledgedTo = 0;
        // What our own SYN has promised, if we were first.
        promised = 1L + ownWindow;
        recent = syn.tsVal;
        peerOffersMss = syn.mss > 0;
        end.echoes = syn.has(Packet.ACK) && asksForEchoes && syn.has(Packet.ECE) && !syn.has(Packet.CWR);
        synOptions = (syn.windowScale >= 0 ? 1 : 0) | (syn.timestamps ? 2 : 0) | (syn.sackPermitted ? 4 : 0);
        end.sender.peerOpens(syn);
        var user = end.party;
        if (user != null) {
            user.meets(irs);
        }
    }

    /// So many octets of the peer's SYN were taken with it.
    void takesSynText(int octets) {
        ever.add(1, 1L + octets);
        next = 1L + octets;
    }

    /// A segment with an ACK leaves.
    void acknowledges(Packet packet) {
        if (!known) {
            // A RST in answer to something that cannot be.
            check(packet.has(Packet.RST), Oracle.ACK_RANGE, "%s acknowledges before a SYN came: %s", end.name, packet);
            return;
        }
        long upTo = positionOf(packet.ack);
        long reach = vague ? Math.max(next, ever.end(1) + (finAt >= 0 ? 1 : 0)) : next;
        check(
                upTo <= reach,
                Oracle.ACK_RANGE,
                "%s acknowledges up to %d, but only up to %d has arrived: %s",
                end.name,
                upTo,
                reach,
                packet);
        check(
                vague ? upTo >= acknowledgedTo : upTo == next,
                Oracle.ACK_CURRENT,
                "%s acknowledges up to %d, but up to %d has arrived: %s",
                end.name,
                upTo,
                vague ? acknowledgedTo : next,
                packet);
        echoes(packet);
        selective.leaves(packet, upTo);
        if (!packet.has(Packet.RST)) {
            promises(packet, upTo);
        }
        acknowledgedTo = upTo;
        checkDelay();
        waiting = 0;
        ackDue = null;
    }

    private void echoes(Packet packet) {
        if (!packet.timestamps || packet.has(Packet.RST)) {
            return;
        }
        check(
                packet.tsEcr == recent || vague,
                Oracle.TIMESTAMP,
                "%s echoes timestamp %d, RFC 7323 makes it %d: %s",
                end.name,
                packet.tsEcr,
                recent,
                packet);
    }

    private int unit() {
        return end.scaling && ownScale > 0 ? 1 << ownScale : 1;
    }

    private void promises(Packet packet, long upTo) {
        boolean syn = packet.has(Packet.SYN);
        long edge = upTo + (long) packet.window * (syn ? 1 : unit());
        // The window of a SYN is not scaled, so that a repeated one cannot say what was promised since.
        check(
                syn || edge > promised - unit(),
                Oracle.RIGHT_EDGE,
                "%s takes its window back from %d to %d: %s",
                end.name,
                promised,
                edge,
                packet);
        var user = end.party;
        long read = user == null ? 0 : user.read();
        int capacity = end.config.receiveBufferBytes();
        // Only a user who reads gets a larger buffer: four times what he took in a round trip, which may have
        // been measured when only three quarters of it were over.
        long most = Math.max(capacity, Math.min(end.config.receiveBufferBytesMax(), 16 * read / 3));
        check(
                edge <= 1 + read + most + (finReached || vague ? 1 : 0),
                Oracle.BUFFER,
                "%s opens its window up to %d; its user has read %d and the buffer holds %d: %s",
                end.name,
                edge,
                read,
                most,
                packet);
        long gain = edge - promised;
        boolean silly = acknowledgedTo > 0
                && gain >= unit() + (finReached ? 1 : 0)
                && gain < Math.min((capacity - unit()) / 2, end.mssOffered()) - unit();
        check(!silly, Oracle.SILLY_RECEIVER, "%s opens its window by %d only: %s", end.name, gain, packet);
        storm(packet, gain > 0);
        promised = Math.max(promised, edge);
        lastWindow = packet.window;
    }

    /// This end's own SYN or SYN-ACK leaves.
    void ownSyn(Packet syn) {
        ownScale = syn.windowScale;
        ownWindow = syn.window;
        check(syn.windowScale <= 14, Oracle.OPTIONS, "%s offers a window scale of %d", end.name, syn.windowScale);
        asksForEchoes = syn.has(Packet.ECE) && syn.has(Packet.CWR);
        if (!syn.has(Packet.ACK)) {
            return;
        }
        end.echoes = syn.has(Packet.ECE);
        boolean allowed = (syn.windowScale < 0 || (synOptions & 1) != 0)
                && (!syn.timestamps || (synOptions & 2) != 0)
                && (!syn.sackPermitted || (synOptions & 4) != 0);
        check(allowed, Oracle.OPTIONS, "%s answers a SYN with options that it did not have: %s", end.name, syn);
        // The answer decides.
        end.scaling = syn.windowScale >= 0 && (synOptions & 1) != 0;
        end.timestamps = syn.timestamps && (synOptions & 2) != 0;
        end.selectiveAcks = syn.sackPermitted && (synOptions & 4) != 0;
    }

    /// A pure ACK answers something, or opens the window, or was waited for.
    private void storm(Packet packet, boolean opens) {
        if (!packet.pureAck()) {
            reasons = 0;
            return;
        }
        boolean late = waiting > 0;
        if (challenged && !late && !opens && ackDue == null) {
            challenges();
        }
        check(
                opens || late || reasons > 0 || packet.window != lastWindow,
                Oracle.ACK_STORM,
                "%s sends an ACK that nothing asks for: %s",
                end.name,
                packet);
        reasons = Math.max(0, reasons - 1);
    }

    /// Segments that make no sense are answered, but not without end (RFC 5961 §7).
    private void challenges() {
        long now = end.host.nowNanos();
        if (challengeCount == 0 || now - challengeNanos >= Times.SECOND) {
            challengeNanos = now;
            challengeCount = 0;
        }
        challengeCount++;
        check(
                challengeCount <= CHALLENGES_MAX,
                Oracle.LIMITS,
                "%s has answered %d senseless segments within a second",
                end.name,
                challengeCount);
    }

    private void checkDelay() {
        if (waiting > 0 && !vague) {
            long waited = end.quietNanos(waitingSinceNanos);
            check(
                    waited <= end.config.delayedAckNanos(),
                    Oracle.ACK_DELAY,
                    "%s acknowledges after %s s; configured are %s s",
                    end.name,
                    Times.format(waited),
                    Times.format(end.config.delayedAckNanos()));
        }
    }

    /// A segment that the host has taken in.
    void arrives(Packet packet) {
        long begin = positionOf(packet.seq);
        reasons += asksForNothing(packet, begin) ? 0 : 1;
        boolean bare = packet.length() == 0 || packet.has(Packet.SYN);
        boolean unsent = packet.has(Packet.ACK) && end.sender.positionOf(packet.ack) > end.sender.top;
        challenged = known && (unsent || packet.has(Packet.SYN) || packet.has(Packet.RST) || (bare && begin < next));
        if (!known) {
            synSent(packet);
            return;
        }
        boolean repeated =
                end.sender.acked < 1 && packet.has(Packet.SYN) && !packet.has(Packet.RST) && packet.seq == irs;
        if (repeated) {
            if (packet.has(Packet.ACK) && end.sender.answersSyn(packet)) {
                end.sender.synTextJudged(end.sender.positionOf(packet.ack));
                end.sender.completes(0);
                end.sender.ackArrives(packet, 0);
                due("it completes the handshake");
            } else if (!packet.has(Packet.ACK) && packet.timestamps && packet.tsVal - recent > 0) {
                // Each SYN-ACK echoes the SYN that it answers.
                recent = packet.tsVal;
            }
            return;
        }
        long from = positionOf(packet.seq);
        comesAgain = !packet.has(Packet.SYN) && selective.arrives(from, from + packet.textLength);
        if (acceptable(packet, from)) {
            inWindow(packet, from);
        }
    }

    /// Whether nothing of the segment is answered: a RST outside of the window, and an ACK in its place, which is about
    /// what this end has sent. Who answered the latter would talk to himself for ever, were his peer as he is.
    private boolean asksForNothing(Packet packet, long begin) {
        boolean within = begin == next || (begin > next && begin < promised) || fromTheEdge(packet, begin);
        if (packet.has(Packet.RST)) {
            return known && !within;
        }
        // Where the end of the stream has come, what lies beyond it makes no sense (RFC 9293 §3.10.7.4, TIME-WAIT).
        if (!known || vague || !packet.pureAck() || !within || (finReached && begin != next)) {
            return false;
        }
        boolean old = end.timestamps && packet.timestamps && packet.tsVal - recent < 0;
        return !old && packet.has(Packet.ACK) && end.sender.bears(packet);
    }

    private void synSent(Packet packet) {
        boolean right = packet.has(Packet.ACK) && end.sender.answersSyn(packet);
        if (packet.has(Packet.ACK) && !right) {
            return;
        }
        if (packet.has(Packet.RST)) {
            if (right) {
                end.watch.resetsIn++;
                end.dies(End.Death.REFUSED);
            }
            return;
        }
        if (packet.has(Packet.SYN)) {
            opens(packet);
            if (right) {
                end.sender.synAcked(packet);
                due("it completes the handshake");
            }
        }
    }

    /// Whether this is the SYN of a connection that may begin where this one is in TIME-WAIT (RFC 9293 §3.6.1):
    /// by RFC 6191 newer by its timestamp where both have them, or the first to have one; otherwise newer by its
    /// sequence number.
    boolean isFollowedBy(Packet packet) {
        if ((packet.flags & (Packet.SYN | Packet.ACK | Packet.RST | Packet.FIN)) != Packet.SYN) {
            return false;
        }
        if (end.timestamps && packet.timestamps && packet.tsVal != recent) {
            return packet.tsVal - recent > 0;
        }
        boolean first = !end.timestamps && packet.timestamps && end.config.timestamps();
        return first || positionOf(packet.seq) > next;
    }

    private boolean acceptable(Packet packet, long from) {
        boolean rst = packet.has(Packet.RST);
        boolean text = packet.length() > 0 && !packet.has(Packet.SYN);
        if (end.timestamps && !rst) {
            if (!packet.timestamps) {
                return false;
            }
            if (packet.tsVal - recent < 0) {
                unacceptable(text, "its timestamp is old");
                return false;
            }
        }
        long window = promised - next;
        long length = packet.length();
        boolean begins = from >= next && from < next + window;
        boolean ends = from + length > next && from + length <= next + window;
        boolean fits = window == 0 ? from == next : begins || (length > 0 && ends);
        if (!fits && !fromTheEdge(packet, from)) {
            boolean finAgain = packet.has(Packet.FIN) && !packet.has(Packet.SYN) && !rst && from + length == next;
            if (finAgain && end.timeWaitSinceHostNanos >= 0) {
                end.timeWaitSinceHostNanos = end.host.nowNanos();
            }
            unacceptable(text && !rst, "it lies outside of the window");
            return false;
        }
        return true;
    }

    /// Who has filled the window acknowledges from there, or from behind his FIN, which fits there.
    private boolean fromTheEdge(Packet packet, long from) {
        boolean edge = from == promised || (finAt >= 0 && from == finAt + 1);
        return edge && packet.pureAck() && packet.has(Packet.ACK);
    }

    private void inWindow(Packet packet, long from) {
        if (packet.has(Packet.RST)) {
            boolean ends = from == next;
            if (ends && !vague) {
                end.dies(End.Death.RESET_ARRIVED);
            }
            end.watch.resetsIn += ends && !vague ? 1 : 0;
            end.watch.resetsPerhapsIn += vague ? 1 : 0;
            end.perhapsReset |= ends;
            return;
        }
        if (packet.has(Packet.SYN)) {
            // A connection that was opened fast has a user before its handshake is complete, and stays.
            if (end.sender.acked < 1 && !end.active && end.party == null) {
                end.dies(End.Death.RESET_ARRIVED);
            }
            return;
        }
        if (!packet.has(Packet.ACK)) {
            return;
        }
        if (end.sender.acked < 1) {
            long upTo = end.sender.positionOf(packet.ack);
            if (upTo < 1 || upTo > end.sender.top) {
                return;
            }
            end.sender.synTextJudged(upTo);
            end.sender.completes(from);
        }
        if (end.sender.ackArrives(packet, from)) {
            if (end.timestamps && packet.timestamps && packet.tsVal - recent >= 0 && from <= acknowledgedTo) {
                recent = packet.tsVal;
            }
            if (!finReached) {
                text(packet, from);
            }
        }
    }

    private void text(Packet packet, long from) {
        long to = from + packet.textLength;
        long cut = Math.min(to, promised);
        if (finAt >= 0) {
            cut = Math.min(cut, finAt);
        }
        long begin = Math.max(from, next);
        var user = end.party;
        if (packet.textLength > 0) {
            selective.owesDuplicate(comesAgain);
            if (cut <= begin) {
                due("it brings nothing new");
            } else if (user != null && user.receiveClosed()) {
                // The host resets; what follows is judged by the state.
                return;
            } else {
                takes(packet, from, begin, cut);
            }
        }
        if (packet.has(Packet.FIN) && finAt < 0 && to >= next && to <= promised) {
            finAt = to;
            due("it has the FIN");
        }
        if (finAt >= 0 && next == finAt) {
            finReached = true;
            next++;
            promised = Math.max(promised, next);
        }
    }

    private void takes(Packet packet, long from, long begin, long cut) {
        boolean gaps = arrived.count() > 0;
        arrived.add(begin, cut);
        ever.add(begin, cut);
        if (begin > next) {
            if (arrived.count() > Ranges.kept(end.config.receiveBufferBytes())) {
                makeVague();
            }
            selective.beyondGap(begin);
            due("it is out of order");
            return;
        }
        selective.inOrder();
        long count = cut - next;
        next = arrived.advance(next);
        segmentMax = Math.max(segmentMax, (int) Math.min(count, end.mssOffered()));
        if (waiting == 0) {
            waitingSinceNanos = end.watch.netNanos();
        }
        waiting += count;
        if (gaps || from < begin || cut < from + packet.textLength) {
            due("it fills a gap or overlaps");
        }
    }

    private void due(String why) {
        ackDue = why;
    }

    /// A segment is answered and otherwise ignored, if it has text or a FIN.
    private void unacceptable(boolean answered, String why) {
        if (answered) {
            ackDue = why;
            selective.owesDuplicate(comesAgain);
        }
    }

    boolean isVague() {
        return vague;
    }

    void makeVague() {
        vague = true;
        end.watch.vague = true;
    }

    /// Whether the peer's stream has ended, as far as can be known.
    boolean finished() {
        var user = end.party;
        return vague && user != null ? user.socket().tcp().connection().receiveFinished() : finReached;
    }

    /// Octets of text that have arrived in order.
    long text() {
        return known ? next - 1 - (finReached ? 1 : 0) : 0;
    }

    void settled() {
        // What came was answered by now, or is waited with.
        reasons = 0;
        resynchronise();
        if (vague || !end.established()) {
            return;
        }
        selective.settled();
        check(ackDue == null, Oracle.ACK_AT_ONCE, "%s does not acknowledge at once what it must: %s", end.name, ackDue);
        check(
                waiting < 2L * segmentMax,
                Oracle.ACK_SECOND,
                "%s has %d octets unacknowledged, segments have %d",
                end.name,
                waiting,
                segmentMax);
        check(
                waiting == 0 || end.config.delayedAckNanos() > 0,
                Oracle.ACK_DELAY,
                "%s delays an acknowledgement and should not",
                end.name);
        judgeUser();
    }

    /// Where the host may have refused something, its own count is believed.
    private void resynchronise() {
        var user = end.party;
        if (vague && user != null && end.established()) {
            var connection = user.socket().tcp().connection();
            finReached = connection.receiveFinished();
            next = 1 + connection.bytesReceived() + (finReached ? 1 : 0);
        }
    }

    private void judgeUser() {
        var user = end.party;
        if (user == null) {
            return;
        }
        long inOrder = user.socket().tcp().connection().bytesReceived();
        check(inOrder == text(), Oracle.ACK_CURRENT, "%s has %d octets, packets bring %d", end.name, inOrder, text());
        // Who has the FIN, behind a gap perhaps, has promised all the room that the peer will need.
        boolean mayWait = finAt < 0 && !finReached && !user.receiveClosed();
        boolean empty = user.read() == text() && mayWait;
        long open = promised - next;
        int enough = Math.min((end.config.receiveBufferBytes() - unit()) / 2, end.mssOffered()) - unit();
        check(
                !empty || open >= enough,
                Oracle.WINDOW_UPDATE,
                "%s has an empty buffer and lets its window stand at %d",
                end.name,
                open);
    }

    void sweep() {
        if (!vague && end.established()) {
            checkDelay();
        }
    }

    @Override
    public String toString() {
        return "arrived up to " + next + ", window up to " + promised + (finReached ? ", FIN" : "");
    }
}
