package dev.levee.guard;

import dev.levee.wire.Handshake;
import dev.levee.wire.SipHash;
import java.util.function.IntConsumer;

/// Handshakes under way, without objects: a table of rows of 64 octets in native memory, IPv4 and IPv6 alike.
///
/// - **Two choices.** A tuple has two buckets of ten rows; a new one goes into the one with more room. A keyed hash
///   chooses them, so that nobody can choose tuples that collide. On the way to 76 % of a full table of 131,072
///   buckets, 3 of a million rows have found both buckets full.
/// - **Growth** is linear hashing: one bucket is added at a time, and takes over what belongs to it of one other.
///   An insertion splits at most one; nothing is ever copied as a whole. The table does not shrink. A budget of 42 KiB
///   times a power of two is used best: at others some buckets have to bear twice as much as the rest.
/// - **Loss.** Where both buckets are full, a row is thrown out: a random one of those that are not protected, and
///   never one that is pinned. Its bucket remembers the epoch: only there can a cookie without a row be honest
///   ([#lostSince]).
/// - **Time.** Each bucket knows when its first row is due. A hand goes round the table while any may be due, at most
///   [#SLICE_BUCKETS] buckets a millisecond: a due row may come up to a round late, which is 1 ms for every 1,024
///   buckets, 128 ms for 131,072, under pressure up to a second more, and never early.
///
/// A row is named by a reference, which is good until the next insertion.
///
/// Threads: shard.
public final class SynCache {
    /// Octets of native memory for each bucket of ten rows.
    public static final int BUCKET_BYTES = SynRows.BUCKET_BYTES;
    /// Rows of a bucket.
    public static final int BUCKET_ROWS = SynRows.BUCKET_ROWS;
    /// No row.
    public static final int NONE = -1;

    static final int SLICE_BUCKETS = 1024;
    private static final int UNHURRIED_MILLIS = 1_000;

    /// Rows for each bucket, on average, before the table begins to double. What is not split yet has up to twice as
    /// many as what is; so every insertion splits one bucket until all are.
    private static final int ROWS_PER_BUCKET = 6;
    /// More protected rows of a bucket than this are as good as unprotected.
    private static final int PROTECTED_MAX = 5;
    /// More pinned ones are not taken.
    private static final int PINNED_MAX = 3;
    private static final int ALL_ROWS = (1 << BUCKET_ROWS) - 1;

    /// Later than anything that is ever due.
    private static final int FAR_MILLIS = Integer.MAX_VALUE / 2;

    /// An odd number whose bits are mixed.
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    private final SynRows rows;
    private final int bucketsMax;
    private final int firstBuckets;
    /// Buckets of the last whole doubling; those up to `split` are already split again.
    private int level;
    private int split;
    private int count;
    private int pinned;
    private final SipHash key;

    /// A lower bound of every row's due time, and that of the rows that the hand has passed in this round.
    private int earliest;
    private int roundEarliest;
    private boolean round;
    private int hand;
    private int handPlace;
    private int sliceLeft;
    private int sliceMillis;
    private boolean unhurried;

    private final Handshake victim = new Handshake();
    private boolean lost;

    /// @param bytesMax the most native memory that it may ever take, at least [#BUCKET_BYTES]
    /// @param key of the places of tuples
    /// @param memory where its rows come from
    /// @throws IllegalArgumentException when the memory is too little for one bucket
    public SynCache(long bytesMax, SipHash key, GuardMemory memory) {
        if (bytesMax < BUCKET_BYTES) {
            throw new IllegalArgumentException("a SYN cache needs at least " + BUCKET_BYTES + " octets, one bucket of "
                    + BUCKET_ROWS + " rows, but has " + bytesMax);
        }
        this.key = key;
        bucketsMax = (int) Math.min(bytesMax / BUCKET_BYTES, 1 << 24);
        rows = new SynRows(bucketsMax, memory);
        firstBuckets = Integer.highestOneBit(Math.min(bucketsMax, SynRows.FIRST_BUCKETS));
    }

    /// Rows in use.
    public int size() {
        return count;
    }

    /// Pinned rows.
    public int pinned() {
        return pinned;
    }

    /// Rows that there is room for when the memory budget is spent.
    public int rowsMax() {
        return bucketsMax * BUCKET_ROWS;
    }

    /// Octets of native memory taken.
    public long bytes() {
        return rows.bytes();
    }

    /// The hash by which the other methods find a tuple's buckets.
    ///
    /// @param ports the local port in the upper 16 bits, the remote one in the lower
    public long hash(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        return key.place(localHigh, localLow, remoteHigh, remoteLow, ports);
    }

    /// The row of a tuple; [#NONE] when there is none.
    public int find(long hash, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        if (count == 0) {
            return NONE;
        }
        int first = bucket(first(hash));
        int found = findIn(first, hash, localHigh, localLow, remoteHigh, remoteLow, ports);
        if (found != NONE) {
            return found;
        }
        int second = bucket(second(hash));
        return second == first ? NONE : findIn(second, hash, localHigh, localLow, remoteHigh, remoteLow, ports);
    }

    private int findIn(
            int bucket, long hash, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        for (int left = rows.withTag(bucket, tag(hash)); left != 0; left &= left - 1) {
            int ref = SynRows.ref(bucket, Integer.numberOfTrailingZeros(left));
            var memory = rows.memory(ref);
            long at = SynRows.at(ref);
            if (SynRows.getInt(memory, at + SynRows.PORTS) == ports
                    && SynRows.getLong(memory, at + SynRows.REMOTE_LOW) == remoteLow
                    && SynRows.getLong(memory, at + SynRows.REMOTE_HIGH) == remoteHigh
                    && SynRows.getLong(memory, at + SynRows.LOCAL_LOW) == localLow
                    && SynRows.getLong(memory, at + SynRows.LOCAL_HIGH) == localHigh) {
                return ref;
            }
        }
        return NONE;
    }

    /// Adds a row for a tuple that has none. Where its buckets are full, another row is thrown out, unless all of
    /// them are pinned. Afterwards [#lastLost] says whether that happened.
    ///
    /// @param dueMillis when it is due first
    /// @param epoch of the moment, for who is thrown out, and for itself when it is not taken
    /// @return its reference; [#NONE] when it was not taken
    public int insert(long hash, Handshake handshake, int dueMillis, long epoch) {
        grow();
        int ref = place(hash, epoch);
        if (ref == NONE) {
            return NONE;
        }
        if (count == 0 || dueMillis - earliest < 0) {
            earliest = dueMillis;
        }
        if (round && dueMillis - roundEarliest < 0) {
            roundEarliest = dueMillis;
        }
        count++;
        rows.tag(ref, tag(hash));
        int bucket = SynRows.bucketOf(ref);
        boolean alone = rows.withTag(bucket, 0) == (ALL_ROWS & ~(1 << SynRows.placeOf(ref)));
        if (alone || dueMillis - rows.firstDue(bucket) < 0) {
            rows.firstDue(bucket, dueMillis);
        }
        rows.write(ref, handshake, dueMillis);
        return ref;
    }

    /// Makes room where there is none.
    private int place(long hash, long epoch) {
        int ref = choose(hash);
        lost = ref == NONE || rows.tag(ref) != 0;
        if (lost) {
            int bucket = ref == NONE ? bucket(first(hash)) : SynRows.bucketOf(ref);
            rows.lost(bucket, (int) epoch);
            if (ref != NONE) {
                throwOut(ref);
            }
        }
        return ref;
    }

    /// Where a row of a tuple is to lie: in the bucket with more room, or else in the place of a random row of both.
    /// What is random is the tuple's hash, which nobody knows.
    private int choose(long hash) {
        int first = bucket(first(hash));
        int second = bucket(second(hash));
        int freeFirst = rows.withTag(first, 0);
        int freeSecond = rows.withTag(second, 0);
        if ((freeFirst | freeSecond) != 0) {
            boolean toFirst = Integer.bitCount(freeFirst) >= Integer.bitCount(freeSecond);
            int free = toFirst ? freeFirst : freeSecond;
            return SynRows.ref(toFirst ? first : second, Integer.numberOfTrailingZeros(free));
        }
        int victimsFirst = victims(first);
        int victimsSecond = first == second ? 0 : victims(second);
        int countFirst = Integer.bitCount(victimsFirst);
        int victims = countFirst + Integer.bitCount(victimsSecond);
        if (victims == 0) {
            return NONE;
        }
        int drawn = (int) ((hash * MIX >>> 33) * victims >>> 31);
        boolean inFirst = drawn < countFirst;
        int left = inFirst ? victimsFirst : victimsSecond;
        for (int skipped = inFirst ? drawn : drawn - countFirst; skipped > 0; skipped--) {
            left &= left - 1;
        }
        return SynRows.ref(inFirst ? first : second, Integer.numberOfTrailingZeros(left));
    }

    private void throwOut(int ref) {
        var memory = rows.memory(ref);
        long at = SynRows.at(ref);
        long high = SynRows.getLong(memory, at + SynRows.REMOTE_HIGH);
        victim.tuple(0, 0, high, SynRows.getLong(memory, at + SynRows.REMOTE_LOW), 0);
        victim.listener(SynRows.getShort(memory, at + SynRows.LISTENER));
        remove(ref);
    }

    private int victims(int bucket) {
        int pinnedHere = rows.pinnedRows(bucket);
        int protectedHere = rows.protectedRows(bucket);
        if (Integer.bitCount(protectedHere) > PROTECTED_MAX) {
            protectedHere = 0;
        }
        return ALL_ROWS & ~(pinnedHere | protectedHere);
    }

    /// Whether the last insertion has thrown a row out, or found no place because all rows were pinned.
    public boolean lastLost() {
        return lost;
    }

    /// Who was thrown out last: its remote address and its listener, and nothing else.
    public Handshake victim() {
        return victim;
    }

    /// Whether a handshake of this tuple may have lost its row in an epoch or since.
    public boolean lostSince(long hash, long epoch) {
        if (rows.buckets() == 0) {
            return false;
        }
        return lostIn(bucket(first(hash)), epoch) || lostIn(bucket(second(hash)), epoch);
    }

    private boolean lostIn(int bucket, long epoch) {
        int lostEpoch = rows.lost(bucket);
        return lostEpoch != 0 && lostEpoch - (int) epoch >= 0;
    }

    /// A row's handshake counts as lost from now on, whether the row stays or not.
    public void lose(int ref, long epoch) {
        rows.lost(SynRows.bucketOf(ref), (int) epoch);
    }

    /// Whether a tuple that has no row would get one without another's being thrown out.
    public boolean hasRoom(long hash) {
        return rows.buckets() == 0
                || rows.withTag(bucket(first(hash)), 0) != 0
                || rows.withTag(bucket(second(hash)), 0) != 0;
    }

    /// Removes a row.
    public void remove(int ref) {
        rows.tag(ref, 0);
        expose(ref);
        count--;
    }

    /// A row is neither protected nor pinned any more.
    private void expose(int ref) {
        int bucket = SynRows.bucketOf(ref);
        int bit = 1 << SynRows.placeOf(ref);
        pinned -= (rows.pinnedRows(bucket) & bit) == 0 ? 0 : 1;
        rows.pinnedRows(bucket, rows.pinnedRows(bucket) & ~bit);
        rows.protectedRows(bucket, rows.protectedRows(bucket) & ~bit);
    }

    /// Reads a row.
    public void read(int ref, Handshake out) {
        rows.read(ref, out);
    }

    /// Another SYN of the same tuple has taken the row's place: everything but the tuple changes, and it is
    /// neither protected nor pinned any more.
    public void replace(int ref, Handshake handshake, int dueMillis) {
        expose(ref);
        rows.replace(ref, handshake);
        due(ref, dueMillis);
    }

    /// A row is worth more than one of which nothing but a SYN is known.
    public void protect(int ref) {
        int bucket = SynRows.bucketOf(ref);
        rows.protectedRows(bucket, rows.protectedRows(bucket) | 1 << SynRows.placeOf(ref));
    }

    public boolean isProtected(int ref) {
        return (rows.protectedRows(SynRows.bucketOf(ref)) >>> SynRows.placeOf(ref) & 1) != 0;
    }

    /// A row may not be lost. Its bucket takes only [#PINNED_MAX] of those.
    ///
    /// @return whether it is pinned now
    public boolean pin(int ref) {
        int bucket = SynRows.bucketOf(ref);
        int bits = rows.pinnedRows(bucket);
        int bit = 1 << SynRows.placeOf(ref);
        if ((bits & bit) != 0) {
            return true;
        }
        if (Integer.bitCount(bits) >= PINNED_MAX) {
            return false;
        }
        rows.pinnedRows(bucket, bits | bit);
        pinned++;
        return true;
    }

    /// Whether a row of this tuple could be pinned, in whichever of its buckets it came to lie.
    public boolean pinnable(long hash) {
        return rows.buckets() == 0 || pinnableIn(bucket(first(hash))) && pinnableIn(bucket(second(hash)));
    }

    private boolean pinnableIn(int bucket) {
        return Integer.bitCount(rows.pinnedRows(bucket)) < PINNED_MAX;
    }

    public boolean isPinned(int ref) {
        return (rows.pinnedRows(SynRows.bucketOf(ref)) >>> SynRows.placeOf(ref) & 1) != 0;
    }

    /// What else a row has.
    SynRows rows() {
        return rows;
    }

    void forEach(IntConsumer action) {
        rows.forEach(action);
    }

    /// The peer's timestamp is newer than what the row has.
    void stamp(int ref, int tsVal) {
        SynRows.putInt(rows.memory(ref), SynRows.at(ref) + SynRows.TS_VAL, tsVal);
    }

    /// How often its SYN-ACK was sent again.
    public int retries(int ref) {
        return SynRows.getByte(rows.memory(ref), SynRows.at(ref) + SynRows.RETRIES);
    }

    /// Counts one more, and says when it is due again.
    public void retried(int ref, int dueMillis) {
        SynRows.putByte(rows.memory(ref), SynRows.at(ref) + SynRows.RETRIES, retries(ref) + 1);
        due(ref, dueMillis);
    }

    /// When it is due, in milliseconds.
    public int due(int ref) {
        return SynRows.getInt(rows.memory(ref), SynRows.at(ref) + SynRows.DUE);
    }

    /// Changes when it is due.
    public void due(int ref, int dueMillis) {
        SynRows.putInt(rows.memory(ref), SynRows.at(ref) + SynRows.DUE, dueMillis);
        int bucket = SynRows.bucketOf(ref);
        if (dueMillis - rows.firstDue(bucket) < 0) {
            rows.firstDue(bucket, dueMillis);
        }
        if (dueMillis - earliest < 0) {
            earliest = dueMillis;
        }
        if (round && dueMillis - roundEarliest < 0) {
            roundEarliest = dueMillis;
        }
    }

    /// Whether due rows may come another second late: of a full table under a flood, each bucket has one that is due
    /// whenever the hand passes it, and to look for that takes as long as to answer SYNs does.
    void unhurried(boolean on) {
        unhurried = on;
    }

    /// A row that is due; to be called until [#NONE]. Who gets one removes it or says when it is due again.
    public int nextDue(int nowMillis) {
        if (nowMillis != sliceMillis) {
            sliceMillis = nowMillis;
            sliceLeft = SLICE_BUCKETS;
        }
        while (round || begins(nowMillis)) {
            int ref = turn(nowMillis);
            if (ref != NONE || round) {
                return ref;
            }
        }
        return NONE;
    }

    private boolean begins(int nowMillis) {
        if (count == 0 || nowMillis - earliest < 0) {
            return false;
        }
        round = true;
        hand = 0;
        handPlace = 0;
        roundEarliest = nowMillis + FAR_MILLIS;
        return true;
    }

    /// Goes on with the round: to the next due row, or to its end, or until the slice is spent.
    private int turn(int nowMillis) {
        while (hand < rows.buckets()) {
            if (handPlace == 0) {
                if (sliceLeft == 0) {
                    return NONE;
                }
                sliceLeft--;
            }
            int ref = dueIn(hand, nowMillis);
            if (ref != NONE) {
                return ref;
            }
            hand++;
            handPlace = 0;
        }
        round = false;
        earliest = roundEarliest;
        return NONE;
    }

    /// The next due row of the hand's bucket; when there is none, the bucket knows what is due first.
    private int dueIn(int bucket, int nowMillis) {
        int used = ALL_ROWS & ~rows.withTag(bucket, 0);
        if (used == 0) {
            return NONE;
        }
        if (handPlace == 0 && nowMillis - rows.firstDue(bucket) < 0) {
            roundEarliest = earlier(roundEarliest, rows.firstDue(bucket));
            return NONE;
        }
        for (; handPlace < BUCKET_ROWS; handPlace++) {
            int ref = SynRows.ref(bucket, handPlace);
            if ((used >>> handPlace & 1) != 0 && nowMillis - due(ref) >= 0) {
                handPlace++;
                return ref;
            }
        }
        int first = nowMillis + FAR_MILLIS;
        for (int left = used; left != 0; left &= left - 1) {
            first = earlier(first, due(SynRows.ref(bucket, Integer.numberOfTrailingZeros(left))));
        }
        if (unhurried && first - nowMillis < UNHURRIED_MILLIS) {
            first = nowMillis + UNHURRIED_MILLIS;
        }
        rows.firstDue(bucket, first);
        roundEarliest = earlier(roundEarliest, first);
        return NONE;
    }

    private static int earlier(int a, int b) {
        return a - b < 0 ? a : b;
    }

    /// Whether any row may become due.
    public boolean waits() {
        return count > 0;
    }

    /// Before this, in milliseconds, [#nextDue] has nothing, if it had nothing when it was asked last.
    public int nextDueMillis() {
        return round ? sliceMillis + 1 : earliest;
    }

    /// The two buckets' numbers before they are taken to the table's size, and the tag.
    private static int first(long hash) {
        return (int) hash & 0x3ff_ffff;
    }

    private static int second(long hash) {
        return (int) (hash >>> 28) & 0x3ff_ffff;
    }

    private static int tag(long hash) {
        int tag = (int) (hash >>> 56);
        return tag == 0 ? 1 : tag;
    }

    private int bucket(int number) {
        int at = number & 2 * level - 1;
        return at < rows.buckets() ? at : number & level - 1;
    }

    private void grow() {
        if (rows.buckets() == 0) {
            while (rows.buckets() < firstBuckets) {
                rows.addBucket();
            }
            level = firstBuckets;
            return;
        }
        // Few rows of a bucket may be pinned, so that those alone make it grow, too.
        boolean crowded = split > 0 || count >= level * ROWS_PER_BUCKET || pinned >= level;
        if (crowded && rows.buckets() < bucketsMax) {
            splitOne();
        }
    }

    private void splitOne() {
        int from = split;
        int to = rows.buckets();
        assert to == level + split : "buckets are split in turn";
        rows.addBucket();
        rows.lost(to, rows.lost(from));
        rows.firstDue(to, rows.firstDue(from));
        int place = 0;
        for (int left = ALL_ROWS & ~rows.withTag(from, 0); left != 0; left &= left - 1) {
            int ref = SynRows.ref(from, Integer.numberOfTrailingZeros(left));
            if (moves(ref, from)) {
                move(ref, SynRows.ref(to, place++));
            }
        }
        if (++split == level) {
            split = 0;
            level *= 2;
        }
    }

    /// Whether neither of a row's buckets is the one that it lies in, now that there is one more.
    private boolean moves(int ref, int from) {
        var memory = rows.memory(ref);
        long at = SynRows.at(ref);
        long hash = key.place(
                SynRows.getLong(memory, at + SynRows.LOCAL_HIGH),
                SynRows.getLong(memory, at + SynRows.LOCAL_LOW),
                SynRows.getLong(memory, at + SynRows.REMOTE_HIGH),
                SynRows.getLong(memory, at + SynRows.REMOTE_LOW),
                SynRows.getInt(memory, at + SynRows.PORTS));
        return bucket(first(hash)) != from && bucket(second(hash)) != from;
    }

    private void move(int from, int to) {
        rows.copy(from, to);
        rows.tag(to, rows.tag(from));
        rows.tag(from, 0);
        int bit = 1 << SynRows.placeOf(from);
        int newBit = 1 << SynRows.placeOf(to);
        int old = SynRows.bucketOf(from);
        int next = SynRows.bucketOf(to);
        if ((rows.protectedRows(old) & bit) != 0) {
            rows.protectedRows(old, rows.protectedRows(old) & ~bit);
            rows.protectedRows(next, rows.protectedRows(next) | newBit);
        }
        if ((rows.pinnedRows(old) & bit) != 0) {
            rows.pinnedRows(old, rows.pinnedRows(old) & ~bit);
            rows.pinnedRows(next, rows.pinnedRows(next) | newBit);
        }
    }
}
