package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.Handshake;
import dev.levee.wire.SipHash;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Attacks on the table itself: on where its rows lie, and on which of them is thrown out.
class TableAttacksTest {
    private static final long EPOCH = 112_500_000;
    private static final int BUCKETS = 64;
    private static final int ROWS_OF_TWO_BUCKETS = 2 * SynCache.BUCKET_ROWS;
    private static final SipHash KNOWN = new SipHash(1, 2);
    private static final SipHash SECRET = new SipHash(0x1234_5678_9abc_def0L, 77);

    private final Random random = new Random(23);

    private static SynCache cache(SipHash key) {
        return new SynCache((long) BUCKETS * SynCache.BUCKET_BYTES, key, GuardMemory.ofJvm());
    }

    private static long hash(SynCache cache, Handshake h) {
        return cache.hash(h.localHigh(), h.localLow(), h.remoteHigh(), h.remoteLow(), h.ports());
    }

    private static int insert(SynCache cache, Handshake h) {
        return cache.insert(hash(cache, h), h, 1_000, EPOCH);
    }

    /// The two buckets of a tuple in a table of 64, as the class has it.
    private static boolean liesInTheFirstFour(long hash) {
        return (hash & 0x3f) < 4 && (hash >>> 28 & 0x3f) < 4;
    }

    /// The attack: SYNs whose tuples all meet in the same few buckets. With a key that he knows, whoever tries some
    /// hundred thousand tuples has enough of them; the key is not known.
    @Test
    void chosenTuplesMeetOnlyWhereTheKeyIsKnown() {
        var known = cache(KNOWN);
        var chosen = new ArrayList<Handshake>();
        while (chosen.size() < 320) {
            var tuple = random.handshake();
            if (liesInTheFirstFour(hash(known, tuple))) {
                chosen.add(tuple);
            }
        }
        assertThat(lost(known, chosen))
                .as("of 320 in a table of 640, with the key")
                .isEqualTo(320 - 4 * 10);
        assertThat(lost(cache(SECRET), chosen)).as("without it").isZero();
    }

    private static int lost(SynCache cache, List<Handshake> tuples) {
        int lost = 0;
        for (var tuple : tuples) {
            insert(cache, tuple);
            lost += cache.lastLost() ? 1 : 0;
        }
        return lost;
    }

    /// The attack: who knows whose turn is next sends as many SYNs as it takes. Where there is no room, one of the
    /// twenty rows that share the newcomer's buckets goes, each with the same chance, however long it was
    /// there: whoever looks for a victim looks at no more than those.
    @Test
    void theVictimIsAnyOfTwentyRowsAndNobodyElse() {
        var cache = cache(SECRET);
        for (int i = 0; i < 20_000; i++) {
            insert(cache, random.handshake());
        }
        assertThat(cache.size()).isEqualTo(BUCKETS * SynCache.BUCKET_ROWS);
        var places = new int[SynCache.BUCKET_ROWS];
        int rounds = 20_000;
        for (int i = 0; i < rounds; i++) {
            int ref = insert(cache, random.handshake());
            assertThat(cache.lastLost()).isTrue();
            places[SynRows.placeOf(ref)]++;
        }
        double expected = (double) rounds / places.length;
        double chiSquared = 0;
        for (int count : places) {
            chiSquared += (count - expected) * (count - expected) / expected;
        }
        // Nine degrees of freedom: above 27.9 once in a thousand times.
        assertThat(chiSquared).isLessThan(27.9);
    }

    /// The same for what stays: an honest row among rows that are thrown out all the time lasts as long as chance has
    /// it, on average as many SYNs as the table has rows, and nobody can make it shorter.
    @Test
    void aRowLastsAsLongAsTheTableHasRows() {
        var cache = cache(SECRET);
        for (int i = 0; i < 20_000; i++) {
            insert(cache, random.handshake());
        }
        long lasted = 0;
        int honest = 400;
        for (int i = 0; i < honest; i++) {
            var row = random.handshake();
            insert(cache, row);
            while (find(cache, row) != SynCache.NONE) {
                insert(cache, random.handshake());
                lasted++;
            }
        }
        assertThat(lasted / honest).isBetween(BUCKETS * 10 * 8 / 10L, BUCKETS * 10 * 12 / 10L);
    }

    private static int find(SynCache cache, Handshake h) {
        return cache.find(hash(cache, h), h.localHigh(), h.localLow(), h.remoteHigh(), h.remoteLow(), h.ports());
    }

    /// What a SYN makes the table look at: the rows of its two buckets that have its tag, which without the key is one
    /// in 255.
    @Test
    void aSearchComparesHardlyARow() {
        var cache = cache(SECRET);
        for (int i = 0; i < 20_000; i++) {
            insert(cache, random.handshake());
        }
        int same = 0;
        int most = 0;
        int rounds = 20_000;
        for (int i = 0; i < rounds; i++) {
            long hash = hash(cache, random.handshake());
            int tag = (int) (hash >>> 56) == 0 ? 1 : (int) (hash >>> 56);
            int compared = Integer.bitCount(cache.rows().withTag((int) hash & 0x3f, tag))
                    + Integer.bitCount(cache.rows().withTag((int) (hash >>> 28) & 0x3f, tag));
            same += compared;
            most = Math.max(most, compared);
        }
        assertThat(most).isLessThan(ROWS_OF_TWO_BUCKETS / 2);
        assertThat((double) same / rounds).isLessThan(0.1);
    }

    /// The attack: none, but what was once a mistake (a hash that all processors shared, DragonFly DF-0484): cookies
    /// issued and checked by two threads with the same keys.
    @Test
    void shardsShareKeysAndNothingElse() throws InterruptedException {
        assertThat(refusedOf(500_000)).isZero();
    }

    @Test
    @Tag("full")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void shardsShareKeysAndNothingElseForAHundredMillionCookies() throws InterruptedException {
        assertThat(refusedOf(100_000_000)).isZero();
    }

    private static long refusedOf(int cookiesOfAll) throws InterruptedException {
        var keys = new CookieKeys(SECRET);
        var refused = new AtomicLong();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 2; i++) {
            int seed = i;
            threads.add(Thread.ofPlatform().start(() -> refused.addAndGet(refusedBy(keys, seed, cookiesOfAll / 2))));
        }
        for (var thread : threads) {
            thread.join();
        }
        return refused.get();
    }

    private static long refusedBy(CookieKeys keys, int seed, int count) {
        var cookies = new SynCookies(keys);
        var random = new Random(seed);
        var out = new Handshake();
        long refused = 0;
        for (boolean timestamps : new boolean[] {false, true}) {
            var syn = random.handshake();
            syn.options(1460, 7, true, false, timestamps);
            var third = new Guesses(syn, 2);
            for (int i = 0; i < count / 2; i++) {
                syn.irs(random.word());
                cookies.issue(syn, EPOCH);
                var ack = third.next(syn.irs() + 1, syn.iss() + 1, syn.tsOffered());
                refused += cookies.check(ack, EPOCH, out) ? 0 : 1;
            }
        }
        return refused;
    }
}
