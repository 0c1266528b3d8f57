package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is sent at once and what waits, to the octet and the nanosecond; and what SYNs offer.
class SendRulesTest {
    private static TcpConfigBuilder plain() {
        return Wire.plain().congestion(CongestionAlgorithm.NEW_RENO).hyStart(false);
    }

    /// The kinds of the options of the last segment, without padding.
    private static List<Integer> kinds(Wire wire) {
        var options = ByteBuffer.wrap(wire.lastOptions());
        var kinds = new ArrayList<Integer>();
        while (options.hasRemaining()) {
            int kind = options.get();
            if (kind > 1) {
                kinds.add(kind);
                options.position(options.position() + options.get() - 1);
            }
        }
        return kinds;
    }

    /// The echo in the timestamps of the last segment: none of the options before has an octet of 8.
    private static int tsEcr(Wire wire) {
        var options = ByteBuffer.wrap(wire.lastOptions());
        int kind = options.get();
        while (kind != 8) {
            kind = options.get();
        }
        return options.getInt(options.position() + 5);
    }

    @Test
    @Rfc("5681:4.1")
    void windowFallsToTheFirstOneAfterAPauseOfMoreThanATimeout() {
        Steps.over(plain().build(), true).play("""
            write 10000          => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 10001        => -; 20000/- pipe 0 due never got 10 rate 250
            +160 write 1000      => 10001+1000; pipe 1000 due 200
            +40 ack 11001        => -; pipe 0 due never got 11
            +160.000001 write 1000 => 11001+1000; 10000/- pipe 1000 due 200
            """);
    }

    @Test
    @Rfc("5681:4.1")
    void pauseWithSomethingUnderWayIsNone() {
        Steps.over(
                        plain().rtoMinNanos(Wire.SECOND)
                                .noDelay(true)
                                .tailLossProbe(false)
                                .build(),
                        false)
                .play("""
            write 10000   => 1..9001+1000; OPEN 10000/- pipe 10000 due 1000
            +40 ack 9001  => -; 19000/- pipe 1000 got 9 rate 225
            +999 write 1  => 10001+1; pipe 1001 due 1
            """);
    }

    @Test
    @Rfc("9293:3.8.6.2.1")
    void halfOfTheLargestWindowIsWorthASegment() {
        for (int rest : new int[] {750, 749}) {
            var wire = Wire.active(plain().build());
            wire.drain();
            wire.receive("SA", 0, 1, 1500, "", w -> w.mss(1000)).drain();
            wire.write(Wire.text(1500 - rest)).drain();
            wire.write(Wire.text(2000));
            assertThat(wire.drain()).as("%d octets of window", rest).hasSize(rest == 750 ? 1 : 0);
        }
    }

    @Test
    void probeThatEndsAWriteIsPushedAndOneWithinItIsNot() {
        var wire = Wire.established().receive("A", 1, 1, 0, "").write("a").write("bc");
        wire.nothing();
        wire.toDeadline().expect("A", 1, 1, 1);
        var last = Wire.established().receive("A", 1, 1, 0, "").write("a");
        last.nothing();
        last.toDeadline().expect("PA", 1, 1, 1);
    }

    @Test
    void finIsTheProbeWhereThereIsNoText() {
        var wire = Wire.established().receive("A", 1, 1, 0, "");
        wire.connection.closeSend(wire.now);
        wire.nothing();
        wire.toDeadline().expect("FA", 1, 0, 1);
    }

    @Test
    @Rfc("9293:3.8.4")
    void keepAliveMayCarryAnOctetOfNothing() {
        var wire = Wire.established(plain().keepAlive(true).keepAliveOctet(true).build());
        wire.write(Wire.text(1000)).drain();
        wire.receive("A", 1, 1001).nothing();
        var probe = wire.toDeadline().one();
        assertThat(probe).matches(s -> s.is("A", 1000, 1, 1));
        assertThat(probe.text()).isEqualTo("\0");
    }

    @Test
    @Rfc("6298:3")
    void sampleIsTakenWhenAllOfTheTimedSegmentIsAcknowledged() {
        var wire = Wire.active(plain().build());
        wire.drain();
        wire.at(40 * Wire.MILLI).receive("SA", 0, 1, w -> w.mss(1000)).drain();
        wire.write(Wire.text(2000)).drain();
        wire.at(80 * Wire.MILLI).receive("A", 1, 1000).drain();
        assertThat(wire.connection.srttNanos()).isEqualTo(40 * Wire.MILLI);
        wire.at(40 * Wire.MILLI).receive("A", 1, 1001).drain();
        assertThat(wire.connection.srttNanos()).isEqualTo(50 * Wire.MILLI);
    }

    @Test
    @Rfc("2018:2")
    void selectiveAcksAreOfferedWhenConfiguredAndAcceptedWhenOffered() {
        var offers = Wire.active(plain().build());
        offers.drain();
        assertThat(kinds(offers)).containsExactly(2, 4);
        var silent = Wire.active(plain().selectiveAcks(false).build());
        silent.drain();
        assertThat(kinds(silent)).containsExactly(2);
        var accepts = Wire.passive(plain().build(), w -> w.mss(1000).sackPermitted());
        accepts.drain();
        assertThat(kinds(accepts)).containsExactly(2, 4);
        var refuses = Wire.passive(
                plain().selectiveAcks(false).build(), w -> w.mss(1000).sackPermitted());
        refuses.drain();
        assertThat(kinds(refuses)).containsExactly(2);
        var unasked = Wire.passive(plain().build(), w -> w.mss(1000));
        unasked.drain();
        assertThat(kinds(unasked)).containsExactly(2);
    }

    @Test
    @Rfc("7323:3.2")
    void synEchoesNothingAndItsAnswerTheStampOfTheSyn() {
        var active = Wire.active(plain().timestamps(true).build());
        active.drain();
        assertThat(tsEcr(active)).isZero();
        var passive =
                Wire.passive(plain().timestamps(true).build(), w -> w.mss(1000).timestamps(77, 0));
        passive.drain();
        assertThat(tsEcr(passive)).isEqualTo(77);
    }

    @Test
    void resetThatOnlyAnswersLeavesTheConnection() {
        var wire = Wire.active(plain().build());
        wire.drain();
        wire.receive("A", 0, 5_000);
        assertThat(wire.one().flags()).isEqualTo("R");
        assertThat(wire.connection.takeEvents() & TcpEvents.RELEASED).isZero();
        assertThat(wire.connection.state()).isEqualTo(TcpState.SYN_SENT);
        wire.receive("SA", 0, 1, w -> w.mss(1000)).expect("A", 1, 0, 1);
    }

    @Test
    @Rfc("2018:4")
    void textGoesAloneWhenNothingNewIsToBeReported() {
        for (boolean sack : new boolean[] {true, false}) {
            var wire = Wire.active(plain().build());
            wire.drain();
            wire.receive("SA", 0, 1, w -> {
                w.mss(1000);
                if (sack) {
                    w.sackPermitted();
                }
            });
            wire.drain();
            wire.receive("A", 100, 1, 65_535, "late").drain();
            assertThat(wire.write("abc").drain()).as("sack %s", sack).hasSize(1);
            wire.receive("A", 200, 1, 65_535, "later").write("def").drain();
            wire.connection.noDelay(wire.now, true);
            wire.receive("A", 300, 1, 65_535, "latest").write("ghi");
            assertThat(wire.drain()).as("sack %s", sack).hasSize(sack ? 2 : 1);
        }
    }

    @Test
    @Rfc("6298:5.7")
    void pushedBackTimersOfAHandshakeAreForgotten() {
        var wire = Wire.active(plain().timestamps(true).build());
        wire.drain();
        wire.toDeadline().drain();
        wire.at(20 * Wire.MILLI)
                .receive("SA", 0, 1, w -> w.mss(1000).timestamps(7, wire.lastTsVal()))
                .drain();
        assertThat(wire.connection.backOff()).isZero();
        assertThat(wire.connection.timeouts()).isZero();
    }
}
