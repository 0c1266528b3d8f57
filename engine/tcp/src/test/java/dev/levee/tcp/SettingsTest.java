package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.OptionLayout;
import java.util.ArrayList;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Settings for what the RFCs leave open, each with what it does on the wire.
class SettingsTest {
    private static TcpConfigBuilder plain() {
        return Wire.plain();
    }

    private static Wire receiving(TcpConfig config) {
        var wire = Wire.passive(config, syn -> syn.mss(1000));
        wire.drain();
        wire.receive("A", 1, 1);
        wire.drain();
        return wire;
    }

    @Test
    void theOptionLayoutIsUsedForEverySegment() {
        var wire = Wire.active(TcpConfig.builder()
                .optionLayout(OptionLayout.SCALE_BEFORE_TIMESTAMPS)
                .build());

        var syn = wire.one();

        assertThat(syn.mss()).isEqualTo(1460);
        assertThat(syn.ts()).isTrue();
        assertThat(wire.lastOptions()).startsWith(2, 4, 5, 0xb4 - 256, 1, 3, 3);
    }

    @Test
    void aProbeWithAnOldSequenceNumberCarriesNothing() {
        var wire =
                Wire.established(plain().windowProbe(WindowProbe.OLD_SEQUENCE).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("x".repeat(10));
        wire.drain();

        wire.toDeadline().expect("A", 0, 0, 1);
        wire.toDeadline().expect("A", 0, 0, 1);
        wire.receive("A", 1, 1, 1000, "");
        wire.expect("PA", 1, 10, 1);
    }

    /// The peer does not accept that probe, and would not hear what it acknowledges.
    @Test
    void aProbeWithAnOldSequenceNumberTakesNoAcknowledgementAlong() {
        var wire =
                Wire.established(plain().windowProbe(WindowProbe.OLD_SEQUENCE).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("x".repeat(10));
        wire.drain();
        long due = wire.connection.nextDeadline();
        wire.now = due;
        wire.receive("PA", 1, 1, 0, "text");
        // Again, so that the acknowledgement is due at once.
        wire.receive("PA", 1, 1, 0, "text");
        var sent = wire.drain();
        assertThat(sent).hasSize(2);
        assertThat(sent.get(0).is("A", 1, 0, 5)).isTrue();
        assertThat(sent.get(1).is("A", 0, 0, 5)).isTrue();
    }

    @Test
    void theRestOfALargeWriteGoesOutAtOnceWhereOnlySmallSegmentsAreWaitedFor() {
        var wire = Wire.established(plain().nagleAfterSmallOnly(true).build());
        int mss = wire.connection.sndMss();
        wire.write(Wire.text(mss + 10));

        var sent = wire.drain();
        assertThat(sent).hasSize(2);
        assertThat(sent.get(0).is("A", 1, mss, 1)).isTrue();
        assertThat(sent.get(1).is("PA", 1 + mss, 10, 1)).isTrue();

        wire.write("small too");
        wire.receive("A", 1, 1 + mss, 60_000, "");
        wire.nothing();

        wire.receive("A", 1, 11 + mss, 60_000, "");
        wire.expect("PA", 11 + mss, 9, 1);
    }

    @Test
    void theRestOfALargeWriteWaitsOtherwise() {
        var wire = Wire.established(plain().build());
        int mss = wire.connection.sndMss();
        wire.write(Wire.text(mss + 10));

        wire.expect("A", 1, mss, 1);
        wire.nothing();
        wire.receive("A", 1, 1 + mss, 60_000, "");
        wire.expect("PA", 1 + mss, 10, 1);
    }

    @Test
    void aReceiveWindowBelowTheBufferIsNeverExceeded() {
        var wire = receiving(
                plain().receiveBufferBytes(1 << 17).receiveWindowBytes(5000).build());

        wire.receive("A", 1, 1, 1000, Wire.text(1000));
        wire.receive("A", 1001, 1, 1000, Wire.text(1000));

        assertThat(wire.one().window()).isEqualTo(3000);
    }

    @Test
    void aReceiveWindowIsRoundedUpToSegments() {
        var config =
                plain().receiveBufferBytes(1 << 17).receiveWindowBytes(4500).windowInSegments(true);
        var wire = Wire.passive(config.build(), syn -> syn.mss(1000));

        assertThat(wire.one().window()).isEqualTo(5000);
    }

    @Test
    void aWindowThatBeginsSmallGrowsByTwiceWhatArrives() {
        var config = plain().receiveBufferBytes(1 << 16).receiveWindowInitialBytes(4000);
        var wire = Wire.passive(config.build(), syn -> syn.mss(1000));
        assertThat(wire.one().window()).isEqualTo(4000);
        wire.receive("A", 1, 1);
        wire.drain();

        wire.receive("A", 1, 1, 1000, Wire.text(1000));
        wire.receive("A", 1001, 1, 1000, Wire.text(1000));
        wire.read(2000);

        // 4000 + 2 * 2000, and nothing lies unread.
        assertThat(wire.one().window()).isEqualTo(8000);
    }

    @Test
    void theWindowShiftCanBeChosen() {
        var wire = Wire.active(TcpConfig.builder().windowShift(3).build());

        assertThat(wire.one().scale()).isEqualTo(3);
    }

    @Test
    void aLargeWindowMayMoveInStepsOfAnySize() {
        var wire = receiving(plain().receiveBufferBytes(1 << 17)
                .receiveWindowBytes(66_000)
                .windowStepAlways(true)
                .build());

        wire.receive("A", 1, 1, 1000, Wire.text(100));
        wire.receive("A", 101, 1, 1000, Wire.text(100));

        // The field cannot say more, and 66,000 - 200 are free.
        assertThat(wire.one().window()).isEqualTo(65_535);
    }

    @Test
    void stepsBelowASegmentAreHeldBackOtherwise() {
        var wire = receiving(
                plain().receiveBufferBytes(1 << 17).receiveWindowBytes(66_000).build());

        wire.receive("A", 1, 1, 1000, Wire.text(100));
        wire.receive("A", 101, 1, 1000, Wire.text(100));

        assertThat(wire.one().window()).isEqualTo(65_335);
    }

    @Test
    void moreThanOneFullSegmentIsAcknowledgedAtOnce() {
        var config = plain().ackFrequency(AckFrequency.MORE_THAN_ONE_SEGMENT);
        var wire = receiving(config.build());

        wire.receive("A", 1, 1, 1000, Wire.text(1000));
        wire.nothing();
        wire.receive("A", 1001, 1, 1000, Wire.text(1));
        wire.expect("A", 1, 0, 1002);
    }

    @Test
    void everySecondSegmentIsAcknowledgedAtOnceWhateverItsSize() {
        var wire = receiving(plain().ackFrequency(AckFrequency.SECOND_SEGMENT).build());

        wire.receive("A", 1, 1, 1000, Wire.text(500));
        wire.nothing();
        wire.receive("A", 501, 1, 1000, Wire.text(1));
        wire.expect("A", 1, 0, 502);
        wire.receive("A", 502, 1, 1000, Wire.text(1));
        wire.nothing();
    }

    @Test
    void theFirstAcksAreNotDelayed() {
        var wire = receiving(plain().quickAcks(2).build());

        wire.receive("A", 1, 1, 1000, Wire.text(10));
        wire.expect("A", 1, 0, 11);
        wire.receive("A", 11, 1, 1000, Wire.text(10));
        wire.expect("A", 1, 0, 21);
        wire.receive("A", 21, 1, 1000, Wire.text(10));
        wire.nothing();
    }

    @Test
    void quickAcksComeBackAfterAPause() {
        var wire = receiving(plain().quickAcks(1).build());
        wire.receive("A", 1, 1, 1000, Wire.text(10));
        wire.expect("A", 1, 0, 11);

        wire.at(wire.connection.rtoNanos() + 1).receive("A", 11, 1, 1000, Wire.text(10));

        wire.expect("A", 1, 0, 21);
    }

    @Test
    void whoAnswersDelaysAcksAgain() {
        var wire = receiving(plain().quickAcks(10).build());
        wire.receive("A", 1, 1, 1000, Wire.text(10));
        wire.expect("A", 1, 0, 11);
        wire.write("answer");
        wire.expect("PA", 1, 6, 11);

        wire.receive("A", 11, 7, 1000, Wire.text(10));

        wire.nothing();
    }

    @Test
    void variationAndSlopRaiseTheTimeout() {
        var config = TcpConfig.builder()
                .rtoMinNanos(30 * Wire.MILLI)
                .rtoVarianceMinNanos(200 * Wire.MILLI)
                .rtoSlopNanos(50 * Wire.MILLI)
                .build();
        var rtt = new RttEstimator(config.rtoInitialNanos());

        rtt.sample(10 * Wire.MILLI, config);

        assertThat(rtt.rtoNanos(config)).isEqualTo(260 * Wire.MILLI);
    }

    @Test
    void theFirstTimeoutsOfASynMayBeEqual() {
        var wire = Wire.active(plain().synLinearTimeouts(2).build());
        long start = wire.now;
        wire.drain();
        wire.toDeadline().one();
        assertThat(wire.now - start).isEqualTo(Wire.SECOND);
        wire.toDeadline().one();
        assertThat(wire.now - start).isEqualTo(2 * Wire.SECOND);
        wire.toDeadline().one();
        assertThat(wire.now - start).isEqualTo(3 * Wire.SECOND);
        wire.toDeadline().one();
        assertThat(wire.now - start).isEqualTo(5 * Wire.SECOND);
    }

    @Test
    @Rfc({"9293:MAY-15", "9293:MAY-16"})
    void whatIsSaidToGoOnWaitsAndIsNotPushed() {
        var wire = Wire.established();
        wire.write("one ");
        wire.connection.moreComes(wire.now);
        wire.nothing();
        wire.write("two");
        wire.expect("PA", 1, 7, 1);

        wire.write(Wire.text(10));
        wire.connection.moreComes(wire.now);
        wire.nothing();
        wire.receive("A", 1, 8);
        wire.expect("A", 8, 10, 1);
    }

    @Test
    void whatACorkHeldGoesEvenIfThereIsOneAgain() {
        var wire = Wire.established();
        wire.connection.cork(wire.now, true);
        wire.write("text");
        wire.nothing();

        wire.connection.cork(wire.now, false);
        wire.connection.cork(wire.now, true);

        wire.expect("PA", 1, 4, 1);
        wire.write("more");
        wire.nothing();
    }

    /// With Nagle on the rest waits for an answer, and for no cork.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatACorkHeldGoesBehindFullSegments(boolean noDelay) {
        var wire = Wire.established();
        wire.connection.noDelay(wire.now, noDelay);
        wire.connection.cork(wire.now, true);
        wire.write(Wire.text(1_010));
        wire.connection.cork(wire.now, false);
        wire.connection.cork(wire.now, true);

        var sent = new ArrayList<>(wire.drain());
        if (!noDelay) {
            assertThat(sent).hasSize(1);
            wire.receive("A", 1, 1_001);
            sent.addAll(wire.drain());
        }
        assertThat(sent).extracting(Wire.Sent::length).containsExactly(1_000, 10);
        wire.write("more");
        wire.nothing();
    }

    @Test
    void aCorkHoldsWhatIsWrittenBehindItEvenIfNothingWentYet() {
        var wire = Wire.established();
        wire.connection.cork(wire.now, false);
        wire.connection.noDelay(wire.now, true);
        wire.connection.cork(wire.now, true);
        wire.write("head");

        wire.nothing();
    }

    @Test
    void theEndOfACorkWithNothingToSendKeepsNobodyFromRest() {
        var wire = Wire.established(plain().restNanos(Wire.SECOND).build());
        wire.connection.cork(wire.now, true);
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("A", 1, 2).drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_2);
        wire.connection.noDelay(wire.now, true);
        wire.connection.cork(wire.now, false);
        wire.nothing();
        wire.at(2 * Wire.SECOND).drain();
        wire.connection.takeEvents();
        wire.connection.rest();
        assertThat(wire.context.counters().get(TcpCounters.RESTS)).isOne();
    }

    @Test
    void theEndOfACorkIsNoEndOfNagle() {
        var wire = Wire.established();
        wire.write("one ").drain();
        wire.connection.cork(wire.now, true);
        wire.write("two");
        wire.connection.cork(wire.now, false);
        wire.connection.cork(wire.now, true);

        wire.nothing();
    }

    @Test
    void turningNagleOffLetsEvenCorkedTextGo() {
        var wire = Wire.established();
        wire.connection.cork(wire.now, true);
        wire.write("text");
        wire.nothing();

        wire.connection.noDelay(wire.now, true);

        wire.expect("PA", 1, 4, 1);
    }

    @Test
    void timeWaitMayOutliveAReset() {
        var wire = Wire.established(plain().resetEndsTimeWait(false).build());
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("FA", 1, 2);
        wire.drain();

        wire.receive("R", 2, 0);

        wire.nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.TIME_WAIT);
    }

    @Test
    void whateverArrivesInTimeWaitIsAnsweredUnlessItIsTheLastAck() {
        var wire = Wire.established();
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("FA", 1, 2);
        wire.drain();

        wire.receive("A", 2, 2);
        wire.nothing();
        wire.receive("A", 3, 2);
        wire.expect("A", 2, 0, 2);
    }

    @Test
    void aResetBeforeTheHandshakeCarriesNoTimestamps() {
        var wire = Wire.active(TcpConfig.DEFAULT);
        assertThat(wire.one().ts()).isTrue();

        wire.receive("A", 0, 5);

        var reset = wire.one();
        assertThat(reset.flags()).isEqualTo("R");
        assertThat(reset.ts()).isFalse();
    }

    @Test
    void anIcmpErrorAboutWhatWasNotSentYetIsIgnored() {
        var wire = Wire.active(plain().build());
        wire.drain();

        assertThat(wire.connection.onUnreachable(wire.now, CloseCause.IcmpReason.PORT, Wire.ISS + 1))
                .isFalse();
        assertThat(wire.connection.onUnreachable(wire.now, CloseCause.IcmpReason.PORT, Wire.ISS))
                .isTrue();
    }

    @Test
    void slowStartGrowsByWhatTheRoundTripUsed() {
        var wire = Wire.established(plain().initialWindowSegments(10).build());
        wire.write(Wire.text(10_000));
        wire.drain();

        for (int acked = 2001; acked <= 10_001; acked += 2000) {
            wire.receive("A", 1, acked);
        }
        assertThat(wire.connection.cwnd()).isEqualTo(20_000);
    }

    @Test
    void slowStartStaysWhereHalfTheWindowIsNotUsed() {
        var wire = Wire.established(plain().initialWindowSegments(10).build());
        wire.write(Wire.text(5000));
        wire.drain();

        wire.receive("A", 1, 2001);
        wire.receive("A", 1, 5001);
        assertThat(wire.connection.cwnd()).isEqualTo(10_000);
    }

    @Test
    void aSynAckBacksOffFromTheFirstTimeout() {
        var wire = Wire.passive(plain().synLinearTimeouts(2).build(), syn -> syn.mss(1000));
        long start = wire.now;
        wire.drain();
        wire.toDeadline().one();
        assertThat(wire.now - start).isEqualTo(Wire.SECOND);
        wire.toDeadline().one();
        assertThat(wire.now - start).isEqualTo(3 * Wire.SECOND);
    }

    @Test
    void aSoftErrorEndsAnOpenOnlyWhereItIsToldTo() {
        for (boolean ends : new boolean[] {true, false}) {
            var reasons = ends ? Set.of(CloseCause.IcmpReason.HOST) : Set.<CloseCause.IcmpReason>of();
            var wire = Wire.active(plain().openEndedBy(reasons).build());
            wire.drain();

            wire.connection.onUnreachable(wire.now, CloseCause.IcmpReason.HOST, Wire.ISS);

            assertThat(wire.connection.state()).isEqualTo(ends ? TcpState.CLOSED : TcpState.SYN_SENT);
        }
    }

    @Test
    void theUserTimeoutGoesBeforeR2AndBeforeTheCountOfProbes() {
        var config = plain().userTimeoutNanos(3 * Wire.SECOND);
        var silent = new CloseCause.TimedOut(CloseCause.Timeout.USER, 3);
        var wire = receiving(config.build()).write("abc");
        long start = wire.now;
        wire.drain();
        endsAfter(wire, start, 3 * Wire.SECOND, silent);

        var closed = receiving(config.build());
        closed.receive("A", 1, 1, 0, "");
        closed.write("abc");
        start = closed.now;
        closed.drain();
        while (closed.connection.cause() == null) {
            closed.toDeadline().drain();
        }
        assertThat(closed.connection.cause()).isEqualTo(silent);
        assertThat(closed.now - start).isBetween(3 * Wire.SECOND, 7 * Wire.SECOND);

        var idle = receiving(config.keepAlive(true)
                .keepAliveIdleNanos(2 * Wire.SECOND)
                .keepAliveIntervalNanos(Wire.SECOND)
                .keepAliveProbes(50)
                .build());
        start = idle.now;
        // Not before it was asked twice, and had time to answer.
        endsAfter(idle, start, 4 * Wire.SECOND, new CloseCause.TimedOut(CloseCause.Timeout.USER, 0));

        var syn = Wire.active(config.build());
        start = syn.now;
        syn.drain();
        endsAfter(syn, start, 3 * Wire.SECOND, new CloseCause.TimedOut(CloseCause.Timeout.USER, 0));
    }

    private static void endsAfter(Wire wire, long startNanos, long nanos, CloseCause cause) {
        while (wire.connection.cause() == null) {
            wire.toDeadline().drain();
        }
        assertThat(wire.connection.cause()).isEqualTo(cause);
        assertThat(wire.now - startNanos).isEqualTo(nanos);
    }

    @Test
    void aPeerThatIsGivenUpIsToldUnlessItIsNotToBe() {
        for (boolean told : new boolean[] {true, false}) {
            var wire = receiving(plain().resetWhenGivenUp(told).build());
            wire.write("abc").drain();
            while (wire.connection.state() != TcpState.CLOSED) {
                wire.toDeadline().drain();
            }

            assertThat(wire.connection.cause()).isInstanceOf(CloseCause.TimedOut.class);
            assertThat(wire.context.counters().get(TcpCounters.RESETS_OUT)).isEqualTo(told ? 1 : 0);
        }
    }

    @Test
    void whoAnswersMayAskForQuickAcksAgain() {
        var wire = receiving(plain().quickAcks(10).build());
        wire.receive("A", 1, 1, 1000, Wire.text(10));
        wire.drain();
        wire.write("answer");
        wire.drain();
        wire.receive("A", 11, 7, 1000, Wire.text(10));
        wire.nothing();

        wire.connection.ackQuickly(true);
        wire.expect("A", 7, 0, 21);
        wire.receive("A", 21, 7, 1000, Wire.text(10));
        wire.expect("A", 7, 0, 31);

        wire.connection.ackQuickly(false);
        wire.receive("A", 31, 7, 1000, Wire.text(10));
        wire.nothing();
    }

    @Test
    void recoveryMayEndAtTheThreshold() {
        for (boolean atThreshold : new boolean[] {true, false}) {
            var wire = Wire.established(plain().initialWindowSegments(10)
                    .recoveryEndsAtThreshold(atThreshold)
                    .build());
            wire.write(Wire.text(10_000));
            wire.drain();
            for (int i = 0; i < 3; i++) {
                wire.receive("A", 1, 1);
            }
            wire.drain();
            wire.receive("A", 1, 10_001);

            assertThat(wire.connection.cwnd()).isEqualTo(atThreshold ? 7000 : 2000);
        }
    }

    @Test
    @Rfc("9293:3.8.3")
    void shorterPatienceEndsTheWaitThatGoesOn() {
        var wire = Wire.established();
        wire.write("x").drain();
        long begun = wire.now;
        while (wire.count(TcpCounters.RETRANSMITS) < 4) {
            wire.toDeadline().drain();
        }
        var longest = wire.connection.nextDeadline();
        long patience = (longest + wire.now) / 2 - begun;
        wire.connection.configure(wire.now, plain().r2Nanos(patience).build());
        wire.toDeadline();
        assertThat(wire.now).isEqualTo(begun + patience);
        wire.drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 1));
    }
}
