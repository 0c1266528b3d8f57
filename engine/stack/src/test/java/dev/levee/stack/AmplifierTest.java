package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.guard.Defence;
import dev.levee.guard.GuardConfig;
import dev.levee.guard.GuardCounters;
import dev.levee.path.SeededRandom;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The attack: packets in somebody else's name, so that this host sends him more than the attacker has sent. Nothing
/// that is not proven is answered with more octets than it had.
class AmplifierTest {
    /// Options of a SYN, a bit each; and what else it may be.
    private static final int MSS = 1;

    private static final int SCALE = 2;
    private static final int SACK = 4;
    private static final int TIMESTAMPS = 8;
    private static final int USER_TIMEOUT = 16;
    private static final int ECN = 32;
    private static final int TEXT = 64;
    private static final int V6 = 128;
    private static final int COMBINATIONS = 256;
    /// A cookie for fast opens is eight octets longer than the question for it.
    private static final int COOKIE_BYTES = 8;

    private final Net net = new Net(
            1,
            Net.config("198.18.0.1/24", "2001:db8::1/64", Limits.DEFAULT, 1),
            Net.config("198.18.0.2/24", "2001:db8::2/64", Limits.DEFAULT, 2)
                    .withGuard(GuardConfig.DEFAULT.withBytesMax(64 * 672)));
    private final SegmentWriter writer = new SegmentWriter();
    private final Frame syn = FrameSlab.single(1500);
    private final SeededRandom random = new SeededRandom(7);
    private int port;

    private Frame syn(int what, int seq) {
        boolean v4 = (what & V6) == 0;
        var from = Net.client(v4);
        var to = Net.server(v4);
        writer.reset()
                .addresses(from.high(), from.low(), to.high(), to.low())
                .ports(1 + port % 65_000, Net.PORT)
                .seq(seq)
                .window(65_535)
                .flags(TcpFlags.SYN | ((what & ECN) != 0 ? TcpFlags.ECE | TcpFlags.CWR : 0));
        options(what);
        return finish((what & TEXT) != 0 ? 100 : 0);
    }

    private void options(int what) {
        if ((what & MSS) != 0) {
            writer.mss(1460);
        }
        if ((what & SCALE) != 0) {
            writer.windowScale(random.nextInt(15));
        }
        if ((what & SACK) != 0) {
            writer.sackPermitted();
        }
        if ((what & TIMESTAMPS) != 0) {
            writer.timestamps(random.nextInt(1 << 30), 0);
        }
        if ((what & USER_TIMEOUT) != 0) {
            writer.userTimeout(30);
        }
    }

    private Frame finish(int textBytes) {
        writer.begin(syn);
        writer.finish(syn, textBytes);
        return syn;
    }

    /// Octets of what is sent now.
    private int sent() {
        int octets = 0;
        while (net.server.poll(net.now, net.frame)) {
            octets += net.frame.length();
        }
        return octets;
    }

    /// Every SYN once, and once more, with other options, and one beside it in the window.
    private void noSynIsAnsweredWithMore() {
        for (int what = 0; what < COMBINATIONS; what++) {
            port++;
            int[] followers = {what, what & ~(TIMESTAMPS | SCALE), what & V6, what ^ TEXT};
            int seq = random.nextInt(1 << 30);
            for (int follower : followers) {
                var frame = syn(follower, seq);
                int in = frame.length();
                net.server.onFrame(net.now, frame);
                assertThat(sent()).as("SYN %x after %x", follower, what).isLessThanOrEqualTo(in);
            }
            var beside = syn(what, seq + 1_000);
            int in = beside.length();
            net.server.onFrame(net.now, beside);
            assertThat(sent()).as("another SYN of the tuple, %x", what).isLessThanOrEqualTo(in);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noSynIsAnsweredWithMoreThanItHas(Defence defence) throws SocketException {
        net.listen(ListenOptions.DEFAULT.withDefence(defence));
        noSynIsAnsweredWithMore();
        // And with a table that is full, or has been.
        for (int i = 0; i < 5_000; i++) {
            port++;
            net.server.onFrame(net.now, syn(i % COMBINATIONS, i));
            assertThat(sent()).isLessThanOrEqualTo(syn.length());
        }
        noSynIsAnsweredWithMore();
        assertThat(net.server.connectionCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void norAFastOpenButForItsCookie(Defence defence) throws SocketException {
        net.listen(ListenOptions.DEFAULT.withDefence(defence).withFastOpen(FastOpenOptions.pending(16)));
        noSynIsAnsweredWithMore();
        for (int what = 0; what < COMBINATIONS; what++) {
            for (int cookie : new int[] {0, 4, 8, 16}) {
                port++;
                boolean layoutIsFull = (what & (TIMESTAMPS | SACK | SCALE | MSS)) == (TIMESTAMPS | SACK | SCALE | MSS);
                if (layoutIsFull && cookie > 8 || (what & USER_TIMEOUT) != 0) {
                    continue;
                }
                syn(what, 1);
                // Once more, with the option; a wrong cookie is answered by a right one.
                writer.fastOpen(random.nextInt(1 << 30), 1, cookie, false);
                int in = finish((what & TEXT) != 0 ? 100 : 0).length();
                net.server.onFrame(net.now, syn);
                assertThat(sent()).as("SYN %x, cookie of %d", what, cookie).isLessThanOrEqualTo(in + COOKIE_BYTES);
            }
        }
    }

    /// Under pressure a SYN has one answer, and none that comes by itself.
    @Test
    void underPressureASynAckIsSentOnce() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        long answers = 0;
        for (int i = 0; i < 5_000; i++) {
            port++;
            net.server.onFrame(net.now, syn(MSS | i % 2 * V6, i));
            answers += sent() > 0 ? 1 : 0;
        }
        assertThat(answers).isEqualTo(5_000);
        net.now += 2_500 * Net.MILLI;
        assertThat(sent()).as("what was due again by now").isZero();
        assertThat(guard(GuardCounters.RETRANSMISSIONS_SAVED)).isPositive();
        assertThat(guard(GuardCounters.RETRANSMITTED)).isZero();
    }

    /// In peace it comes again, a few times for one SYN, and for all of one prefix fifty times a second after a burst
    /// of two hundred.
    @Test
    void retransmissionsToOnePrefixHaveABudget() throws SocketException {
        var guard = GuardConfig.DEFAULT.withBytesMax(64L << 20);
        var wide = new Net(
                1,
                Net.config("198.18.0.1/24", "2001:db8::1/64", Limits.DEFAULT, 1),
                Net.config("198.18.0.2/24", "2001:db8::2/64", Limits.DEFAULT, 2).withGuard(guard));
        wide.listen(ListenOptions.DEFAULT);
        for (int i = 0; i < 4_000; i++) {
            port++;
            wide.server.onFrame(wide.now, syn(MSS, i));
            while (wide.server.poll(wide.now, wide.frame)) {
                assertThat(wide.frame.length()).isEqualTo(44);
            }
        }
        long again = 0;
        for (int tenth = 0; tenth < 600; tenth++) {
            wide.now += 100 * Net.MILLI;
            while (wide.server.poll(wide.now, wide.frame)) {
                again++;
            }
        }
        assertThat(again).isBetween(200L, 200L + 60 * 50);
    }

    /// What is no SYN, to a handshake, a listener or nobody: RSTs and challenges, none longer than what it answers, and
    /// so many and no more.
    @Test
    void whatBelongsToNothingIsAnsweredWithNoMoreAndNotForEver() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        net.server.onFrame(net.now, syn(MSS | TIMESTAMPS, 1_000));
        assertThat(sent()).isPositive();
        int answered = 0;
        for (int i = 0; i < 20_000; i++) {
            int what = random.nextInt(COMBINATIONS) & ~(USER_TIMEOUT | MSS | SCALE | SACK);
            boolean toRow = i % 2 == 0;
            var from = Net.client(true);
            var to = Net.server(true);
            writer.reset()
                    .addresses(from.high(), from.low(), to.high(), to.low())
                    .ports(toRow ? 1 : 2 + i % 60_000, i % 3 == 0 ? Net.PORT : Net.PORT + 1)
                    .seq(random.nextInt(1 << 20))
                    .ack(random.nextInt(1 << 30))
                    .window(1_000)
                    .flags(random.nextInt(64));
            if ((what & TIMESTAMPS) != 0) {
                writer.timestamps(random.nextInt(1 << 30), 0);
            }
            int in = finish((what & TEXT) != 0 ? 10 : 0).length();
            net.server.onFrame(net.now, syn);
            int out = sent();
            assertThat(out).as("packet %d", i).isLessThanOrEqualTo(in);
            answered += out > 0 ? 1 : 0;
            net.now += 10_000;
        }
        // A fifth of a second: the burst of resets, a thousand of them in a second, some challenges and SYN-ACKs.
        assertThat(answered).isLessThan(20_000 / 4);
    }

    private long guard(GuardCounters counter) {
        return Objects.requireNonNull(net.server.guardCounters()).get(counter);
    }
}
