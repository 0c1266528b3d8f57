package dev.levee.stack;

import dev.levee.stack.Neighbour.State;
import dev.levee.tcp.CloseCause.IcmpReason;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.Frame;
import dev.levee.wire.IpAddress;
import dev.levee.wire.MacAddress;
import dev.levee.wire.SipHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The hosts of the segment: who has which link-layer address, and whether they are there. Neighbour
/// unreachability detection by RFC 4861 §7.3, with the states of its Appendix C, for both families: what ARP
/// says is taken as the neighbour advertisement that says the same.
///
/// **Bounded.** Entries are `Limits.neighboursMax`, made as they are needed and reused. New ones are on
/// probation: those that are asked for (because something is to be sent to them) and those that have asked for
/// us, a quarter of the table each, the oldest giving way. An entry leaves probation when something is sent to
/// its known address. When the table is full, the entry that was used longest ago goes, but never a gateway's,
/// and never one through which a connection has made progress in the last minute: nobody who invents hosts
/// can drive out those that are in use. How many are newly asked for in a second is limited.
///
/// Threads: shard.
final class Neighbours {
    private static final long SECOND = 1_000_000_000L;
    /// RFC 4861 §10.
    static final int SOLICITATIONS_MAX = 3;

    static final long DELAY_FIRST_PROBE_NANOS = 5 * SECOND;
    private static final long REACHABLE_NANOS = 30 * SECOND;
    private static final long RETRANS_NANOS = SECOND;
    /// "This value should be a uniformly distributed random value between MIN_RANDOM_FACTOR and
    /// MAX_RANDOM_FACTOR times the Base", drawn anew now and then (§6.3.2, §6.3.4).
    private static final long REDRAW_NANOS = 2 * 3600 * SECOND;

    static final long PROVEN_NANOS = 60 * SECOND;
    /// What a router may make of the two times.
    private static final long MILLIS_MAX = 3_600_000;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final int entriesMax;
    private final Neighbour[] entries;
    private final @Nullable Neighbour[] buckets;
    private final SipHash key;
    private final Routes routes;
    private final NeighbourErrors errors;
    private final StackCounters.Row counters;
    private final Spread spread;
    private final RateLimit newcomers;
    private final Unresolved unresolved = new Unresolved();
    private final DeadlineHeap deadlines = new DeadlineHeap();
    private final NeighbourList incomplete = new NeighbourList();
    private final NeighbourList learned = new NeighbourList();
    private final ArrayDeque<Neighbour> asking = new ArrayDeque<>();
    private final ArrayDeque<Neighbour> releasing = new ArrayDeque<>();
    private final ArrayDeque<Neighbour> free = new ArrayDeque<>();

    /// The last one found: most packets go to the one before's.
    private @Nullable Neighbour latest;

    private int made;
    private int size;
    private long baseReachableNanos = REACHABLE_NANOS;
    private long reachableNanos = REACHABLE_NANOS;
    private long retransNanos = RETRANS_NANOS;
    private long drawnNanos;

    Neighbours(StackConfig config, Routes routes, NeighbourErrors errors, StackCounters.Row counters, Spread spread) {
        this.routes = routes;
        this.errors = errors;
        this.counters = counters;
        this.spread = spread;
        key = Keys.NEIGHBOURS.from(config.secret());
        entriesMax = config.limits().neighboursMax();
        entries = new Neighbour[entriesMax];
        buckets = new @Nullable Neighbour[Integer.highestOneBit(entriesMax) << 1];
        newcomers = new RateLimit(entriesMax, entriesMax / 4);
    }

    /// The host is on the segment from now on.
    void start(long nowNanos) {
        draw(nowNanos);
    }

    private void draw(long nowNanos) {
        drawnNanos = nowNanos;
        reachableNanos = baseReachableNanos / 2 + spread.below(baseReachableNanos);
    }

    /// What a router says about the two times, each 0 when it says nothing (RFC 4861 §6.3.4).
    void times(long nowNanos, long reachableMillis, long retransMillis) {
        if (retransMillis > 0) {
            retransNanos = Math.min(retransMillis, MILLIS_MAX) * NANOS_PER_MILLI;
        }
        long base = Math.min(reachableMillis, MILLIS_MAX) * NANOS_PER_MILLI;
        if (base > 0 && base != baseReachableNanos) {
            baseReachableNanos = base;
            draw(nowNanos);
        }
    }

    List<Stack.NeighbourView> views() {
        var views = new ArrayList<Stack.NeighbourView>();
        for (int i = 0; i < made; i++) {
            var entry = entries[i];
            if (entry.state != State.NONE) {
                var mac = entry.state == State.INCOMPLETE ? null : new MacAddress(entry.mac);
                views.add(new Stack.NeighbourView(new IpAddress(entry.high, entry.low), mac, entry.state.toString()));
            }
        }
        return views;
    }

    @Nullable
    Neighbour find(long high, long low) {
        var last = latest;
        if (last != null && last.is(high, low)) {
            return last;
        }
        var entry = buckets[bucket(high, low)];
        while (entry != null && !entry.is(high, low)) {
            entry = entry.nextInBucket;
        }
        if (entry != null) {
            latest = entry;
        }
        return entry;
    }

    private int bucket(long high, long low) {
        return (int) key.hash(high, low, 0, 0, 0) & buckets.length - 1;
    }

    // ---- sending ----

    /// Something is to be sent to a next hop.
    ///
    /// @param packet kept if the link-layer address is not known yet
    /// @param srcHigh its source
    /// @return the neighbour if its address is known; otherwise null, and the packet waits or was dropped
    @Nullable
    Neighbour use(long nowNanos, long high, long low, long srcHigh, long srcLow, Frame packet) {
        var neighbour = find(high, low);
        if (neighbour == null) {
            neighbour = solicited(nowNanos, high, low, srcHigh, srcLow);
            if (neighbour == null) {
                counters.count(StackCounters.NEIGHBOUR_PACKETS_DROPPED);
                return null;
            }
        }
        if (neighbour.state == State.INCOMPLETE) {
            keep(neighbour, packet);
            return null;
        }
        sent(nowNanos, neighbour, srcHigh, srcLow);
        return neighbour;
    }

    /// §7.3.3: "The first time a node sends a packet to a neighbor whose entry is STALE, the sender changes the
    /// state to DELAY and sets a timer to expire in DELAY_FIRST_PROBE_TIME seconds."
    private void sent(long nowNanos, Neighbour neighbour, long srcHigh, long srcLow) {
        neighbour.usedNanos = nowNanos;
        if (neighbour.state == State.REACHABLE && nowNanos - neighbour.confirmedNanos > reachableNanos) {
            neighbour.state = State.STALE;
        }
        if (neighbour.state == State.STALE) {
            neighbour.state = State.DELAY;
            neighbour.srcHigh = srcHigh;
            neighbour.srcLow = srcLow;
            deadlines.set(neighbour, Deadlines.after(nowNanos, DELAY_FIRST_PROBE_NANOS));
        }
        if (!neighbour.used) {
            neighbour.used = true;
            NeighbourList.leave(neighbour);
        }
    }

    private @Nullable Neighbour solicited(long nowNanos, long high, long low, long srcHigh, long srcLow) {
        boolean gateway = routes.isGateway(high, low);
        if (!gateway && !newcomers.take(nowNanos)) {
            return null;
        }
        var neighbour = add(nowNanos, high, low, incomplete);
        if (neighbour == null) {
            return null;
        }
        neighbour.state = State.INCOMPLETE;
        neighbour.srcHigh = srcHigh;
        neighbour.srcLow = srcLow;
        if (!gateway) {
            incomplete.addLast(neighbour);
        }
        ask(neighbour);
        return neighbour;
    }

    private void keep(Neighbour neighbour, Frame packet) {
        if (unresolved.exhausted() && neighbour.packets == 0) {
            dropOldestPacket();
        }
        if (unresolved.add(neighbour, packet) > 0) {
            counters.count(StackCounters.NEIGHBOUR_PACKETS_DROPPED);
        }
    }

    private void dropOldestPacket() {
        for (var oldest = incomplete.first(); oldest != null; oldest = oldest.next) {
            if (oldest.packets > 0) {
                unresolved.removeFirst(oldest);
                counters.count(StackCounters.NEIGHBOUR_PACKETS_DROPPED);
                return;
            }
        }
    }

    // ---- what others say ----

    /// A neighbour has told its link-layer address (RFC 4861 §7.2.5), or answered by ARP. Of nobody that is not
    /// asked for, or known, anything is remembered: "If no entry exists, the advertisement SHOULD be silently
    /// discarded."
    ///
    /// @param mac 0 when the message does not give it
    /// @return whether there is such an entry
    boolean advertised(long nowNanos, long high, long low, long mac, boolean solicited, boolean override) {
        var neighbour = find(high, low);
        if (neighbour == null) {
            return false;
        }
        if (neighbour.state == State.INCOMPLETE) {
            if (mac != 0) {
                resolved(nowNanos, neighbour, mac, solicited);
            }
            return true;
        }
        boolean changed = mac != 0 && mac != neighbour.mac;
        if (changed && !override) {
            if (neighbour.state == State.REACHABLE) {
                rest(neighbour, State.STALE);
            }
            return true;
        }
        if (changed) {
            neighbour.mac = mac;
        }
        if (solicited) {
            confirmed(nowNanos, neighbour);
        } else if (changed) {
            rest(neighbour, State.STALE);
        }
        return true;
    }

    /// Whether what an advertisement says is taken over: of a neighbour that is known, and not about another
    /// link-layer address unless it may override the known one. Otherwise it "MUST NOT update the cache" (§7.2.5).
    boolean believes(long high, long low, long mac, boolean override) {
        var neighbour = find(high, low);
        if (neighbour == null) {
            return false;
        }
        return neighbour.state == State.INCOMPLETE ? mac != 0 : override || mac == 0 || mac == neighbour.mac;
    }

    /// As an ARP reply to us says it: it confirms only while there is a request of ours (ARP has no flag that
    /// tells answers from announcements).
    boolean replied(long nowNanos, long high, long low, long mac) {
        var neighbour = find(high, low);
        boolean asked = neighbour != null
                && neighbour.solicitations > 0
                && (neighbour.state == State.INCOMPLETE || neighbour.state == State.PROBE);
        return advertised(nowNanos, high, low, mac, asked, true);
    }

    /// Somebody who speaks to us has told its link-layer address in passing (§7.2.3): a solicitation, an ARP
    /// request for an address of ours, a router's message.
    void heard(long nowNanos, long high, long low, long mac) {
        if (advertised(nowNanos, high, low, mac, false, true)) {
            return;
        }
        var neighbour = add(nowNanos, high, low, learned);
        if (neighbour != null) {
            neighbour.state = State.STALE;
            neighbour.mac = mac;
            if (!routes.isGateway(high, low)) {
                learned.addLast(neighbour);
            }
        }
    }

    /// A connection has made progress through this next hop: what was sent to it has arrived (§7.3.1).
    void progress(long nowNanos, long high, long low) {
        var neighbour = find(high, low);
        if (neighbour != null && neighbour.state != State.INCOMPLETE) {
            neighbour.proven = true;
            neighbour.provenNanos = nowNanos;
            confirmed(nowNanos, neighbour);
        }
    }

    /// A connection sends in vain through this next hop, which may be why: it is asked whether it is
    /// there, unless it has shown that a moment ago.
    ///
    /// @param srcHigh where the connection sends from
    void doubted(long nowNanos, long high, long low, long srcHigh, long srcLow) {
        var neighbour = find(high, low);
        if (neighbour == null
                || neighbour.state == State.INCOMPLETE
                || neighbour.state == State.PROBE
                || nowNanos - neighbour.confirmedNanos < retransNanos) {
            return;
        }
        neighbour.state = State.PROBE;
        neighbour.solicitations = 0;
        neighbour.srcHigh = srcHigh;
        neighbour.srcLow = srcLow;
        ask(neighbour);
    }

    private void resolved(long nowNanos, Neighbour neighbour, long mac, boolean solicited) {
        neighbour.mac = mac;
        NeighbourList.leave(neighbour);
        if (solicited) {
            confirmed(nowNanos, neighbour);
        } else {
            rest(neighbour, State.STALE);
        }
        if (neighbour.packets > 0 && !neighbour.inReleasing) {
            neighbour.inReleasing = true;
            releasing.addLast(neighbour);
        }
    }

    private void confirmed(long nowNanos, Neighbour neighbour) {
        neighbour.confirmedNanos = nowNanos;
        if (neighbour.state != State.REACHABLE) {
            if (nowNanos - drawnNanos > REDRAW_NANOS) {
                draw(nowNanos);
            }
            rest(neighbour, State.REACHABLE);
        }
    }

    /// A state in which nothing is done by itself.
    private void rest(Neighbour neighbour, State state) {
        neighbour.state = state;
        neighbour.solicitations = 0;
        neighbour.asking = false;
        deadlines.remove(neighbour);
    }

    // ---- what is due ----

    /// When [#pollAsking] or [#pollReleased] has something to do.
    long nextDeadline() {
        return deadlines.earliest();
    }

    boolean outputWaits() {
        return !asking.isEmpty() || !releasing.isEmpty();
    }

    /// The next neighbour to be solicited; null when none is due. Its solicitation is counted as sent.
    @Nullable
    Neighbour pollAsking(long nowNanos) {
        for (var due = deadlines.pollDue(nowNanos); due != null; due = deadlines.pollDue(nowNanos)) {
            due(nowNanos, (Neighbour) due);
        }
        for (var next = asking.pollFirst(); next != null; next = asking.pollFirst()) {
            next.inAsking = false;
            if (next.asking) {
                next.asking = false;
                next.solicitations++;
                deadlines.set(next, Deadlines.after(nowNanos, retransNanos));
                return next;
            }
        }
        return null;
    }

    private void due(long nowNanos, Neighbour neighbour) {
        if (neighbour.state == State.DELAY) {
            neighbour.state = State.PROBE;
            neighbour.solicitations = 0;
            ask(neighbour);
        } else if (neighbour.solicitations < SOLICITATIONS_MAX) {
            ask(neighbour);
        } else {
            unreachable(nowNanos, neighbour);
        }
    }

    /// §7.2.2: "If no Neighbor Advertisement is received after MAX_MULTICAST_SOLICIT solicitations, address
    /// resolution has failed. The sender MUST return ICMP destination unreachable indications [...] for each
    /// packet queued awaiting address resolution": here, to the connections. A neighbour that was known and is
    /// silent is forgotten (§7.3.3), so that what is sent next asks for it anew.
    private void unreachable(long nowNanos, Neighbour neighbour) {
        counters.count(StackCounters.NEIGHBOURS_UNREACHABLE);
        for (var packet = unresolved.first(neighbour); packet != null; packet = unresolved.first(neighbour)) {
            errors.report(nowNanos, packet, IcmpReason.HOST);
            counters.count(StackCounters.NEIGHBOUR_PACKETS_DROPPED);
            unresolved.removeFirst(neighbour);
        }
        routes.failed(neighbour.high, neighbour.low);
        remove(neighbour);
    }

    private void ask(Neighbour neighbour) {
        neighbour.asking = true;
        if (!neighbour.inAsking) {
            neighbour.inAsking = true;
            asking.addLast(neighbour);
        }
    }

    /// Moves the next packet whose neighbour is known by now to `out`.
    ///
    /// @return that neighbour; null when there is none
    @Nullable
    Neighbour pollReleased(long nowNanos, Frame out) {
        for (var next = releasing.peekFirst(); next != null; next = releasing.peekFirst()) {
            var packet = next.state == State.INCOMPLETE ? null : unresolved.first(next);
            if (packet == null) {
                releasing.removeFirst();
                next.inReleasing = false;
                continue;
            }
            boolean fits = out.copyFrom(packet);
            unresolved.removeFirst(next);
            if (fits) {
                sent(nowNanos, next, next.srcHigh, next.srcLow);
                return next;
            }
        }
        return null;
    }

    // ---- the table ----

    /// @param probation the list that the newcomer will stand in
    private @Nullable Neighbour add(long nowNanos, long high, long low, NeighbourList probation) {
        if (probation.size() >= entriesMax / 4) {
            remove(Objects.requireNonNull(probation.first()));
        } else if (size == entriesMax && !evict(nowNanos)) {
            return null;
        }
        var neighbour = free.pollFirst();
        if (neighbour == null) {
            neighbour = new Neighbour();
            entries[made++] = neighbour;
        }
        neighbour.high = high;
        neighbour.low = low;
        neighbour.solicitations = 0;
        neighbour.used = false;
        neighbour.proven = false;
        neighbour.usedNanos = nowNanos;
        int bucket = bucket(high, low);
        neighbour.nextInBucket = buckets[bucket];
        buckets[bucket] = neighbour;
        size++;
        return neighbour;
    }

    /// Lets the entry go that was used longest ago and may go. Looks at all of them: it happens for a quarter
    /// of the table at most before those on probation give way to each other.
    private boolean evict(long nowNanos) {
        Neighbour victim = null;
        for (int i = 0; i < made; i++) {
            var entry = entries[i];
            boolean inUse = entry.proven && nowNanos - entry.provenNanos < PROVEN_NANOS;
            boolean older = victim == null || entry.usedNanos - victim.usedNanos < 0;
            if (older && !inUse && entry.state != State.NONE && !routes.isGateway(entry.high, entry.low)) {
                victim = entry;
            }
        }
        if (victim == null) {
            return false;
        }
        remove(victim);
        return true;
    }

    private void remove(Neighbour neighbour) {
        while (neighbour.packets > 0) {
            counters.count(StackCounters.NEIGHBOUR_PACKETS_DROPPED);
            unresolved.removeFirst(neighbour);
        }
        rest(neighbour, State.NONE);
        NeighbourList.leave(neighbour);
        int bucket = bucket(neighbour.high, neighbour.low);
        var entry = buckets[bucket];
        if (entry == neighbour) {
            buckets[bucket] = neighbour.nextInBucket;
        } else {
            while (Objects.requireNonNull(entry).nextInBucket != neighbour) {
                entry = entry.nextInBucket;
            }
            entry.nextInBucket = neighbour.nextInBucket;
        }
        neighbour.nextInBucket = null;
        if (latest == neighbour) {
            latest = null;
        }
        size--;
        free.addLast(neighbour);
    }
}
