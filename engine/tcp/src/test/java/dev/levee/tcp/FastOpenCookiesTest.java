package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.util.LinkedHashMap;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What is remembered of peers, against a map that forgets what was used longest ago.
class FastOpenCookiesTest {
    private static final IpAddress LOCAL = IpAddress.parse("198.18.0.2");
    private static final IpAddress PEER = IpAddress.parse("198.18.0.1");

    private final FastOpenCookies cookies = new FastOpenCookies(new SipHash(1, 2));

    /// Pairs that differ in one of the four halves of their addresses, or in several.
    private static IpAddress local(long pair) {
        return new IpAddress(pair & 1, pair >> 1 & 1);
    }

    private static IpAddress remote(long pair) {
        return new IpAddress(pair >> 2 & 1, pair >> 3);
    }

    private record Known(int mss, int length, long high, long low, boolean experimental) {}

    @Test
    @Rfc("7413:4.1.3")
    void agreesWithAMapThatForgetsTheOldest() {
        var random = new Random(5);
        var model = new LinkedHashMap<Long, Known>(16, 0.75f, true);
        for (int i = 0; i < 20_000; i++) {
            long peer = random.nextInt(1_400);
            if (random.nextInt(4) == 0) {
                check(peer, model.containsKey(peer) ? model.get(peer) : null);
                if (model.containsKey(peer)) {
                    // The map takes looking for use: so must the other.
                    cookies.findOrAdd(local(peer), remote(peer));
                }
                continue;
            }
            var known = new Known(
                    1 + random.nextInt(0xffff),
                    4 + 2 * random.nextInt(7),
                    random.nextLong(),
                    random.nextLong(),
                    random.nextBoolean());
            int entry = cookies.findOrAdd(local(peer), remote(peer));
            cookies.mss(entry, known.mss);
            cookies.cookie(entry, known.high, known.low, known.length, known.experimental);
            model.put(peer, known);
            if (model.size() > FastOpenCookies.CAPACITY) {
                model.remove(model.keySet().iterator().next());
            }
            assertThat(cookies.size()).isEqualTo(model.size());
        }
        for (long peer = 0; peer < 1_400; peer++) {
            check(peer, model.containsKey(peer) ? model.get(peer) : null);
        }
        cookies.clear();
        assertThat(cookies.size()).isZero();
        assertThat(cookies.find(local(3), remote(3))).isEqualTo(-1);
        cookies.findOrAdd(local(3), remote(3));
        check(3, new Known(0, 0, 0, 0, false));
        assertThat(cookies.find(local(4), remote(4))).isEqualTo(-1);
    }

    private void check(long peer, @Nullable Known known) {
        int entry = cookies.find(local(peer), remote(peer));
        assertThat(entry != -1).isEqualTo(known != null);
        assertThat(cookies.mss(entry)).isEqualTo(known == null ? 0 : known.mss);
        assertThat(cookies.cookieLength(entry)).isEqualTo(known == null ? 0 : known.length);
        assertThat(cookies.experimental(entry)).isEqualTo(known != null && known.experimental);
        if (known == null || known.length > 0) {
            assertThat(cookies.cookieHigh(entry)).isEqualTo(known == null ? 0 : known.high);
            assertThat(cookies.cookieLow(entry)).isEqualTo(known == null ? 0 : known.low);
        }
    }

    @Test
    @Rfc("7413:4.1.3")
    void experimentIsTriedOnceWhenTheOptionGoesUnanswered() {
        int entry = cookies.findOrAdd(LOCAL, PEER);
        cookies.mss(entry, 1460);
        assertThat(cookies.experimental(entry)).isFalse();
        cookies.refused(entry, false);
        assertThat(cookies.experimental(entry)).isTrue();
        cookies.refused(entry, true);
        assertThat(cookies.experimental(entry)).isFalse();
        cookies.refused(entry, false);
        assertThat(cookies.experimental(entry)).as("no second time").isFalse();
        assertThat(cookies.mss(entry)).isEqualTo(1460);
        cookies.mss(entry, 0);
        assertThat(cookies.mss(entry)).as("not said: as before").isEqualTo(1460);
        cookies.cookie(entry, 5, 6, 8, false);
        cookies.refused(entry, false);
        assertThat(cookies.experimental(entry)).as("it has a cookie").isFalse();
        assertThat(cookies.cookieLength(entry)).isEqualTo(8);
    }

    @Test
    @Rfc("7413:4.1.3")
    void eachFailureInARowPausesTwiceAsLongUpToTheSixth() {
        cookies.pauseNanos(Wire.SECOND);
        long now = -Wire.SECOND / 2;
        for (int i = 0; i < 9; i++) {
            cookies.failed(now);
            long pause = Wire.SECOND << Math.min(i, 6);
            assertThat(cookies.paused(now + pause - 1)).isTrue();
            assertThat(cookies.paused(now + pause)).as("failure %d", i).isFalse();
            now += pause;
        }
        cookies.succeeded();
        cookies.failed(now);
        assertThat(cookies.paused(now + Wire.SECOND)).isFalse();
        cookies.failed(now);
        cookies.pauseNanos(0);
        assertThat(cookies.paused(now)).isFalse();
        cookies.failed(now);
        assertThat(cookies.paused(now)).isFalse();
    }

    @Test
    void readyAreThoseWithACookieOrWhoNeedNoneOutsideOfPauses() {
        assertThat(cookies.ready(0, FastOpenUse.OFF, LOCAL, PEER)).isFalse();
        assertThat(cookies.ready(0, FastOpenUse.WITHOUT_COOKIE, LOCAL, PEER)).isTrue();
        assertThat(cookies.ready(0, FastOpenUse.WITH_COOKIE, LOCAL, PEER)).isFalse();
        int entry = cookies.findOrAdd(LOCAL, PEER);
        assertThat(cookies.ready(0, FastOpenUse.WITH_COOKIE, LOCAL, PEER)).isFalse();
        cookies.cookie(entry, 1, 2, 4, false);
        assertThat(cookies.ready(0, FastOpenUse.WITH_COOKIE, LOCAL, PEER)).isTrue();
        assertThat(cookies.ready(0, FastOpenUse.OFF, LOCAL, PEER)).isFalse();
        cookies.failed(0);
        assertThat(cookies.ready(0, FastOpenUse.WITH_COOKIE, LOCAL, PEER)).isFalse();
        assertThat(cookies.ready(0, FastOpenUse.WITHOUT_COOKIE, LOCAL, PEER)).isFalse();
    }
}
