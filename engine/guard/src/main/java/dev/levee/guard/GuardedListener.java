package dev.levee.guard;

import dev.levee.wire.Segment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a [SynGate] knows of a listener. The fields may change while it runs.
///
/// Threads: shard.
public final class GuardedListener {
    private final int number;
    /// What it was before its settings changed, as long as there may be cookies of that time.
    private @Nullable GuardedListener before;
    /// The first epoch in which it answers as it does now.
    private final long sinceEpoch;
    private Defence defence;
    private int halfOpenMax;
    private boolean speaksFirst;
    private boolean defersAccept;
    private int firstRetryMillis;
    private int retryMillisMax;
    private int lifeMillis;
    private int rows;
    private boolean crowded;
    private boolean closed;
    /// The last epoch in which it has answered without a row on purpose; 0: never.
    private long rowlessEpoch;
    /// The last epoch in which its cookies were to be believed; 0: never.
    private long believedEpoch;

    /// @param number whatever number the owner has for it, 0 to 65535
    public GuardedListener(int number, Defence defence) {
        this.number = number;
        this.defence = defence;
        this.halfOpenMax = Integer.MAX_VALUE;
        this.sinceEpoch = Long.MIN_VALUE;
        times(1_000, 60_000, 63_000);
    }

    /// The same listener under another number, from an epoch on in which it has answered nobody yet: handshakes that
    /// began before are its former number's.
    public GuardedListener(int number, GuardedListener before, long sinceEpoch) {
        this.number = number;
        this.defence = before.defence;
        this.halfOpenMax = before.halfOpenMax;
        this.speaksFirst = before.speaksFirst;
        this.defersAccept = before.defersAccept;
        this.rowlessEpoch = before.rowlessEpoch;
        this.believedEpoch = before.believedEpoch;
        this.sinceEpoch = sinceEpoch;
        this.before = before;
        for (var older = before; older != null; older = older.before) {
            if (sinceEpoch - older.sinceEpoch >= SynCookies.EPOCHS_WITH_TIMESTAMPS) {
                older.before = null;
            }
        }
        times(before.firstRetryMillis, before.retryMillisMax, before.lifeMillis);
    }

    /// Its number when a cookie was issued.
    int number(long issued) {
        var then = this;
        for (var older = before; older != null && issued < then.sinceEpoch; older = older.before) {
            then = older;
        }
        return then.number;
    }

    /// @param defence how it stands up to a flood from now on
    public void defence(Defence defence) {
        this.defence = Objects.requireNonNull(defence, "defence");
    }

    /// How many rows it may have where its defence does not let them grow, at least 1.
    public void halfOpenMax(int rows) {
        halfOpenMax = rows;
    }

    /// Whether its service speaks before its clients do: who loses the third segment of his handshake then has
    /// nothing to say that would repeat it, so that his row is pinned, or his SYN dropped.
    public void speaksFirst(boolean on) {
        speaksFirst = on;
    }

    /// Whether a handshake is complete only when its client has said something, too.
    public void defersAccept(boolean on) {
        defersAccept = on;
    }

    /// Whether an acknowledgement does not complete a handshake, because it says nothing else.
    public boolean defers(Segment ack) {
        return defersAccept && ack.payloadLength() == 0 && !ack.fin();
    }

    /// How long a handshake may take in peace.
    ///
    /// @param firstRetryMillis until the SYN-ACK is sent again for the first time; from then on twice as long each
    ///     time
    /// @param retryMillisMax the longest that passes between two of them
    /// @param lifeMillis until it is given up, or its SYN-ACK was sent again 127 times
    public void times(int firstRetryMillis, int retryMillisMax, int lifeMillis) {
        this.firstRetryMillis = firstRetryMillis;
        this.retryMillisMax = retryMillisMax;
        this.lifeMillis = lifeMillis;
    }

    /// It answers nobody any more: its rows go when they are due, and only those that are complete are told.
    public void close() {
        closed = true;
    }

    boolean closed() {
        return closed;
    }

    public int number() {
        return number;
    }

    public Defence defence() {
        return defence;
    }

    int halfOpenMax() {
        return halfOpenMax;
    }

    boolean speaksFirst() {
        return speaksFirst;
    }

    int firstRetryMillis() {
        return firstRetryMillis;
    }

    int lifeMillis() {
        return lifeMillis;
    }

    /// What passes between the SYN-ACK's transmission number `retries` and the next, in milliseconds.
    int interval(int retries) {
        long millis = (long) firstRetryMillis << Math.min(retries, 20);
        return (int) Math.min(millis, retryMillisMax);
    }

    /// How old a row is when it is due after `retries` transmissions.
    int age(int retries) {
        long millis = 0;
        for (int i = 0; i <= retries; i++) {
            millis += interval(i);
        }
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }

    /// Its rows.
    public int rows() {
        return rows;
    }

    /// @return whether it has become crowded
    boolean rows(int change) {
        rows += change;
        boolean before = crowded;
        if (rows >= Math.max(1, halfOpenMax / 2)) {
            crowded = true;
        } else if (rows <= halfOpenMax / 4) {
            crowded = false;
        }
        return crowded && !before;
    }

    /// Whether it had half of the rows that it may have where they do not grow, and has not come down to a quarter yet.
    boolean crowded() {
        return crowded && !defence.grows();
    }

    /// A SYN was answered while cookies are believed.
    void believes(long epoch) {
        believedEpoch = epoch;
    }

    /// Whether a cookie of an epoch is one of those that were to be believed when they were issued, whatever the
    /// defence is now.
    boolean believed(long issued) {
        return issued <= believedEpoch;
    }

    void answeredWithoutRow(long epoch) {
        rowlessEpoch = epoch;
    }

    /// Whether a cookie of an epoch may be one that it has sent without a row.
    boolean hadNoRows(long issued) {
        return issued <= rowlessEpoch;
    }
}
