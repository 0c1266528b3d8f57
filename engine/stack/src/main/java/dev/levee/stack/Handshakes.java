package dev.levee.stack;

import dev.levee.guard.CookieKeys;
import dev.levee.guard.GuardMemory;
import dev.levee.guard.GuardedListener;
import dev.levee.guard.SynCache;
import dev.levee.guard.SynGate;
import dev.levee.tcp.Deadlines;
import dev.levee.tcp.SynAck;
import dev.levee.tcp.TcpContext;
import dev.levee.wire.Frame;
import dev.levee.wire.Handshake;
import dev.levee.wire.IpAddress;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Passive opens under way, which have no connection yet, and what they have to send: a bounded ring of answers that
/// are written straight into the frames that go out.
///
/// Threads: shard.
final class Handshakes {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long MILLI_NANOS = 1_000_000L;
    private static final long EPOCH_NANOS = CookieKeys.EPOCH_SECONDS * SECOND_NANOS;
    private static final int NUMBERS = 1 << 16;
    private static final long EPOCHS_BEFORE = 16;
    /// As far as the two clocks may drift apart: were they read a little late, an epoch could come twice, and for that
    /// moment its cookies would be of the future, and refused.
    private static final long WALL_TOLERANCE_NANOS = SECOND_NANOS / 4;
    /// Answers for each reply of another kind that may wait.
    private static final int RING = 4;

    /// What one answer is.
    private enum Kind {
        SYN_ACK,
        /// With the cookie of a fast open.
        SYN_ACK_WITH_COOKIE,
        CHALLENGE
    }

    private static final class Answer {
        final Handshake handshake = new Handshake();
        Kind kind = Kind.SYN_ACK;

        @Nullable
        SynAck synAck;

        long cookie;
        boolean experimental;
        int pathMtu;
    }

    private final StackConfig config;
    private final TcpContext tcp;
    private final PathMtus paths;
    private final GuardMemory memory;
    private final @Nullable Answer[] ring;
    private final Handshake due = new Handshake();
    private final Handshake tuple = new Handshake();
    private CookieKeys keys;
    /// The gate's clock begins at the first SYN, so that it does not wrap.
    private long beginNanos;
    private boolean begun;
    /// Wall clock when that was.
    private long wallNanos;
    private @Nullable SynGate gate;
    /// By number; those that are closed as long as they have rows.
    private @Nullable Answering[] listeners = new @Nullable Answering[8];

    private long latestEpoch;
    private int nextNumber;
    private int head;
    private int count;

    Handshakes(StackConfig config, GuardMemory memory, TcpContext tcp, PathMtus paths) {
        this.config = config;
        this.memory = memory;
        this.tcp = tcp;
        this.paths = paths;
        keys = new CookieKeys(Keys.COOKIE.from(config.secret()));
        ring = new @Nullable Answer[RING * config.limits().repliesMax()];
        // Epochs count from 1970; 0 means never.
        wallNanos = EPOCHS_BEFORE * EPOCH_NANOS;
    }

    /// The keys of cookies from now on.
    void keys(CookieKeys next) {
        keys = next;
        if (gate != null) {
            gate.keys(next);
        }
    }

    CookieKeys keys() {
        return keys;
    }

    /// Sets the wall clock, by which cookies have epochs.
    ///
    /// @param wallMillis since the beginning of 1970, UTC
    void wallClock(long nowNanos, long wallMillis) {
        long next = wallMillis * MILLI_NANOS - clock(nowNanos);
        if (Math.abs(next - wallNanos) > WALL_TOLERANCE_NANOS) {
            wallNanos = next;
        }
    }

    long epoch(long nowNanos) {
        latestEpoch = Math.floorDiv(clock(nowNanos) + wallNanos, EPOCH_NANOS);
        return latestEpoch;
    }

    /// The time that the gate knows.
    long clock(long nowNanos) {
        if (!begun) {
            begun = true;
            beginNanos = nowNanos;
        }
        return nowNanos - beginNanos;
    }

    /// The same backwards.
    long nanos(long clockNanos) {
        return beginNanos + clockNanos;
    }

    /// The gate; null as long as nobody has listened.
    @Nullable
    SynGate gate() {
        return gate;
    }

    /// A listener begins: it gets a number and what it needs to answer SYNs.
    ///
    /// @return false when all numbers are taken
    boolean add(Listener listener) {
        if (gate == null) {
            var secret = config.secret();
            var tuples = Keys.DEMUX.from(secret);
            gate = new SynGate(config.guard(), tuples, Keys.GUARD.from(secret), keys, memory, this::guarded);
        }
        int number = freeNumber();
        if (number < 0) {
            return false;
        }
        var guarded = new GuardedListener(number, listener.options().defence());
        enter(number, listener, guarded, new SynAck(listener.options().socket().tcp(), config.mtu(), tcp));
        configure(listener);
        return true;
    }

    private void enter(int number, Listener listener, GuardedListener guarded, SynAck synAck) {
        nextNumber = number + 1;
        var settings = synAck.config();
        long lifeNanos = settings.userTimeoutNanos() > 0 ? settings.userTimeoutNanos() : settings.r2SynReceivedNanos();
        guarded.times(millis(settings.rtoInitialNanos()), millis(settings.rtoMaxNanos()), millis(lifeNanos));
        listener.answering = new Answering(listener, guarded, synAck);
        listeners[number] = listener.answering;
    }

    /// The settings of a listener have changed.
    void configure(Listener listener) {
        var options = listener.options();
        var answering = listener.answering;
        if (answering == null) {
            return;
        }
        answering.guarded.defence(options.defence());
        answering.guarded.halfOpenMax(options.halfOpenMax());
        answering.guarded.speaksFirst(options.speaksFirst());
        answering.guarded.defersAccept(options.defersAccept());
        var settings = options.socket().tcp();
        boolean same = settings.equals(answering.synAck.config());
        listener.nextSynAck = same ? null : new SynAck(settings, config.mtu(), tcp);
    }

    /// A SYN is about to be answered by a listener whose settings of TCP have changed. All cookies of an epoch are
    /// answered alike, so that it is known from each what its SYN-ACK has said.
    void renew(Listener listener, SynAck next, long epoch) {
        int number = listener.answeredEpoch == epoch ? -1 : freeNumber();
        if (number < 0) {
            return;
        }
        var former = listener.answering();
        former.untilEpoch = epoch;
        enter(number, listener, new GuardedListener(number, former.guarded, epoch), next);
        listener.nextSynAck = null;
        listener.changed = true;
    }

    /// A listener has closed.
    void remove(Listener listener) {
        forEachNumberOf(listener, GuardedListener::close);
    }

    /// Handshakes of a listener that have a row.
    int rows(Listener listener) {
        var sum = new int[1];
        forEachNumberOf(listener, guarded -> sum[0] += guarded.rows());
        return sum[0];
    }

    private void forEachNumberOf(Listener listener, Consumer<GuardedListener> action) {
        if (!listener.changed) {
            if (listener.answering != null) {
                action.accept(listener.answering.guarded);
            }
            return;
        }
        for (var each : listeners) {
            if (each != null && each.listener == listener) {
                action.accept(each.guarded);
            }
        }
    }

    /// Whether a handshake with this tuple is under way.
    ///
    /// @param ports the local port in the upper 16 bits, the remote one in the lower
    boolean taken(IpAddress local, IpAddress remote, int ports) {
        if (gate == null || !gate.waits()) {
            return false;
        }
        tuple.tuple(local.high(), local.low(), remote.high(), remote.low(), ports);
        long hash = gate.hash(local.high(), local.low(), remote.high(), remote.low(), ports);
        int ref = gate.find(hash, tuple, tuple);
        if (ref != SynCache.NONE && listener(tuple.listener()) == null) {
            gate.reset(ref);
            return false;
        }
        return ref != SynCache.NONE;
    }

    private static int millis(long nanos) {
        return Math.clamp((nanos + MILLI_NANOS - 1) / MILLI_NANOS, 1, Integer.MAX_VALUE / 4);
    }

    /// Those that were free longest come first; -1 when there is none.
    private int freeNumber() {
        for (int i = 0; i < listeners.length; i++) {
            int number = (nextNumber + i) % listeners.length;
            var taken = listeners[number];
            if (taken == null || isOver(taken)) {
                return number;
            }
        }
        if (listeners.length == NUMBERS) {
            return -1;
        }
        int number = listeners.length;
        listeners = Arrays.copyOf(listeners, 2 * number);
        return number;
    }

    /// Whether nothing of it is under way any more, neither in rows nor in cookies.
    private boolean isOver(Answering answering) {
        boolean past = latestEpoch - answering.untilEpoch >= EPOCHS_BEFORE;
        return answering.guarded.rows() == 0 && (answering.listener.closed() || past);
    }

    private @Nullable GuardedListener guarded(int number) {
        var answering = listeners[number];
        return answering == null ? null : answering.guarded;
    }

    /// What answers handshakes of a listener's number.
    Answering answering(int number) {
        return Objects.requireNonNull(listeners[number], "a number of nobody");
    }

    /// The listener of a row; null when it is closed.
    @Nullable
    Listener listener(int number) {
        var answering = listeners[number];
        return answering == null || answering.listener.closed() ? null : answering.listener;
    }

    /// Whether another answer has room.
    boolean room() {
        return count < ring.length;
    }

    private Answer next(Kind kind, Handshake handshake) {
        int tail = head + count;
        int at = tail < ring.length ? tail : tail - ring.length;
        var answer = ring[at];
        if (answer == null) {
            answer = new Answer();
            ring[at] = answer;
        }
        count++;
        answer.kind = kind;
        answer.synAck = answering(handshake.listener()).synAck;
        answer.handshake.set(handshake);
        return answer;
    }

    /// A SYN-ACK is due.
    void synAck(long nowNanos, Handshake handshake) {
        next(Kind.SYN_ACK, handshake).pathMtu = pathMtu(nowNanos, handshake);
    }

    /// A SYN-ACK is due that gives a cookie for fast opens.
    void synAck(long nowNanos, Handshake handshake, long cookie, boolean experimental) {
        var answer = next(Kind.SYN_ACK_WITH_COOKIE, handshake);
        answer.pathMtu = pathMtu(nowNanos, handshake);
        answer.cookie = cookie;
        answer.experimental = experimental;
    }

    /// An ACK is due that says where this side is.
    void challenge(Handshake handshake) {
        next(Kind.CHALLENGE, handshake);
    }

    private int pathMtu(long nowNanos, Handshake handshake) {
        return answering(handshake.listener()).synAck.config().mssFollowsPath()
                ? paths.mtu(nowNanos, handshake.remoteHigh(), handshake.remoteLow(), config.mtu())
                : config.mtu();
    }

    /// Writes the next answer that is due, if any.
    boolean poll(long nowNanos, Frame out) {
        if (count > 0) {
            write(Objects.requireNonNull(ring[head]), out);
            head = head + 1 == ring.length ? 0 : head + 1;
            count--;
            return true;
        }
        return gate != null && gate.waits() && again(gate, nowNanos, out);
    }

    private static void write(Answer answer, Frame out) {
        var synAck = Objects.requireNonNull(answer.synAck);
        switch (answer.kind) {
            case SYN_ACK -> synAck.write(answer.handshake, answer.pathMtu, false, out);
            case SYN_ACK_WITH_COOKIE ->
                synAck.write(answer.handshake, answer.pathMtu, answer.cookie, answer.experimental, out);
            case CHALLENGE -> synAck.challenge(answer.handshake, out);
        }
    }

    private boolean again(SynGate asked, long nowNanos, Frame out) {
        var what = asked.pollDue(clock(nowNanos), epoch(nowNanos), due);
        if (what == SynGate.Due.NOTHING) {
            return false;
        }
        var synAck = answering(due.listener()).synAck;
        if (what == SynGate.Due.AGAIN) {
            synAck.write(due, pathMtu(nowNanos, due), true, out);
        } else {
            synAck.reset(due, out);
        }
        return true;
    }

    /// Whether an answer waits to be written.
    boolean waits() {
        return count > 0;
    }

    /// When [#poll] has something to do next; [Deadlines#NONE] if never.
    long nextDeadline(long nowNanos) {
        return gate == null || !gate.waits() ? Deadlines.NONE : nanos(gate.nextDueNanos(clock(nowNanos)));
    }

    /// Hands every handshake over that has a row.
    void forEach(Consumer<? super Handshake> action) {
        if (gate != null) {
            gate.forEach(action);
        }
    }

    /// Handshakes that have a row.
    int rows() {
        return gate == null ? 0 : gate.halfOpen();
    }
}
