package dev.levee.guard;

import dev.levee.wire.Handshake;
import dev.levee.wire.Segment;
import dev.levee.wire.Seq;
import dev.levee.wire.SipHash;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Decides what becomes of SYNs, and of the acknowledgements that complete their handshakes. It knows no connection
/// and no packet beside the one that it is asked about; whoever asks sends what it says.
///
/// The SYN-ACK's sequence number is always a cookie. A row in the [SynCache] adds that the SYN-ACK is sent again and
/// that options are exact. So losing a row loses nobody: the cache is for retransmission, the cookie is for truth.
///
/// **Proof of loss.** A cookie alone is believed only where rows were lost since it was issued, or where there
/// were none on purpose then. In peace, then, nobody can forge one, whatever he guesses.
///
/// Rows are given up when their time is over: in peace the listener's, under pressure [GuardConfig#pressedMillis].
/// There is pressure on the whole table between its watermarks, with hysteresis, on a listener whose rows may not grow
/// from half of them on until a quarter is left, and on a prefix that has too many.
///
/// Nothing is allocated for a SYN.
///
/// Threads: shard.
public final class SynGate {
    /// What becomes of a SYN.
    public enum Verdict {
        /// A SYN-ACK is to be sent, and there is a row that remembers it.
        CACHED,
        /// A SYN-ACK is to be sent, and nothing remembers it.
        COOKIE,
        /// Nothing is to be sent.
        DROPPED
    }

    /// What becomes of an acknowledgement that has no row.
    public enum Claim {
        /// It completes a handshake.
        GOOD,
        /// It completes none, but may yet belong to one: nothing is to be sent.
        DOUBTFUL,
        /// It belongs to nothing here.
        STRANGE
    }

    private static final long MILLI_NANOS = 1_000_000;
    private static final int FRACTIONS = 256;
    /// One in so many rows may be pinned, a quarter of all that can be, before those have less time.
    private static final int ROWS_FOR_EACH_PINNED = 13;

    /// What becomes of a row that is due.
    public enum Due {
        /// Nothing more is due now.
        NOTHING,
        /// Its SYN-ACK is to be sent again.
        AGAIN,
        /// It was complete and nobody has taken it, or may be complete and cannot be kept: a RST is to be sent.
        RESET
    }

    /// Rows whose loss matters to a cookie are at most this old.
    private static final int EPOCHS = SynCookies.EPOCHS_WITH_TIMESTAMPS;

    private final GuardConfig config;
    private final SynCache cache;
    private final SynCookies cookies;
    private final ConsumedCookies consumed;
    private final Prefixes prefixes;
    private final GuardCounters.Row counters = new GuardCounters.Row();
    private final IntFunction<? extends @Nullable GuardedListener> listeners;
    private final Handshake known = new Handshake();
    private boolean pressed;

    /// @param tuples the key of [#hash], whoever else uses it for tables of connections
    /// @param secret what all other keys but those of cookies are made from
    /// @param listeners by their numbers; null for one that is closed
    public SynGate(
            GuardConfig config,
            SipHash tuples,
            SipHash secret,
            CookieKeys keys,
            GuardMemory memory,
            IntFunction<? extends @Nullable GuardedListener> listeners) {
        this.config = config;
        this.listeners = listeners;
        cache = new SynCache(config.bytesMax(), tuples, memory);
        cookies = new SynCookies(keys);
        consumed = new ConsumedCookies(config.consumedMax());
        prefixes = new Prefixes(
                derive(secret, 4), config.retransmissionsPerSecond(), config.retransmissionsBurst(), EPOCHS);
    }

    private static SipHash derive(SipHash secret, long use) {
        return new SipHash(secret.hash(use), secret.hash(-use));
    }

    public GuardCounters.Row counters() {
        return counters;
    }

    /// Half-open handshakes that have a row.
    public int halfOpen() {
        return cache.size();
    }

    /// Octets of native memory that the rows have taken.
    public long bytes() {
        return cache.bytes();
    }

    /// Whether the high watermark was reached and the low one not yet.
    public boolean pressed() {
        return pressed;
    }

    /// Changes the keys of cookies.
    public void keys(CookieKeys keys) {
        cookies.keys(keys);
    }

    /// The hash by which the other methods find a tuple: [SipHash#place] with the key given.
    ///
    /// @param ports the local port in the upper 16 bits, the remote one in the lower
    public long hash(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        return cache.hash(localHigh, localLow, remoteHigh, remoteLow, ports);
    }

    /// A SYN to a listener. When it is to be answered, `syn` has the numbers of the SYN-ACK afterwards.
    ///
    /// @param nowNanos a clock that only goes forward
    /// @param epoch [CookieKeys#epochAt] of the moment
    /// @param hash of its tuple
    public Verdict onSyn(long nowNanos, long epoch, long hash, Handshake syn, GuardedListener listener) {
        counters.count(GuardCounters.SYNS);
        syn.listener(listener.number());
        int ref = cache.find(hash, syn.localHigh(), syn.localLow(), syn.remoteHigh(), syn.remoteLow(), syn.ports());
        if (ref != SynCache.NONE) {
            return again(ref, nowNanos, epoch, syn, listener);
        }
        var defence = listener.defence();
        if (defence.cookies()) {
            listener.believes(epoch);
        }
        boolean tells = SynCookies.canTell(syn);
        cookies.issue(syn, epoch);
        if (consumed.has(hash, syn.irs(), syn.iss(), epoch)) {
            // It would get the number that its handshake had, and what came then might come again, too.
            counters.count(GuardCounters.DROPPED_DUPLICATE);
            return Verdict.DROPPED;
        }
        if (!defence.rows() && tells && !listener.speaksFirst()) {
            listener.answeredWithoutRow(epoch);
            counters.count(GuardCounters.COOKIES_SENT);
            return Verdict.COOKIE;
        }
        // Asked before anything is thrown out for it.
        if (listener.speaksFirst() && !cache.pinnable(hash)) {
            counters.count(GuardCounters.DROPPED_UNPINNABLE);
            return Verdict.DROPPED;
        }
        if (!roomFor(listener, hash)) {
            counters.count(GuardCounters.DROPPED_FULL);
            return Verdict.DROPPED;
        }
        return remember(nowNanos, epoch, hash, syn, listener, tells);
    }

    /// A SYN whose tuple has a row.
    private Verdict again(int ref, long nowNanos, long epoch, Handshake syn, GuardedListener listener) {
        cache.read(ref, known);
        boolean same = known.irs() == syn.irs() && known.listener() == listener.number();
        if (same && !offersLess(syn, known)) {
            // Each SYN-ACK echoes the newest SYN: the peer measures the round trip by it. They may overtake each other.
            int tsVal = Seq.max(syn.tsVal(), known.tsVal());
            cache.stamp(ref, tsVal);
            boolean ecn = known.ecn() && syn.ecn();
            if (!ecn) {
                // RFC 3168 §6.1.1: ECT is for hosts that have received no SYN without the bits.
                cache.rows().clear(ref, SynRows.HAS_ECN);
            }
            syn.set(known);
            syn.tsVal(tsVal);
            syn.options(known.mss(), known.windowScale(), known.sackPermitted(), ecn, known.timestamps());
            cache.rows().sentAgain(ref);
            protect(ref);
            counters.count(GuardCounters.REPEATED);
            return Verdict.CACHED;
        }
        if (same && cache.rows().is(ref, SynRows.HELD)) {
            counters.count(GuardCounters.DROPPED_DUPLICATE);
            return Verdict.DROPPED;
        }
        boolean pinned = same && cache.isPinned(ref);
        boolean chosen = same && cache.rows().is(ref, SynRows.CHOSEN);
        if (chosen) {
            // No cookie may take the place of its number, see [#reopen].
            syn.iss(known.iss());
            syn.tsOffered(known.tsOffered());
        } else {
            cookies.issue(syn, epoch);
        }
        account(known, -1);
        cache.lose(ref, epoch);
        cache.replace(ref, syn, firstDue(nowNanos, listener));
        cache.rows().fraction(ref, fraction(nowNanos));
        if (pinned) {
            cache.pin(ref);
        }
        if (chosen) {
            cache.rows().set(ref, SynRows.CHOSEN);
        }
        account(syn, 1);
        counters.count(GuardCounters.REPLACED);
        return Verdict.CACHED;
    }

    /// Whether a repeated SYN has left out an option: after some tries in vain there are hosts that do. What the first
    /// one has agreed to must not be answered then (RFC 7323 §2.2 and §3.2), nor may the answer be longer than it.
    private static boolean offersLess(Handshake syn, Handshake before) {
        return (before.mss() > 0 && syn.mss() == 0)
                || (before.windowScale() >= 0 && syn.windowScale() < 0)
                || (before.sackPermitted() && !syn.sackPermitted())
                || (before.timestamps() && !syn.timestamps());
    }

    /// Whether a listener may have another row, thrown out or not.
    private boolean roomFor(GuardedListener listener, long hash) {
        return !isFull(listener) && (listener.defence().throwsOut() || cache.hasRoom(hash));
    }

    private Verdict remember(
            long nowNanos, long epoch, long hash, Handshake syn, GuardedListener listener, boolean tells) {
        long places = prefixes.places(syn.remoteHigh(), syn.remoteLow());
        int ref = insert(nowNanos, epoch, hash, syn, listener);
        if (ref == SynCache.NONE) {
            return withoutRow(listener, tells);
        }
        if (listener.speaksFirst()) {
            boolean pinned = cache.pin(ref);
            assert pinned : "asked for before the row was made";
            counters.count(GuardCounters.PINNED);
        }
        account(syn, places, 1);
        counters.count(GuardCounters.CACHED);
        if (prefixes.proven(places, epoch)) {
            protect(ref);
        }
        if (listener.defence().watches() && !pressed && cache.size() >= config.highRows()) {
            press(true);
            counters.count(GuardCounters.ALARMS);
        }
        return Verdict.CACHED;
    }

    private int insert(long nowNanos, long epoch, long hash, Handshake syn, GuardedListener listener) {
        int ref = cache.insert(hash, syn, firstDue(nowNanos, listener), epoch);
        if (ref != SynCache.NONE) {
            cache.rows().fraction(ref, fraction(nowNanos));
            if (cache.lastLost()) {
                counters.count(GuardCounters.EVICTED);
                account(cache.victim(), -1);
            }
        }
        return ref;
    }

    private static int millis(long nowNanos) {
        return (int) Math.floorDiv(nowNanos, MILLI_NANOS);
    }

    /// When a SYN-ACK sent now is to be sent again: never too early.
    private static int firstDue(long nowNanos, GuardedListener listener) {
        return millis(nowNanos + MILLI_NANOS - 1) + listener.firstRetryMillis();
    }

    private static int fraction(long nowNanos) {
        long part = Math.floorMod(nowNanos, MILLI_NANOS);
        return part == 0 ? 0 : (int) Math.max(1, part * FRACTIONS / MILLI_NANOS);
    }

    /// A SYN that reopens a connection in TIME-WAIT: its numbers are chosen by whoever knows that one (RFC 9293
    /// §3.6.1, MAY-2), so that its row may not be lost.
    ///
    /// @param syn with the numbers of its SYN-ACK
    /// @return whether there is such a row; if not, nothing is to be sent
    public boolean reopen(long nowNanos, long epoch, long hash, Handshake syn, GuardedListener listener) {
        counters.count(GuardCounters.SYNS);
        syn.listener(listener.number());
        if (!pinned(nowNanos, epoch, hash, syn, listener)) {
            counters.count(GuardCounters.DROPPED_UNPINNABLE);
            return false;
        }
        cache.rows().set(find(hash, syn, known), SynRows.CHOSEN);
        counters.count(GuardCounters.REOPENED);
        return true;
    }

    private boolean pinned(long nowNanos, long epoch, long hash, Handshake syn, GuardedListener listener) {
        if (!canHold(hash, listener)) {
            return false;
        }
        int ref = insert(nowNanos, epoch, hash, syn, listener);
        boolean taken = ref != SynCache.NONE && cache.pin(ref);
        assert taken : "asked for before the row was made";
        counters.count(GuardCounters.PINNED);
        account(syn, 1);
        return taken;
    }

    private Verdict withoutRow(GuardedListener listener, boolean tells) {
        if (listener.speaksFirst()) {
            counters.count(GuardCounters.DROPPED_UNPINNABLE);
            return Verdict.DROPPED;
        }
        if (listener.defence().cookies() && tells) {
            counters.count(GuardCounters.COOKIES_SENT);
            return Verdict.COOKIE;
        }
        counters.count(tells ? GuardCounters.DROPPED_FULL : GuardCounters.DROPPED_UNTELLABLE);
        return Verdict.DROPPED;
    }

    private void protect(int ref) {
        if (!cache.isProtected(ref)) {
            cache.protect(ref);
            counters.count(GuardCounters.PROTECTED);
        }
    }

    private void account(Handshake row, int change) {
        account(row, prefixes.places(row.remoteHigh(), row.remoteLow()), change);
    }

    private void account(Handshake row, long places, int change) {
        var listener = listeners.apply(row.listener());
        if (listener != null
                && listener.rows(change)
                && listener.crowded()
                && listener.defence().watches()) {
            counters.count(GuardCounters.ALARMS);
        }
        if (change > 0) {
            prefixes.begun(places);
        } else {
            prefixes.over(places);
            if (pressed && cache.size() <= config.lowRows()) {
                press(false);
            }
        }
    }

    /// Under pressure no SYN-ACK is sent again, so that rows have time.
    private void press(boolean on) {
        pressed = on;
        cache.unhurried(on);
    }

    /// Hands every handshake over that has a row, in no order; the holder is reused.
    public void forEach(Consumer<? super Handshake> action) {
        cache.forEach(ref -> {
            cache.read(ref, known);
            action.accept(known);
        });
    }

    /// The row of a tuple, read into `out`.
    ///
    /// @return its reference, good until the next SYN; [SynCache#NONE] when there is none
    public int find(long hash, Handshake tuple, Handshake out) {
        int ref = cache.find(
                hash, tuple.localHigh(), tuple.localLow(), tuple.remoteHigh(), tuple.remoteLow(), tuple.ports());
        if (ref != SynCache.NONE) {
            cache.read(ref, out);
        }
        return ref;
    }

    /// When the SYN-ACK of a row was sent, in nanoseconds, to 4 µs.
    public long sentNanos(int ref, long nowNanos, GuardedListener listener) {
        assert cache.retries(ref) == 0 : "what was sent again was sent more than once";
        int ago = millis(nowNanos) - (cache.due(ref) - listener.firstRetryMillis());
        int fraction = cache.rows().fraction(ref);
        long nanos = (Math.floorDiv(nowNanos, MILLI_NANOS) - ago) * MILLI_NANOS;
        long sent = fraction == 0 ? nanos : nanos - MILLI_NANOS + fraction * MILLI_NANOS / FRACTIONS;
        return Math.min(sent, nowNanos);
    }

    /// Whether the SYN-ACK of a row was sent more than once, or its time has come since, so that [#sentNanos] is not
    /// known any more.
    public boolean sentAgain(int ref) {
        return cache.retries(ref) > 0 || cache.rows().is(ref, SynRows.SENT_AGAIN);
    }

    /// How often the SYN-ACK of a row was sent again because its time had come; what was saved does not count.
    public int retransmissions(int ref) {
        return cache.retries(ref) == 0 ? 0 : cache.rows().retransmissions(ref);
    }

    /// Whether a segment that does not complete a handshake may be answered: each SYN-ACK has three answers.
    public boolean mayChallenge(int ref) {
        return cache.rows().challenge(ref);
    }

    /// A handshake that has a row is complete, and there is no room for its connection: the row stays, and whoever
    /// sent it is told with a RST when its time is over.
    public void hold(int ref) {
        if (!cache.rows().is(ref, SynRows.HELD)) {
            // What completes it in the end is not what came first, so that it measures no round trip.
            cache.rows().set(ref, SynRows.HELD | SynRows.SENT_AGAIN);
            cache.pin(ref);
            counters.count(GuardCounters.HELD);
        }
    }

    /// The third segment has come, and its listener waits until more is said: that will measure no round trip.
    public void deferred(int ref) {
        cache.rows().set(ref, SynRows.SENT_AGAIN);
        counters.count(GuardCounters.DEFERRED);
    }

    /// Whether there is room for the row of a handshake that its cookie has completed.
    public boolean canHold(long hash, GuardedListener listener) {
        return roomFor(listener, hash) && cache.pinnable(hash);
    }

    private static boolean isFull(GuardedListener listener) {
        return !listener.defence().grows() && listener.rows() >= listener.halfOpenMax();
    }

    /// The same of one that was completed by its cookie.
    ///
    /// @return whether there is a row for it now
    public boolean hold(long nowNanos, long epoch, long hash, Handshake complete, GuardedListener listener) {
        if (!pinned(nowNanos, epoch, hash, complete, listener)) {
            return false;
        }
        cache.rows().set(find(hash, complete, known), SynRows.HELD | SynRows.SENT_AGAIN);
        counters.count(GuardCounters.HELD);
        return true;
    }

    /// A handshake that has a row is complete: the row goes.
    ///
    /// @param hash of its tuple
    public void completed(int ref, long epoch, long hash) {
        cache.read(ref, known);
        prefixes.prove(prefixes.places(known.remoteHigh(), known.remoteLow()), epoch);
        // Its number was a cookie: a late duplicate of what has completed it completes nothing.
        consumed.add(hash, known.irs(), known.iss(), epoch, epoch);
        counters.count(GuardCounters.COMPLETED);
        forget(ref);
    }

    /// The peer, or whoever asks, has ended a handshake that has a row: the row goes.
    public void reset(int ref) {
        cache.read(ref, known);
        counters.count(GuardCounters.RESET);
        forget(ref);
    }

    /// Another SYN in the window has ended a handshake that has a row: the row goes, and counts as lost, for that
    /// SYN may have been forged.
    public void replaced(int ref, long epoch) {
        cache.lose(ref, epoch);
        reset(ref);
    }

    private void forget(int ref) {
        cache.remove(ref);
        account(known, -1);
    }

    /// An acknowledgement, without SYN or RST, to a listener, of a tuple that has neither connection nor row.
    ///
    /// @param out the handshake that it completes, when it does
    public Claim onAck(long epoch, long hash, Segment ack, Handshake out, GuardedListener listener) {
        if (!mayLackRow(hash, epoch - EPOCHS + 1, listener)) {
            return Claim.STRANGE;
        }
        boolean deferred = listener.defers(ack);
        if (deferred || !cookies.check(ack, epoch, out)) {
            counters.count(deferred ? GuardCounters.DEFERRED : GuardCounters.COOKIES_INVALID);
            return Claim.DOUBTFUL;
        }
        long issued = cookies.issuedEpoch();
        if (!mayLackRow(hash, issued, listener)) {
            counters.count(GuardCounters.COOKIES_UNPROVEN);
            return Claim.STRANGE;
        }
        if (!consumed.add(hash, out.irs(), out.iss(), issued, epoch)) {
            counters.count(GuardCounters.COOKIES_REPLAYED);
            return Claim.DOUBTFUL;
        }
        out.listener(listener.number(issued));
        prefixes.prove(prefixes.places(out.remoteHigh(), out.remoteLow()), epoch);
        counters.count(GuardCounters.COOKIES_VALID);
        return Claim.GOOD;
    }

    /// Whether a handshake may have been answered in an epoch or since, and have no row: on purpose, or because it was
    /// lost while cookies were to be believed. What the defence is by now does not matter.
    private boolean mayLackRow(long hash, long epoch, GuardedListener listener) {
        return listener.hadNoRows(epoch) || (listener.believed(epoch) && cache.lostSince(hash, epoch));
    }

    /// The next row that is due, read into `out`; to be called until there is nothing.
    public Due pollDue(long nowNanos, long epoch, Handshake out) {
        int nowMillis = millis(nowNanos);
        for (int ref = cache.nextDue(nowMillis); ref != SynCache.NONE; ref = cache.nextDue(nowMillis)) {
            cache.read(ref, known);
            var due = again(ref, nowMillis, epoch);
            if (due != Due.NOTHING) {
                out.set(known);
                return due;
            }
        }
        return Due.NOTHING;
    }

    private Due again(int ref, int nowMillis, long epoch) {
        var listener = listeners.apply(known.listener());
        if (listener == null || listener.closed()) {
            return over(ref, GuardCounters.EXPIRED);
        }
        int retries = cache.retries(ref);
        int next = listener.interval(retries + 1);
        int age = listener.age(retries);
        long places = prefixes.places(known.remoteHigh(), known.remoteLow());
        boolean hurried = isHurried(ref, listener, places);
        if (hurried && age >= config.pressedMillis() && mayLose(ref)) {
            // Its client may only be slow: the cookie is good. But who waits for the service to speak would wait for
            // ever if his third segment was lost: he is told.
            cache.lose(ref, epoch);
            boolean tell = listener.speaksFirst() && prefixes.mayRetransmit(places, nowMillis);
            var what = over(ref, GuardCounters.REAPED);
            return tell ? Due.RESET : what;
        }
        // A row counts to no more.
        if (age >= listener.lifeMillis() || retries == Byte.MAX_VALUE) {
            return over(ref, GuardCounters.EXPIRED);
        }
        if (retries == 0) {
            cache.rows().noRetransmissions(ref);
        }
        cache.retried(ref, nowMillis + Math.min(next, listener.lifeMillis() - age));
        if (hurried || !prefixes.mayRetransmit(places, nowMillis)) {
            counters.count(GuardCounters.RETRANSMISSIONS_SAVED);
            return Due.NOTHING;
        }
        cache.rows().retransmitted(ref);
        counters.count(GuardCounters.RETRANSMITTED);
        return Due.AGAIN;
    }

    /// Whether a row has less time than in peace: because there are many, or many from where it comes, or many that may
    /// not be thrown out and it is one of those.
    private boolean isHurried(int ref, GuardedListener listener, long places) {
        boolean crowded = cache.isPinned(ref) && cache.pinned() >= cache.rowsMax() / ROWS_FOR_EACH_PINNED;
        boolean watched = pressed || listener.crowded() || prefixes.halfOpen(places) >= config.prefixRows();
        return crowded || listener.defence().watches() && watched;
    }

    /// Whether a cookie takes a row's place well enough: it is of a handshake that nobody has completed, and its number
    /// is one.
    private boolean mayLose(int ref) {
        return !cache.rows().is(ref, SynRows.HELD) && !cache.rows().is(ref, SynRows.CHOSEN);
    }

    private Due over(int ref, GuardCounters why) {
        boolean held = cache.rows().is(ref, SynRows.HELD);
        counters.count(held ? GuardCounters.HELD_EXPIRED : why);
        forget(ref);
        return held ? Due.RESET : Due.NOTHING;
    }

    /// Before this, [#pollDue] has nothing, if it had nothing when it was asked last, at `nowNanos`, and [#waits].
    public long nextDueNanos(long nowNanos) {
        long now = Math.floorDiv(nowNanos, MILLI_NANOS);
        return (now + (cache.nextDueMillis() - (int) now)) * MILLI_NANOS;
    }

    /// Whether any handshake waits for anything.
    public boolean waits() {
        return cache.waits();
    }
}
