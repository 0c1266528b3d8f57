package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.Impairment;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.stack.FastOpenOptions;
import dev.levee.stack.Limits;
import dev.levee.stack.StackConfig;
import dev.levee.stack.StackCounters;
import dev.levee.tcp.FastOpenUse;
import dev.levee.tcp.TcpConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The oracle of fast opens is shown lies, and swarms do open fast.
class FastOpensTest {
    private static final IpAddress OWN = Cidr.parse("198.18.0.1/24").address();
    private static final IpAddress PEER = Cidr.parse("198.18.0.2/24").address();
    private static final int SEQ = 0xffff_fff0;
    private static final long COOKIE = 0x0102_0304_0506_0708L;

    private final FastOpens fastOpens = new FastOpens();
    private final SimNetwork network = new SimNetwork(Impairment.NONE, 1);
    private final Limits limits = new Limits(100, 100, 1 << 20, 8, 8);
    private final SimHost host = network.host(
            "host", new StackConfig(List.of(Cidr.parse("198.18.0.1/24")), 1_500, new SipHash(1, 1), limits));
    private final Observer.Tuple tuple = new Observer.Tuple(host, 40_000, PEER, 80);

    private HostWatch watch(FastOpenUse use, FastOpenOptions options) {
        var config = TcpConfig.builder().fastOpen(use).build();
        return new HostWatch(host, network, new HostSetup(config, limits, 1_500, 8, 8, options));
    }

    private HostWatch client() {
        return watch(FastOpenUse.WITH_COOKIE, FastOpenOptions.OFF);
    }

    private HostWatch server() {
        return watch(FastOpenUse.OFF, FastOpenOptions.pending(10));
    }

    /// A SYN of MSS 1460, or with `ack` its answer; no cookie option for a negative length.
    private static Packet syn(int cookieLength, long cookie, int text, boolean ack) {
        var writer = new SegmentWriter();
        writer.reset()
                .addresses(OWN.high(), OWN.low(), PEER.high(), PEER.low())
                .ports(40_000, 80)
                .seq(SEQ)
                .flags(TcpFlags.SYN)
                .window(1_000)
                .mss(1_460);
        if (ack) {
            writer.ack(SEQ + 1 + text);
        }
        if (cookieLength >= 0) {
            writer.fastOpen(cookie, 0, cookieLength, false);
        }
        Frame frame = FrameSlab.single(1_600);
        writer.begin(frame);
        writer.finish(frame, ack ? 0 : text);
        return Packet.read(frame.toArray());
    }

    private static Packet syn(int cookieLength, int text) {
        return syn(cookieLength, COOKIE, text, false);
    }

    private static Packet answer(int cookieLength, long cookie, int text) {
        return syn(cookieLength, cookie, text, true);
    }

    @Test
    void textWithACookieThatWasGivenIsBorne() {
        fastOpens.synLeaves(tuple, syn(0, 0), client(), false);
        fastOpens.answerArrives(tuple, answer(8, COOKIE, 0));
        fastOpens.synLeaves(tuple, syn(8, 1_420), client(), false);
        fastOpens.synLeaves(tuple, syn(-1, 0), client(), true);
    }

    @Test
    void textWithoutACookieIsSeen() {
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.synLeaves(tuple, syn(-1, 10), client(), false));
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.synLeaves(tuple, syn(0, 10), client(), false));
        fastOpens.synLeaves(tuple, syn(-1, 10), watch(FastOpenUse.WITHOUT_COOKIE, FastOpenOptions.OFF), false);
    }

    @Test
    void aCookieThatNobodyGaveIsSeen() {
        fastOpens.answerArrives(tuple, answer(8, COOKIE + 1, 0));
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.synLeaves(tuple, syn(8, 10), client(), false));
    }

    /// Text before the SYN-ACK is acknowledged: the window that the SYN opened counts from behind the SYN.
    @Test
    void aPureAckBesideAFullWindowOfEarlyTextHasOnePlace() {
        var honest = earlyText();
        honest.sends(TcpFlags.ACK, 1 + Witness.PEER_WINDOW, 1, Witness.OWN_WINDOW, 0);
        for (long wrong : new long[] {Witness.PEER_WINDOW, Witness.PEER_WINDOW + 2, 1, 0}) {
            var witness = earlyText();
            Witness.refuses(Oracle.SEQUENCE, () -> witness.sends(TcpFlags.ACK, wrong, 1, Witness.OWN_WINDOW, 0));
        }
    }

    private static Witness earlyText() {
        var witness = Witness.begin(Witness.settings().build());
        var syn = witness.fromPeer(TcpFlags.SYN, 0);
        witness.end.receiver.opens(syn);
        witness.sends(TcpFlags.SYN | TcpFlags.ACK, 0, 1, Witness.OWN_WINDOW, 0);
        for (int at = 1; at < Witness.PEER_WINDOW; at += Witness.MSS) {
            witness.text(at, Witness.MSS);
        }
        // The SYN once more asks for an answer.
        witness.end.arrived(syn);
        return witness;
    }

    @Test
    void aRepeatedSynWithTextOrCookieIsSeen() {
        fastOpens.answerArrives(tuple, answer(8, COOKIE, 0));
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.synLeaves(tuple, syn(8, 10), client(), true));
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.synLeaves(tuple, syn(0, 0), client(), true));
    }

    @Test
    void whoWasNotToldToIsSeen() {
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.synLeaves(tuple, syn(0, 0), server(), false));
    }

    @Test
    void moreTextThanIsSureToFitIsSeen() {
        fastOpens.answerArrives(tuple, answer(8, COOKIE, 0));
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.synLeaves(tuple, syn(8, 1_421), client(), false));
    }

    @Test
    void textIsTakenWithTheCookieThatTheServerGave() {
        fastOpens.synArrives(tuple, syn(0, 0));
        fastOpens.answerLeaves(tuple, answer(8, COOKIE, 0), server(), 0);
        fastOpens.synArrives(tuple, syn(8, 10));
        fastOpens.answerLeaves(tuple, answer(-1, 0, 10), server(), 10);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 4, 8})
    void textThatIsTakenWithoutThatCookieIsSeen(int length) {
        fastOpens.synArrives(tuple, syn(0, 0));
        fastOpens.answerLeaves(tuple, answer(8, COOKIE + 1, 0), server(), 0);
        fastOpens.synArrives(tuple, syn(length, 10));
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.answerLeaves(tuple, answer(-1, 0, 10), server(), 10));
    }

    @Test
    void textIsTakenWithoutACookieWhereNoneIsNeeded() {
        var open = watch(FastOpenUse.OFF, new FastOpenOptions(10, false, null));
        fastOpens.synArrives(tuple, syn(-1, 10));
        fastOpens.answerLeaves(tuple, answer(-1, 0, 10), open, 10);
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.answerLeaves(tuple, answer(-1, 0, 11), open, 11));
        var off = watch(FastOpenUse.OFF, FastOpenOptions.OFF);
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.answerLeaves(tuple, answer(-1, 0, 10), off, 10));
    }

    @Test
    void aCookieOfASecretThatIsLostIsWorthNothing() {
        fastOpens.synArrives(tuple, syn(0, 0));
        fastOpens.answerLeaves(tuple, answer(8, COOKIE, 0), server(), 0);
        fastOpens.crashed(host);
        fastOpens.synArrives(tuple, syn(8, 10));
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.answerLeaves(tuple, answer(-1, 0, 10), server(), 10));
    }

    @Test
    void cookiesThatChangeOrThatNobodyAskedForAreSeen() {
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.answerLeaves(tuple, answer(8, COOKIE, 0), server(), 0));
        fastOpens.synArrives(tuple, syn(0, 0));
        Witness.refuses(Oracle.FAST_OPEN, () -> fastOpens.answerLeaves(tuple, answer(8, COOKIE + 1, 0), server(), 0));
    }

    /// Text with SYNs is taken, and now and then taken once more by a connection of its own.
    @Test
    void swarmsOpenFast() {
        long fast = 0;
        long echoes = 0;
        for (long seed = 1; seed <= 12; seed++) {
            var world = SwarmRun.counted(Scenario.FAST_OPEN.knobs(seed));
            fast += world.count(StackCounters.FAST_OPENS);
            echoes += world.echoes();
        }
        assertThat(fast).isGreaterThan(20);
        assertThat(echoes).isPositive();
    }
}
