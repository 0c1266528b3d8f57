package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.guard.SynGate.Claim;
import dev.levee.guard.SynGate.Verdict;
import dev.levee.wire.Handshake;
import dev.levee.wire.SipHash;
import java.util.ArrayList;
import java.util.List;

/// A gate with room for 640 handshakes, its one listener, and who comes to it.
abstract class GateFixture {
    static final long MILLI = 1_000_000L;
    static final long EPOCH = 112_500_000;
    static final int BUCKETS = 64;

    final Acks acks = new Acks();
    final Handshake out = new Handshake();
    final Random random = new Random(17);
    GuardedListener listener = new GuardedListener(0, Defence.AUTO);
    SynGate gate = gate(GuardConfig.DEFAULT.withBytesMax(BUCKETS * SynCache.BUCKET_BYTES));
    int now = 1_000;
    boolean closed;

    SynGate gate(GuardConfig config) {
        return new SynGate(
                config,
                new SipHash(5, 6),
                new SipHash(1, 2),
                new CookieKeys(new SipHash(3, 4)),
                GuardMemory.ofJvm(),
                number -> closed ? null : listener);
    }

    void choose(Defence defence) {
        listener = new GuardedListener(0, defence);
    }

    long hash(Handshake h) {
        return gate.hash(h.localHigh(), h.localLow(), h.remoteHigh(), h.remoteLow(), h.ports());
    }

    Verdict syn(Handshake syn) {
        return gate.onSyn(now * MILLI, EPOCH, hash(syn), syn, listener);
    }

    Handshake newcomer() {
        var syn = random.handshake();
        syn(syn);
        return syn;
    }

    void flood(int syns) {
        for (int i = 0; i < syns; i++) {
            newcomer();
        }
    }

    /// The third segment arrives.
    Claim third(Handshake syn) {
        var ack = acks.third(syn);
        int ref = gate.find(hash(syn), syn, out);
        if (ref == SynCache.NONE) {
            return gate.onAck(EPOCH, hash(syn), ack, out, listener);
        }
        assertThat(out.iss()).isEqualTo(syn.iss());
        gate.completed(ref, EPOCH, hash(syn));
        return Claim.GOOD;
    }

    long count(GuardCounters counter) {
        return gate.counters().get(counter);
    }

    List<Integer> retransmissionsUntil(int end) {
        var times = new ArrayList<Integer>();
        while (gate.waits() && gate.nextDueNanos(now * MILLI) <= end * MILLI) {
            long due = gate.nextDueNanos(now * MILLI);
            assertThat(due).isGreaterThan(now * MILLI);
            now = (int) (due / MILLI);
            while (gate.pollDue(due, EPOCH, out) == SynGate.Due.AGAIN) {
                times.add(now);
            }
        }
        return times;
    }
}
