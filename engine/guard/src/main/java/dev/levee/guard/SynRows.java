package dev.levee.guard;

import dev.levee.wire.Handshake;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.IntConsumer;

/// The memory of a [SynCache]: rows of 64 octets, each on one cache line, and a head of 32 octets for each bucket of
/// ten, apart from them, so that the heads of a million rows fit into 4 MiB. Blocks of it double in size.
///
/// A row is named by [#ref]: its bucket times 16 plus its place. What a head knows of its rows:
///
/// | octets | what |
/// |---|---|
/// | 10 | a tag for each row, 0: free |
/// | 2 | which rows are protected, a bit each |
/// | 2 | which rows are pinned |
/// | 2 | free |
/// | 4 | when the first of them is due, in milliseconds |
/// | 4 | the epoch in which a row was last lost, as its lower 32 bits |
/// | 8 | free |
///
/// Threads: shard.
final class SynRows {
    static final int BUCKET_ROWS = 10;
    static final int FIRST_BUCKETS = 64;
    static final int ROW_BYTES = 64;
    static final int HEAD_BYTES = 32;
    static final int BUCKET_BYTES = BUCKET_ROWS * ROW_BYTES + HEAD_BYTES;

    static final long LOCAL_HIGH = 0;
    static final long LOCAL_LOW = 8;
    static final long REMOTE_HIGH = 16;
    static final long REMOTE_LOW = 24;
    static final long PORTS = 32;
    static final long IRS = 36;
    static final long ISS = 40;
    static final long TS_VAL = 44;
    static final long TS_OFFERED = 48;
    static final long DUE = 52;
    static final long MSS = 56;
    static final long LISTENER = 58;
    static final long WINDOW_SCALE = 60;
    static final long FLAGS = 61;
    static final long RETRIES = 62;
    static final long FRACTION = 63;

    private static final int HAS_TIMESTAMPS = 0x01;
    private static final int HAS_SACK = 0x02;
    static final int HAS_ECN = 0x04;
    /// In FLAGS, beside the options: its SYN-ACK was sent more than once.
    static final int SENT_AGAIN = 0x08;
    /// The handshake is complete and waits for room in the accept queue.
    static final int HELD = 0x10;
    /// Its numbers were chosen for it and are no cookie.
    static final int CHOSEN = 0x20;
    private static final int CHALLENGE = 0x40;
    private static final int CHALLENGES = 0xc0;

    private static final long PROTECTED = 10;
    private static final long PINNED = 12;
    private static final long FIRST_DUE = 16;
    private static final long LOST = 20;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfLong EIGHT_TAGS = LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort TWO_TAGS = SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    /// From so many buckets on, the next block is asked for when half of the last one is used, so that its memory can
    /// be prepared meanwhile.
    private static final int AHEAD_BUCKETS = 4_096;

    private static final int FIRST_SHIFT = Integer.numberOfTrailingZeros(FIRST_BUCKETS);
    private static final int BLOCKS = Integer.SIZE - FIRST_SHIFT;
    private static final long LOW_BITS = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private final GuardMemory memory;
    private final MemorySegment[] rows = new MemorySegment[BLOCKS];
    private final MemorySegment[] heads = new MemorySegment[BLOCKS];
    private final int bucketsMax;
    private int buckets;
    private int allocated;

    /// @param bucketsMax how many buckets there will ever be, at least 1
    SynRows(int bucketsMax, GuardMemory memory) {
        this.bucketsMax = bucketsMax;
        this.memory = memory;
        Arrays.fill(rows, MemorySegment.NULL);
        Arrays.fill(heads, MemorySegment.NULL);
    }

    static int ref(int bucket, int place) {
        return bucket << 4 | place;
    }

    static int bucketOf(int ref) {
        return ref >>> 4;
    }

    static int placeOf(int ref) {
        return ref & 15;
    }

    int buckets() {
        return buckets;
    }

    /// Octets that were allocated, those included that are not used yet.
    long bytes() {
        return (long) allocated * BUCKET_BYTES;
    }

    /// One more bucket, empty.
    void addBucket() {
        if (buckets == allocated) {
            addBlock();
        }
        buckets++;
        if (buckets >= AHEAD_BUCKETS && buckets == allocated - allocated / 4 && allocated < bucketsMax) {
            addBlock();
        }
    }

    /// The large block comes last: whoever gives it may be busy with it for a while.
    private void addBlock() {
        int size = Math.min(Math.max(FIRST_BUCKETS, allocated), bucketsMax - allocated);
        int block = block(allocated);
        heads[block] = memory.allocate((long) size * HEAD_BYTES);
        rows[block] = memory.allocate((long) size * BUCKET_ROWS * ROW_BYTES);
        allocated += size;
    }

    /// Block 0 holds the first buckets, each further one as many as all before it.
    private static int block(int bucket) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(bucket >>> FIRST_SHIFT);
    }

    private static int inBlock(int bucket, int block) {
        return block == 0 ? bucket : bucket - (1 << FIRST_SHIFT + block - 1);
    }

    private MemorySegment head(int bucket) {
        return heads[block(bucket)];
    }

    private static long headAt(int bucket) {
        return (long) inBlock(bucket, block(bucket)) * HEAD_BYTES;
    }

    /// The memory that a row lies in.
    MemorySegment memory(int ref) {
        return rows[block(bucketOf(ref))];
    }

    /// Where in [#memory] it begins.
    static long at(int ref) {
        int bucket = bucketOf(ref);
        return ((long) inBlock(bucket, block(bucket)) * BUCKET_ROWS + placeOf(ref)) * ROW_BYTES;
    }

    static long getLong(MemorySegment memory, long at) {
        return memory.get(LONG, at);
    }

    static int getInt(MemorySegment memory, long at) {
        return memory.get(INT, at);
    }

    static int getShort(MemorySegment memory, long at) {
        return memory.get(SHORT, at) & 0xffff;
    }

    static byte getByte(MemorySegment memory, long at) {
        return memory.get(BYTE, at);
    }

    static void putLong(MemorySegment memory, long at, long value) {
        memory.set(LONG, at, value);
    }

    static void putInt(MemorySegment memory, long at, int value) {
        memory.set(INT, at, value);
    }

    static void putShort(MemorySegment memory, long at, int value) {
        memory.set(SHORT, at, (short) value);
    }

    static void putByte(MemorySegment memory, long at, int value) {
        memory.set(BYTE, at, (byte) value);
    }

    /// Which rows of a bucket have this tag, a bit each. Tag 0: the free ones.
    int withTag(int bucket, int tag) {
        var head = head(bucket);
        long at = headAt(bucket);
        long pattern = tag * LOW_BITS;
        long last = head.get(TWO_TAGS, at + 8) & 0xffffL ^ pattern & 0xffffL;
        return zeroes(head.get(EIGHT_TAGS, at) ^ pattern) | zeroes(last | ~0xffffL) << 8;
    }

    /// A bit for each octet that is 0. Exact: no borrow runs from one octet into the next.
    private static int zeroes(long octets) {
        long zero = ~((octets & ~HIGH_BITS) + ~HIGH_BITS | octets | ~HIGH_BITS);
        // Bits 7, 15, .. 63 to 0 .. 7.
        return (int) ((zero >>> 7) * 0x0102_0408_1020_4080L >>> 56);
    }

    void tag(int ref, int tag) {
        head(bucketOf(ref)).set(BYTE, headAt(bucketOf(ref)) + placeOf(ref), (byte) tag);
    }

    int tag(int ref) {
        return head(bucketOf(ref)).get(BYTE, headAt(bucketOf(ref)) + placeOf(ref)) & 0xff;
    }

    /// Which rows of a bucket are protected, a bit each.
    int protectedRows(int bucket) {
        return getShort(head(bucket), headAt(bucket) + PROTECTED);
    }

    void protectedRows(int bucket, int bits) {
        putShort(head(bucket), headAt(bucket) + PROTECTED, bits);
    }

    /// Which rows of a bucket are pinned, a bit each.
    int pinnedRows(int bucket) {
        return getShort(head(bucket), headAt(bucket) + PINNED);
    }

    void pinnedRows(int bucket, int bits) {
        putShort(head(bucket), headAt(bucket) + PINNED, bits);
    }

    /// No row of the bucket is due before this, in milliseconds.
    int firstDue(int bucket) {
        return getInt(head(bucket), headAt(bucket) + FIRST_DUE);
    }

    void firstDue(int bucket, int millis) {
        putInt(head(bucket), headAt(bucket) + FIRST_DUE, millis);
    }

    /// The epoch in which a row of the bucket was last lost; 0: never.
    int lost(int bucket) {
        return getInt(head(bucket), headAt(bucket) + LOST);
    }

    void lost(int bucket, int epoch) {
        putInt(head(bucket), headAt(bucket) + LOST, epoch);
    }

    boolean is(int ref, int flag) {
        return (getByte(memory(ref), at(ref) + FLAGS) & flag) != 0;
    }

    void set(int ref, int flag) {
        putByte(memory(ref), at(ref) + FLAGS, getByte(memory(ref), at(ref) + FLAGS) | flag);
    }

    void clear(int ref, int flag) {
        putByte(memory(ref), at(ref) + FLAGS, getByte(memory(ref), at(ref) + FLAGS) & ~flag);
    }

    /// Counts one of the three challenges that a SYN-ACK has.
    ///
    /// @return whether there was one left
    boolean challenge(int ref) {
        int flags = getByte(memory(ref), at(ref) + FLAGS) & 0xff;
        if ((flags & CHALLENGES) == CHALLENGES) {
            return false;
        }
        putByte(memory(ref), at(ref) + FLAGS, flags + CHALLENGE);
        return true;
    }

    /// The SYN-ACK is sent once more: new challenges, and nobody knows any more which of them is answered.
    void sentAgain(int ref) {
        clear(ref, CHALLENGES);
        set(ref, SENT_AGAIN);
    }

    /// From its first timeout on, nobody asks for a row's fraction any more: this stands in its place.
    void noRetransmissions(int ref) {
        fraction(ref, 0);
    }

    /// Its timer has sent the SYN-ACK.
    void retransmitted(int ref) {
        sentAgain(ref);
        fraction(ref, fraction(ref) + 1);
    }

    /// How often that was, of a row whose time has come at least once.
    int retransmissions(int ref) {
        return fraction(ref);
    }

    /// How far into its millisecond the SYN came, in 256ths; 0: at its beginning.
    int fraction(int ref) {
        return getByte(memory(ref), at(ref) + FRACTION) & 0xff;
    }

    void fraction(int ref, int fraction) {
        putByte(memory(ref), at(ref) + FRACTION, fraction);
    }

    /// Hands the references of all rows in use over.
    void forEach(IntConsumer action) {
        for (int bucket = 0; bucket < buckets; bucket++) {
            for (int left = ~withTag(bucket, 0) & (1 << BUCKET_ROWS) - 1; left != 0; left &= left - 1) {
                action.accept(ref(bucket, Integer.numberOfTrailingZeros(left)));
            }
        }
    }

    /// Reads a row.
    void read(int ref, Handshake out) {
        var block = memory(ref);
        long at = at(ref);
        out.tuple(
                getLong(block, at + LOCAL_HIGH),
                getLong(block, at + LOCAL_LOW),
                getLong(block, at + REMOTE_HIGH),
                getLong(block, at + REMOTE_LOW),
                getInt(block, at + PORTS));
        int flags = getByte(block, at + FLAGS);
        out.options(
                getShort(block, at + MSS),
                getByte(block, at + WINDOW_SCALE),
                (flags & HAS_SACK) != 0,
                (flags & HAS_ECN) != 0,
                (flags & HAS_TIMESTAMPS) != 0);
        out.irs(getInt(block, at + IRS));
        out.iss(getInt(block, at + ISS));
        out.tsVal(getInt(block, at + TS_VAL));
        out.tsOffered(getInt(block, at + TS_OFFERED));
        out.listener(getShort(block, at + LISTENER));
    }

    /// Fills a row.
    void write(int ref, Handshake from, int dueMillis) {
        var block = memory(ref);
        long at = at(ref);
        putLong(block, at + LOCAL_HIGH, from.localHigh());
        putLong(block, at + LOCAL_LOW, from.localLow());
        putLong(block, at + REMOTE_HIGH, from.remoteHigh());
        putLong(block, at + REMOTE_LOW, from.remoteLow());
        putInt(block, at + PORTS, from.ports());
        putInt(block, at + DUE, dueMillis);
        putByte(block, at + RETRIES, 0);
        writeOptions(block, at, from);
    }

    /// Another handshake of the same tuple takes a row: everything changes but the tuple and when it is due.
    void replace(int ref, Handshake handshake) {
        putByte(memory(ref), at(ref) + RETRIES, 0);
        writeOptions(memory(ref), at(ref), handshake);
    }

    private static void writeOptions(MemorySegment block, long at, Handshake from) {
        putInt(block, at + IRS, from.irs());
        putInt(block, at + ISS, from.iss());
        putInt(block, at + TS_VAL, from.tsVal());
        putInt(block, at + TS_OFFERED, from.tsOffered());
        putShort(block, at + MSS, from.mss());
        putShort(block, at + LISTENER, from.listener());
        putByte(block, at + WINDOW_SCALE, from.windowScale());
        int flags = (from.timestamps() ? HAS_TIMESTAMPS : 0)
                | (from.sackPermitted() ? HAS_SACK : 0)
                | (from.ecn() ? HAS_ECN : 0);
        putByte(block, at + FLAGS, flags);
    }

    /// Copies a row into a free one.
    void copy(int from, int to) {
        MemorySegment.copy(memory(from), at(from), memory(to), at(to), ROW_BYTES);
    }
}
