package dev.levee.tcp;

import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.util.Arrays;

/// What active opens remember of their peers for fast open (RFC 7413 §4.1.3): the cookie, the MSS, and whether the
/// option went unanswered, by our address and the peer's: "For a multihomed client, the cookies are dependent on the
/// client and server IP addresses." Bounded: the pair that was not connected for longest goes first.
///
/// Memory: 68 octets an entry in parallel arrays, [#CAPACITY] of them (70 KB) as soon as there is one, none
/// before. Looking one up costs a SipHash of 32 octets and a step or two.
///
/// When fast opens fail again and again, something on the way swallows them: they pause, for everybody, each time
/// twice as long as the last.
///
/// Threads: shard.
public final class FastOpenCookies {
    /// How many peers are remembered.
    public static final int CAPACITY = 1024;
    /// How long the first pause is unless told otherwise.
    public static final long PAUSE_NANOS = 3_600_000_000_000L;

    private static final int NONE = -1;
    private static final int DOUBLINGS_MAX = 6;

    /// The fields of `facts`: MSS, octets of the cookie, whether it is the experiment's, what went unanswered.
    private static final int LENGTH_SHIFT = 16;
    private static final int LENGTH_MASK = 0x1f;
    private static final int EXPERIMENTAL = 1 << 21;
    private static final int UNANSWERED_SHIFT = 22;
    private static final int UNANSWERED_MASK = 0x3;
    private static final int OPTION = 1;
    private static final int EXPERIMENT = 2;

    private final SipHash key;
    private int size;
    private long[] localHigh = {};
    private long[] localLow = {};
    private long[] addressHigh = {};
    private long[] addressLow = {};
    private long[] cookieHigh = {};
    private long[] cookieLow = {};
    private int[] facts = {};
    /// By hash the first entry, and from it the next ones.
    private int[] rows = {};
    private int[] chain = {};
    /// From the newest to the oldest and back.
    private int[] older = {};
    private int[] newer = {};
    private int newest = NONE;
    private int oldest = NONE;

    private long pauseNanos = PAUSE_NANOS;
    private long pausedUntilNanos;
    private int pauses;
    private boolean pausing;

    FastOpenCookies(SipHash key) {
        this.key = key;
    }

    /// Whether an active open from `local` to `remote` could send text with its SYN now.
    public boolean ready(long nowNanos, FastOpenUse use, IpAddress local, IpAddress remote) {
        if (use == FastOpenUse.OFF || paused(nowNanos)) {
            return false;
        }
        return use == FastOpenUse.WITHOUT_COOKIE || cookieLength(find(local, remote)) > 0;
    }

    /// Forgets all peers.
    public void clear() {
        size = 0;
        newest = NONE;
        oldest = NONE;
        Arrays.fill(rows, NONE);
    }

    /// Peers that are remembered.
    public int size() {
        return size;
    }

    /// How long the first pause is, the next one twice as long and so on up to the sixth; 0: never a pause. A
    /// pause that goes on ends.
    public void pauseNanos(long nanos) {
        pauseNanos = nanos;
        pausing = false;
        pauses = 0;
    }

    /// Whether fast opens pause.
    public boolean paused(long nowNanos) {
        if (pausing && nowNanos - pausedUntilNanos >= 0) {
            pausing = false;
        }
        return pausing;
    }

    /// A fast open failed as if it were swallowed.
    void failed(long nowNanos) {
        if (pauseNanos > 0) {
            pausing = true;
            pausedUntilNanos = Deadlines.after(nowNanos, pauseNanos << Math.min(pauses, DOUBLINGS_MAX));
            pauses++;
        }
    }

    /// A peer has taken text with a SYN.
    void succeeded() {
        pauses = 0;
    }

    /// @return an entry, or NONE, which has no MSS and no cookie
    int find(IpAddress local, IpAddress remote) {
        if (size == 0) {
            return NONE;
        }
        int entry = rows[row(local.high(), local.low(), remote.high(), remote.low())];
        while (entry != NONE && !isOf(entry, local, remote)) {
            entry = chain[entry];
        }
        return entry;
    }

    private boolean isOf(int entry, IpAddress local, IpAddress remote) {
        return addressLow[entry] == remote.low()
                && addressHigh[entry] == remote.high()
                && localLow[entry] == local.low()
                && localHigh[entry] == local.high();
    }

    private int row(long localHigh, long localLow, long high, long low) {
        return (int) key.hash(high, low, localHigh, localLow) & CAPACITY - 1;
    }

    /// The entry, the newest from now on.
    int findOrAdd(IpAddress local, IpAddress remote) {
        int entry = find(local, remote);
        if (entry != NONE) {
            unlink(entry);
        } else {
            entry = add(local, remote);
        }
        older[entry] = newest;
        newer[entry] = NONE;
        if (newest == NONE) {
            oldest = entry;
        } else {
            newer[newest] = entry;
        }
        newest = entry;
        return entry;
    }

    private int add(IpAddress local, IpAddress remote) {
        if (rows.length == 0) {
            allocate();
        }
        int entry = size;
        if (size == CAPACITY) {
            entry = oldest;
            unlink(entry);
            removeFromRow(entry);
        } else {
            size++;
        }
        localHigh[entry] = local.high();
        localLow[entry] = local.low();
        addressHigh[entry] = remote.high();
        addressLow[entry] = remote.low();
        facts[entry] = 0;
        int row = row(entry);
        chain[entry] = rows[row];
        rows[row] = entry;
        return entry;
    }

    private int row(int entry) {
        return row(localHigh[entry], localLow[entry], addressHigh[entry], addressLow[entry]);
    }

    private void allocate() {
        localHigh = new long[CAPACITY];
        localLow = new long[CAPACITY];
        addressHigh = new long[CAPACITY];
        addressLow = new long[CAPACITY];
        cookieHigh = new long[CAPACITY];
        cookieLow = new long[CAPACITY];
        facts = new int[CAPACITY];
        chain = new int[CAPACITY];
        older = new int[CAPACITY];
        newer = new int[CAPACITY];
        rows = new int[CAPACITY];
        Arrays.fill(rows, NONE);
    }

    private void unlink(int entry) {
        int after = older[entry];
        int before = newer[entry];
        if (before == NONE) {
            newest = after;
        } else {
            older[before] = after;
        }
        if (after == NONE) {
            oldest = before;
        } else {
            newer[after] = before;
        }
    }

    private void removeFromRow(int entry) {
        int row = row(entry);
        if (rows[row] == entry) {
            rows[row] = chain[entry];
            return;
        }
        int before = rows[row];
        while (chain[before] != entry) {
            before = chain[before];
        }
        chain[before] = chain[entry];
    }

    /// The MSS that the peer said last; 0: not known.
    int mss(int entry) {
        return entry == NONE ? 0 : facts[entry] & 0xffff;
    }

    void mss(int entry, int mss) {
        if (mss > 0) {
            facts[entry] = facts[entry] & ~0xffff | mss;
        }
    }

    /// Octets of the cookie; 0: one is to be asked for.
    int cookieLength(int entry) {
        return entry == NONE ? 0 : facts[entry] >>> LENGTH_SHIFT & LENGTH_MASK;
    }

    long cookieHigh(int entry) {
        return entry == NONE ? 0 : cookieHigh[entry];
    }

    long cookieLow(int entry) {
        return entry == NONE ? 0 : cookieLow[entry];
    }

    /// Whether the option is to be sent as the experiment: because the cookie came so, or because the regular one
    /// went unanswered and the experiment was not tried.
    boolean experimental(int entry) {
        if (entry == NONE) {
            return false;
        }
        return cookieLength(entry) > 0
                ? (facts[entry] & EXPERIMENTAL) != 0
                : (facts[entry] >>> UNANSWERED_SHIFT & UNANSWERED_MASK) == OPTION;
    }

    /// The peer gave a cookie.
    void cookie(int entry, long high, long low, int length, boolean experimental) {
        cookieHigh[entry] = high;
        cookieLow[entry] = low;
        facts[entry] = facts[entry] & 0xffff | length << LENGTH_SHIFT | (experimental ? EXPERIMENTAL : 0);
    }

    /// The peer was asked for a cookie and gave none. The experiment is tried once, then the regular option for
    /// ever.
    void refused(int entry, boolean experimental) {
        int unanswered = experimental ? EXPERIMENT : OPTION;
        if (cookieLength(entry) == 0 && unanswered > (facts[entry] >>> UNANSWERED_SHIFT & UNANSWERED_MASK)) {
            facts[entry] = facts[entry] & 0xffff | unanswered << UNANSWERED_SHIFT;
        }
    }
}
