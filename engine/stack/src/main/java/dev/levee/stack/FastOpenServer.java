package dev.levee.stack;

import dev.levee.tcp.FastOpen;
import dev.levee.wire.Segment;
import dev.levee.wire.SipHash;
import org.jspecify.annotations.Nullable;

/// What a listener says to the text and the cookie of a SYN (RFC 7413 §4.1.2 and §4.2.2).
///
/// Costs: nothing but a test where the listener has it off, two more for a SYN without option and text; a SipHash
/// of the two addresses for a SYN with the option, two with a backup key and a cookie that is not the primary's.
/// What the answer needs to be remembered by is one object, made only when there is something to remember.
///
/// Threads: shard.
final class FastOpenServer {
    private static final int COOKIE_OCTETS = Long.BYTES;

    private final FastOpenKeys ownKeys;
    private final StackCounters.Row counters;
    private boolean gives;
    private long cookie;
    private boolean experimental;

    FastOpenServer(SipHash secret, StackCounters.Row counters) {
        this.ownKeys = new FastOpenKeys(Keys.FAST_OPEN.from(secret), null);
        this.counters = counters;
    }

    /// @return null: an ordinary handshake, whose SYN-ACK may have a cookie to give ([#gives])
    @Nullable
    FastOpen judge(long nowNanos, Listener listener, Segment syn) {
        forget();
        var options = listener.options().fastOpen();
        if (options.pendingMax() == 0) {
            return null;
        }
        int length = syn.fastOpenLength();
        boolean asks = length == 0;
        boolean brings = FastOpen.isCookie(length);
        boolean free = !options.cookieRequired();
        if (!asks && !brings && !(free && syn.payloadLength() > 0)) {
            return null;
        }
        if (!listener.fastOpens().room(nowNanos, options.pendingMax())) {
            counters.count(StackCounters.FAST_OPEN_FULL);
            return null;
        }
        if (free) {
            return FastOpen.accepting();
        }
        var given = options.keys();
        var keys = given == null ? ownKeys : given;
        cookie = FastOpenKeys.cookie(keys.primary(), syn.ip());
        boolean fits = length == COOKIE_OCTETS;
        if (fits && syn.fastOpenHigh() == cookie) {
            return FastOpen.accepting();
        }
        var backup = keys.backup();
        if (fits && backup != null && syn.fastOpenHigh() == FastOpenKeys.cookie(backup, syn.ip())) {
            return FastOpen.accepting().withCookie(cookie, syn.fastOpenExperimental());
        }
        // RFC 7413 §4.2.2: with an invalid cookie, as without one, the SYN-ACK acknowledges only the SYN, and brings
        // a valid one.
        counters.count(asks ? StackCounters.FAST_OPEN_COOKIES_GIVEN : StackCounters.FAST_OPEN_COOKIES_WRONG);
        gives = true;
        experimental = syn.fastOpenExperimental();
        return null;
    }

    /// Nothing is given.
    void forget() {
        gives = false;
    }

    /// Whether the SYN-ACK of the handshake that was judged last brings a cookie: [#cookie].
    boolean gives() {
        return gives;
    }

    long cookie() {
        return cookie;
    }

    /// Whether as the experiment that the option once was.
    boolean experimental() {
        return experimental;
    }
}
