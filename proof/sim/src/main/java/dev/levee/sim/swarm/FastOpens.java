package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

import dev.levee.path.SeededRandom;
import dev.levee.sim.SimHost;
import dev.levee.sim.swarm.Observer.Tuple;
import dev.levee.tcp.FastOpenUse;
import dev.levee.wire.IpAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the oracles know of fast opens (RFC 7413): which cookies hosts gave to whom, which SYNs brought text, and
/// when that text may be taken.
///
/// Threads: the simulation's.
final class FastOpens {
    /// What is kept free in a SYN with text, for options (RFC 7413 §4.2.1: the MSS "minus any TCP options").
    private static final int OPTION_OCTETS = 40;

    private static final int OLD_MAX = 16;

    /// Which host said it to whom.
    private record Pair(SimHost host, IpAddress other) {}

    /// A SYN with text that a host was given.
    record Old(SimHost host, byte[] octets) {}

    /// The cookie that a host gives to an address, since it started.
    private final Map<Pair, String> given = new LinkedHashMap<>();
    /// All cookies that a host was ever given by an address.
    private final Map<Pair, Set<String>> got = new LinkedHashMap<>();
    /// SYNs with text, by the connection that they would begin.
    private final Map<Tuple, Packet> texts = new LinkedHashMap<>();
    private final Map<Tuple, Packet> asked = new LinkedHashMap<>();
    private final List<Old> old = new ArrayList<>();
    private int oldCount;

    /// A host has lost its memory, and its secret with it.
    void crashed(SimHost host) {
        given.keySet().removeIf(pair -> pair.host() == host);
        got.keySet().removeIf(pair -> pair.host() == host);
        texts.keySet().removeIf(tuple -> tuple.host() == host);
        asked.keySet().removeIf(tuple -> tuple.host() == host);
    }

    /// A SYN was taken in by a host.
    void synArrives(Tuple tuple, Packet syn) {
        if (syn.cookie != null) {
            asked.put(tuple, syn);
        }
        if (syn.textLength == 0) {
            return;
        }
        texts.put(tuple, syn);
        var one = new Old(tuple.host(), syn.octets);
        if (old.size() < OLD_MAX) {
            old.add(one);
        } else {
            old.set(oldCount % OLD_MAX, one);
        }
        oldCount++;
    }

    /// A SYN with text that some host was given, perhaps long ago.
    @Nullable
    Old someSyn(SeededRandom random) {
        return old.isEmpty() ? null : old.get(random.nextInt(old.size()));
    }

    /// A SYN-ACK was taken in by a host.
    void answerArrives(Tuple tuple, Packet answer) {
        var cookie = answer.cookie;
        if (cookie != null && !cookie.isEmpty()) {
            got.computeIfAbsent(new Pair(tuple.host(), tuple.remote()), _ -> new HashSet<>())
                    .add(cookie);
        }
    }

    /// A host sends a SYN, without ACK.
    ///
    /// @param again whether it is not the connection's first
    void synLeaves(Tuple tuple, Packet syn, HostWatch watch, boolean again) {
        var use = watch.setup.tcp().fastOpen();
        var cookie = syn.cookie;
        boolean plain = syn.textLength == 0 && cookie == null;
        check(
                plain || (use != FastOpenUse.OFF && !again),
                Oracle.FAST_OPEN,
                "%s sends text or a cookie with a SYN %s: %s",
                watch.host.name(),
                again ? "that it repeats" : "and was not told to",
                syn);
        check(
                syn.textLength <= Math.max(0, syn.mss - OPTION_OCTETS),
                Oracle.FAST_OPEN,
                "%s sends a SYN with more text than is sure to fit: %s",
                watch.host.name(),
                syn);
        boolean free = use == FastOpenUse.WITHOUT_COOKIE;
        boolean shown = cookie != null && !cookie.isEmpty();
        boolean known = shown
                && got.getOrDefault(new Pair(watch.host, tuple.remote()), Set.of())
                        .contains(cookie);
        check(
                known || (!shown && (free || syn.textLength == 0)),
                Oracle.FAST_OPEN,
                "%s sends text without a cookie, or with one that it was never given: %s",
                watch.host.name(),
                syn);
    }

    /// A host sends a SYN-ACK that acknowledges `octets` of the SYN's text.
    void answerLeaves(Tuple tuple, Packet answer, HostWatch watch, long octets) {
        var cookie = answer.cookie;
        var pair = new Pair(watch.host, tuple.remote());
        if (cookie != null) {
            var syn = asked.get(tuple);
            var before = given.putIfAbsent(pair, cookie);
            check(
                    syn != null && !cookie.isEmpty() && (before == null || before.equals(cookie)),
                    Oracle.FAST_OPEN,
                    "%s gives a cookie that nobody asked for, or another than before: %s",
                    watch.host.name(),
                    answer);
        }
        if (octets == 0) {
            return;
        }
        var options = watch.setup.fastOpen();
        var syn = texts.get(tuple);
        boolean right = syn != null && syn.seq + 1 == answer.ack - (int) octets && octets <= syn.textLength;
        boolean proven = !options.cookieRequired()
                || (syn != null && given.getOrDefault(pair, "").equals(syn.cookie));
        check(
                right && proven && options.pendingMax() > 0,
                Oracle.FAST_OPEN,
                "%s takes %d octets with a SYN, and may not: %s in answer to %s",
                watch.host.name(),
                octets,
                answer,
                syn);
    }
}
