package dev.levee.stack;

import dev.levee.stack.EthernetConfig.DuplicateDetection;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.IpAddress;
import dev.levee.wire.MacAddress;
import java.util.ArrayList;
import java.util.List;

/// This host's addresses on the segment: asked for before they are used, if so configured (RFC 4862 §5.4, RFC
/// 5227 §2.1), announced (RFC 5227 §2.3, RFC 4861 §7.2.6), and defended (RFC 5227 §2.4).
///
/// An address that another station has is never used. One that another station takes later is kept and
/// announced again, every ten seconds at most (§2.4 (c): what servers do, whose connections must not end
/// because somebody claims their address).
///
/// Threads: shard.
final class AddressClaims {
    private static final long SECOND = 1_000_000_000L;

    // RFC 5227 §1.1.
    private static final long PROBE_WAIT_NANOS = SECOND;
    private static final int PROBES_V4 = 3;
    private static final long PROBE_MIN_NANOS = SECOND;
    private static final long PROBE_SPREAD_NANOS = SECOND;
    private static final long ANNOUNCE_WAIT_NANOS = 2 * SECOND;
    private static final int ANNOUNCEMENTS_V4 = 2;
    private static final long ANNOUNCE_INTERVAL_NANOS = 2 * SECOND;
    private static final long DEFEND_INTERVAL_NANOS = 10 * SECOND;

    // RFC 4862 §5.1 (DupAddrDetectTransmits), RFC 4861 §10.
    private static final int PROBES_V6 = 1;
    private static final int ANNOUNCEMENTS_V6 = 1;
    private static final long RETRANS_NANOS = SECOND;

    private enum State {
        PROBING,
        ANNOUNCING,
        SETTLED,
        DUPLICATE
    }

    /// One address.
    private static final class Claim {
        final IpAddress address;
        final boolean v4;
        final boolean probed;
        State state = State.PROBING;
        int sent;
        long deadlineNanos = Deadlines.NONE;
        boolean defended;
        long defendedNanos;
        long otherMac;

        Claim(IpAddress address, DuplicateDetection detection) {
            this.address = address;
            v4 = address.isV4();
            probed = v4 ? detection == DuplicateDetection.ALL : detection != DuplicateDetection.OFF;
        }

        boolean is(long high, long low) {
            return address.low() == low && address.high() == high;
        }

        boolean usable() {
            return state == State.ANNOUNCING || state == State.SETTLED;
        }
    }

    private final Claim[] claims;
    private final StackCounters.Row counters;
    private boolean allUsable;
    private long deadlineNanos = Deadlines.NONE;

    AddressClaims(List<Cidr> addresses, DuplicateDetection detection, StackCounters.Row counters) {
        this.counters = counters;
        claims = addresses.stream()
                .map(cidr -> new Claim(cidr.address(), detection))
                .toArray(Claim[]::new);
    }

    /// The host is on the segment from now on.
    void start(long nowNanos, Spread spread) {
        for (var claim : claims) {
            if (claim.probed) {
                claim.deadlineNanos = Deadlines.after(nowNanos, spread.below(PROBE_WAIT_NANOS));
            } else {
                claim.state = State.ANNOUNCING;
                claim.deadlineNanos = nowNanos;
            }
        }
        changed();
    }

    private void changed() {
        allUsable = true;
        deadlineNanos = Deadlines.NONE;
        for (var claim : claims) {
            allUsable &= claim.usable();
            deadlineNanos = Deadlines.earlier(deadlineNanos, claim.deadlineNanos);
        }
    }

    long nextDeadline() {
        return deadlineNanos;
    }

    /// Whether an address may be used; those that are not ours at all may not.
    boolean usable(long high, long low) {
        for (var claim : claims) {
            if (claim.is(high, low)) {
                return claim.usable();
            }
        }
        return false;
    }

    /// Whether all may be used, so that nobody has to ask for one.
    boolean allUsable() {
        return allUsable;
    }

    /// Whether it is decided of each address whether it may be used.
    boolean settled() {
        for (var claim : claims) {
            if (claim.state == State.PROBING) {
                return false;
            }
        }
        return true;
    }

    List<Stack.Duplicate> duplicates() {
        var duplicates = new ArrayList<Stack.Duplicate>();
        for (var claim : claims) {
            if (claim.state == State.DUPLICATE) {
                duplicates.add(new Stack.Duplicate(claim.address, new MacAddress(claim.otherMac)));
            }
        }
        return duplicates;
    }

    /// Another station uses one of our addresses, or is about to.
    ///
    /// @param probing whether it only asks whether somebody has it: a conflict while we ask, too
    /// @return whether the address is ours
    boolean claimed(long nowNanos, long high, long low, long mac, boolean probing) {
        for (var claim : claims) {
            if (claim.is(high, low)) {
                claimed(nowNanos, claim, mac, probing);
                return true;
            }
        }
        return false;
    }

    private void claimed(long nowNanos, Claim claim, long mac, boolean probing) {
        if (claim.state == State.DUPLICATE || probing && claim.usable()) {
            return;
        }
        counters.count(StackCounters.ADDRESS_CONFLICTS);
        if (claim.state == State.PROBING) {
            claim.state = State.DUPLICATE;
            claim.otherMac = mac;
            claim.deadlineNanos = Deadlines.NONE;
        } else if (!claim.defended || nowNanos - claim.defendedNanos >= DEFEND_INTERVAL_NANOS) {
            // "it MUST NOT [...] broadcast more than one ARP Announcement every DEFEND_INTERVAL".
            claim.defended = true;
            claim.defendedNanos = nowNanos;
            claim.state = State.ANNOUNCING;
            claim.sent = announcements(claim) - 1;
            claim.deadlineNanos = nowNanos;
        }
        changed();
    }

    private static int announcements(Claim claim) {
        return claim.v4 ? ANNOUNCEMENTS_V4 : ANNOUNCEMENTS_V6;
    }

    /// Writes the next probe or announcement that is due.
    boolean poll(long nowNanos, DiscoveryWriter out, Frame frame, Spread spread) {
        if (!Deadlines.due(nowNanos, deadlineNanos)) {
            return false;
        }
        boolean written = false;
        for (int i = 0; i < claims.length && !written; i++) {
            var claim = claims[i];
            if (Deadlines.due(nowNanos, claim.deadlineNanos)) {
                written = step(nowNanos, claim, out, frame, spread);
            }
        }
        changed();
        return written;
    }

    private boolean step(long nowNanos, Claim claim, DiscoveryWriter out, Frame frame, Spread spread) {
        int probes = claim.v4 ? PROBES_V4 : PROBES_V6;
        if (claim.state == State.PROBING && claim.sent == probes) {
            claim.state = State.ANNOUNCING;
            claim.sent = 0;
        }
        claim.sent++;
        if (claim.state == State.PROBING) {
            long wait = claim.v4 ? ANNOUNCE_WAIT_NANOS : RETRANS_NANOS;
            if (claim.sent < probes) {
                wait = PROBE_MIN_NANOS + spread.below(PROBE_SPREAD_NANOS);
            }
            claim.deadlineNanos = Deadlines.after(nowNanos, wait);
            out.probe(frame, claim.address);
            return true;
        }
        boolean more = claim.sent < announcements(claim);
        claim.deadlineNanos = more ? Deadlines.after(nowNanos, ANNOUNCE_INTERVAL_NANOS) : Deadlines.NONE;
        claim.state = more ? State.ANNOUNCING : State.SETTLED;
        out.announce(frame, claim.address);
        return true;
    }
}
