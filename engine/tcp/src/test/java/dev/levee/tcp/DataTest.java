package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataTest {

    @Test
    @Rfc({"9293:MUST-61", "9293:SHLD-28"})
    void dataIsSentInFullSegmentsWithPushOnTheLast() {
        var wire = Wire.established().write(Wire.text(2500));
        wire.connection.noDelay(wire.now, true);
        var sent = wire.drain();
        assertThat(sent).hasSize(3);
        assertThat(sent.get(0)).matches(s -> s.is("A", 1, 1000, 1));
        assertThat(sent.get(1)).matches(s -> s.is("A", 1001, 1000, 1));
        assertThat(sent.get(2)).matches(s -> s.is("PA", 2001, 500, 1));
        assertThat(sent.get(0).text() + sent.get(1).text() + sent.get(2).text()).isEqualTo(Wire.text(2500));
    }

    @Test
    @Rfc({"9293:SHLD-7", "9293:MUST-17", "9293:MUST-60"})
    void smallSegmentWaitsForTheAckUnlessNagleIsOff() {
        var wire = Wire.established().write("a");
        wire.expect("PA", 1, 1, 1);
        wire.write("b").nothing();
        wire.write("c").nothing();
        wire.receive("A", 1, 2);
        wire.expect("PA", 2, 2, 1);
        wire.write("d").nothing();
        wire.connection.noDelay(wire.now, true);
        wire.expect("PA", 4, 1, 1);
        wire.write("e").expect("PA", 5, 1, 1);
        wire.connection.noDelay(wire.now, false);
        wire.write("f").nothing();
    }

    @Test
    @Rfc({"9293:SHLD-18", "9293:MUST-40", "9293:SHLD-19"})
    void everySecondFullSegmentIsAcknowledgedAtOnceASingleOneWithDelay() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 65_535, Wire.text(1000)).nothing();
        wire.receive("A", 1001, 1, 65_535, Wire.text(1000));
        wire.expect("A", 1, 0, 2001);
        long start = wire.now;
        wire.receive("A", 2001, 1, 65_535, Wire.text(1000)).nothing();
        wire.toDeadline().expect("A", 1, 0, 3001);
        assertThat(wire.now - start).isEqualTo(40 * Wire.MILLI);
        assertThat(wire.count(TcpCounters.DELAYED_ACKS)).isEqualTo(1);
    }

    @Test
    @Rfc({"9293:MUST-58", "9293:MUST-59"})
    void queuedSegmentsAreAcknowledgedTogether() {
        var wire = Wire.established();
        for (int i = 0; i < 8; i++) {
            wire.receive("A", 1 + 1000 * i, 1, 65_535, Wire.text(1000));
        }
        wire.expect("A", 1, 0, 8001);
    }

    @Test
    @Rfc({"9293:SHLD-31", "9293:MAY-13"})
    void outOfOrderDataIsKeptAndAcknowledgedAtOnce() {
        var wire = Wire.established();
        wire.receive("A", 6, 1, 65_535, "world");
        wire.expect("A", 1, 0, 1);
        wire.receive("A", 11, 1, 65_535, "!");
        wire.expect("A", 1, 0, 1);
        assertThat(wire.connection.available()).isZero();
        wire.receive("A", 1, 1, 65_535, "hello");
        wire.expect("A", 1, 0, 12);
        assertThat(wire.read(100)).isEqualTo("helloworld!");
    }

    @Test
    void overlapsAreTrimmedOnBothSides() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 65_535, "abcd");
        wire.receive("A", 3, 1, 65_535, "cdef");
        wire.expect("A", 1, 0, 7);
        wire.receive("A", 1, 1, 65_535, "abcdef");
        wire.expect("A", 1, 0, 7);
        assertThat(wire.read(100)).isEqualTo("abcdef");
        assertThat(wire.count(TcpCounters.DUPLICATE_BYTES_IN)).isEqualTo(8);
    }

    @Test
    void dataBeyondTheWindowIsNotTaken() {
        var wire = Wire.established(Wire.plain().receiveBufferBytes(4096).build());
        wire.receive("A", 1, 1, 65_535, Wire.text(1000)).drain();
        wire.receive("A", 1001, 1, 65_535, Wire.text(1000)).drain();
        wire.receive("A", 2001, 1, 65_535, Wire.text(1000)).drain();
        wire.receive("A", 3001, 1, 65_535, Wire.text(1400));
        var ack = wire.one();
        assertThat(ack.ack()).isEqualTo(4097);
        assertThat(ack.window()).isZero();
        assertThat(wire.connection.available()).isEqualTo(4096);
        wire.receive("A", 4097, 1, 65_535, "x");
        assertThat(wire.one().ack()).isEqualTo(4097);
        assertThat(wire.read(5000)).isEqualTo(Wire.text(1000).repeat(3) + Wire.text(1096));
    }

    @Test
    @Rfc({"9293:MUST-39", "9293:SHLD-14"})
    void windowIsNotReopenedInSillyStepsAndNeverShrinks() {
        var wire = Wire.established(Wire.plain().receiveBufferBytes(4096).build());
        wire.receive("A", 1, 1, 65_535, Wire.text(4096));
        assertThat(wire.one().window()).isZero();
        wire.read(1000);
        wire.nothing();
        wire.read(459);
        wire.nothing();
        wire.read(1);
        assertThat(wire.one().window()).isEqualTo(1460);
        wire.read(100);
        wire.nothing();
        wire.receive("A", 4097, 1, 65_535, "abc").toDeadline();
        assertThat(wire.one().window()).isEqualTo(1457);
    }

    /// Up to the longest timeout, or half of R2.
    @ParameterizedTest
    @CsvSource({"100, 50", "1000, 60"})
    @Rfc({"9293:MUST-36", "9293:SHLD-29", "9293:SHLD-30", "9293:MUST-37"})
    void closedWindowIsProbedWithBackOffForAsLongAsThePeerAnswers(long r2Seconds, long intervalSeconds) {
        var wire =
                Wire.established(Wire.plain().r2Nanos(r2Seconds * Wire.SECOND).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        long last = wire.now;
        long interval = 0;
        for (int i = 0; i < 40; i++) {
            wire.toDeadline().expect("A", 1, 1, 1);
            assertThat(wire.now - last).isGreaterThanOrEqualTo(interval);
            interval = wire.now - last;
            last = wire.now;
            wire.receive("A", 1, 1, 0, "").nothing();
        }
        assertThat(interval).isEqualTo(intervalSeconds * Wire.SECOND);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        wire.receive("A", 1, 1, 1000, "");
        wire.expect("PA", 1, 5, 1);
        wire.receive("A", 1, 6).nothing();
        assertThat(wire.connection.nextDeadline()).isEqualTo(Deadlines.NONE);
    }

    @Test
    void whatWaitsToBeSentCanBeLimited() {
        var wire = Wire.established(Wire.plain().unsentBytesMax(2000).build());
        wire.receive("A", 1, 1, 1000, "").drain();
        assertThat(wire.connection.sendRoom()).isEqualTo(2000);
        wire.write(Wire.text(2000));
        assertThat(wire.connection.sendRoom()).isZero();
        wire.connection.takeEvents();
        wire.drain();
        assertThat(wire.connection.sendRoom())
                .as("what is under way does not count")
                .isEqualTo(1000);
        assertThat(wire.connection.takeEvents() & TcpEvents.WRITABLE)
                .as("half of it still waits")
                .isZero();
        wire.write("x");
        wire.receive("A", 1, 1, 2001, "").drain();
        assertThat(wire.connection.takeEvents() & TcpEvents.WRITABLE).isNotZero();
        assertThat(wire.connection.sendRoom()).as("the x waits for Nagle").isEqualTo(1999);
    }

    @Test
    @Rfc("6429:3")
    void peerThatTakesNothingIsGivenUpWhenTheUserSaysSo() {
        long most = 10 * Wire.SECOND;
        var wire = Wire.established(Wire.plain().zeroWindowNanosMax(most).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        wire.at(most / 2);
        wire.receive("A", 1, 1, 0, "").drain();
        // One octet taken, and the time begins anew.
        wire.receive("A", 1, 2, 0, "").drain();
        long start = wire.now;
        while (wire.now - start < most - Wire.MILLI) {
            assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
            wire.now = Math.min(wire.connection.nextDeadline(), start + most - Wire.MILLI);
            wire.drain();
            wire.receive("A", 1, 2, 0, "").drain();
        }
        wire.toDeadline();
        assertThat(wire.now - start).isEqualTo(most);
        wire.expect("RA", 2, 0, 1);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 4));
        assertThat(wire.count(TcpCounters.ZERO_WINDOW_TIMEOUTS)).isEqualTo(1);
    }

    /// A report goes ahead of a probe that is due, and the window opens in between.
    @Test
    void aProbeThatIsNotNeededAnyMoreHoldsNothingUp() {
        var wire = Wire.active(Wire.plain().build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).sackPermitted()).drain();
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        wire.toDeadline().receive("A", 11, 1, 0, "late");
        assertThat(wire.first()).matches(sent -> sent.is("A", 1, 0, 1), "the report");
        wire.receive("A", 15, 1, 1_000, "").expect("PA", 1, 5, 1);
    }

    @Test
    void probesWithoutAnswerEndAtR2() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 0, "");
        long start = wire.now;
        wire.write("hello").nothing();
        while (wire.connection.state() == TcpState.ESTABLISHED) {
            wire.toDeadline().drain();
        }
        assertThat(wire.now - start).isBetween(100 * Wire.SECOND, 160 * Wire.SECOND);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.PERSIST, 5));
    }

    @Test
    void probedOctetThatThePeerTookIsNotSentAgain() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        wire.toDeadline().expect("A", 1, 1, 1);
        wire.receive("A", 1, 2, 0, "").nothing();
        wire.toDeadline().expect("A", 2, 1, 1);
        wire.receive("A", 1, 2, 100, "");
        wire.expect("PA", 2, 4, 1);
    }

    @Test
    void finBehindAClosedWindowIsProbed() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 0, "");
        wire.connection.closeSend(wire.now);
        wire.nothing();
        wire.toDeadline().expect("FA", 1, 0, 1);
        wire.receive("A", 1, 1, 100, "");
        wire.expect("FA", 1, 0, 1);
        wire.receive("A", 1, 2).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_2);
    }

    @Test
    @Rfc({"9293:MUST-34", "9293:MUST-35", "9293:SHLD-15", "9293:SHLD-16"})
    void shrunkenWindowStopsNewDataAndOldDataIsStillRetransmitted() {
        var wire = Wire.established().write(Wire.text(4000));
        assertThat(wire.drain()).hasSize(4);
        wire.receive("A", 1, 1001, 500, "").write(Wire.text(1000)).nothing();
        wire.toDeadline();
        var again = wire.drain();
        assertThat(again).isNotEmpty().allMatch(s -> s.seq() == 1001);
        assertThat(again.getFirst().length()).isLessThanOrEqualTo(500);
        wire.receive("A", 1, 1001, 0, "").nothing();
        wire.toDeadline().expect("A", 1001, 1, 1);
    }

    @Test
    @Rfc("9293:SHLD-17")
    void dataBeyondTheEdgeOfAShrunkenWindowDoesNotTimeTheConnectionOut() {
        var wire = Wire.established().write(Wire.text(4000));
        assertThat(wire.drain()).hasSize(4);
        wire.receive("A", 1, 1001, 0, "").nothing();
        long start = wire.now;
        while (wire.now - start < 1000 * Wire.SECOND) {
            wire.toDeadline().expect("A", 1001, 1, 1);
            wire.receive("A", 1, 1001, 0, "").nothing();
        }
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        wire.receive("A", 1, 1001, 4000, "");
        assertThat(wire.drain().getFirst().seq()).isEqualTo(1001);
    }

    @Test
    @Rfc("9293:MAY-8")
    void theReceiverKeepsItsWindowClosedForAsLongAsItsUserDoesNotRead() {
        var wire = Wire.established(Wire.plain().receiveBufferBytes(4096).build());
        wire.receive("A", 1, 1, 65_535, Wire.text(4096)).drain();
        for (int i = 0; i < 1440; i++) {
            wire.at(60 * Wire.SECOND).receive("A", 4097, 1, 65_535, "x");
            assertThat(wire.one()).matches(s -> s.is("A", 1, 0, 4097) && s.window() == 0);
        }
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(wire.read(5000)).hasSize(4096);
        assertThat(wire.one().window()).isEqualTo(4096);
    }

    @Test
    @Rfc("9293:SHLD-27")
    void pushesOfWritesThatShareASegmentAreOne() {
        var wire = Wire.established().write("a");
        wire.expect("PA", 1, 1, 1);
        wire.write(Wire.text(700)).nothing();
        wire.write(Wire.text(700)).write(Wire.text(700));
        assertThat(wire.drain()).extracting(Wire.Sent::flags).containsExactly("A", "A");
        wire.receive("A", 1, 2002).expect("PA", 2002, 100, 1);
    }

    @Test
    @Rfc("9293:MUST-38")
    void smallWindowIsNotFilledInSillySegmentsButAfterAWhileItIs() {
        var wire = Wire.established(Wire.plain().build());
        wire.receive("A", 1, 1, 300, "");
        wire.write(Wire.text(5000)).nothing();
        wire.toDeadline().expect("A", 1, 300, 1);
        wire.toDeadline().expect("A", 1, 300, 1);
    }

    @Test
    void smallWindowIsUsedInTheEndHoweverMuchThePeerTalks() {
        var wire = Wire.established(Wire.plain().delayedAckNanos(0).build());
        wire.receive("A", 1, 1, 50, "");
        wire.write(Wire.text(100)).nothing();
        int said = 0;
        boolean used = false;
        for (int i = 0; i < 100 && !used; i++) {
            wire.at(50 * Wire.MILLI).receive("A", 1 + said, 1, 50, "x");
            said++;
            used = wire.drain().stream().anyMatch(sent -> sent.length() == 50);
        }
        assertThat(used).isTrue();
    }

    @Test
    void timestampOfAPeerThatWasSilentForWeeksIsBelievedAgain() {
        var wire = Wire.active(Wire.plain().timestamps(true).build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).timestamps(1000, 0)).drain();
        wire.at(25L * 24 * 3600 * Wire.SECOND);
        int later = 1000 + Integer.MIN_VALUE + 7;
        wire.receive("A", 1, 1, 65_535, "ab", w -> w.timestamps(later, 0)).drain();
        assertThat(wire.connection.available()).isEqualTo(2);
        assertThat(wire.connection.tsRecent()).isEqualTo(later);
    }

    @Test
    void olderSegmentDoesNotTakeTheWindowBack() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 65_535, "ab").receive("A", 3, 1, 5000, "").drain();
        assertThat(wire.connection.sndWnd()).isEqualTo(5000);
        wire.receive("A", 1, 1, 100, "ab").drain();
        assertThat(wire.connection.sndWnd()).isEqualTo(5000);
    }

    @Test
    @Rfc({"9293:SHLD-2", "9293:MUST-12"})
    void resetWithDataIsAccepted() {
        var wire = Wire.established();
        wire.receive("R", 1, 0, 0, "because").nothing();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.Reset(0));
    }

    @Test
    @Rfc("9293:MUST-66")
    void resetAndAckAreProcessedWithAClosedReceiveWindow() {
        var wire = Wire.established(Wire.plain().receiveBufferBytes(4096).build());
        wire.write("abc").drain();
        wire.receive("A", 1, 1, 65_535, Wire.text(4096));
        assertThat(wire.one().window()).isZero();
        wire.receive("A", 4097, 4, 65_535, "x");
        assertThat(wire.connection.bytesAcknowledged()).isEqualTo(3);
        wire.receive("R", 4097, 0).drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
    }

    @Test
    void segmentsThatMakeNoSenseAreAnsweredOnlySoOften() {
        var wire = Wire.established();
        int answers = 0;
        for (int i = 0; i < 100; i++) {
            wire.receive("A", -1000, 1);
            answers += wire.drain().size();
        }
        assertThat(answers).isBetween(5, 15);
        wire.at(Wire.SECOND).receive("A", -1000, 1);
        assertThat(wire.drain()).hasSize(1);
    }

    @Test
    void keepAliveProbeOfThePeerIsAnswered() {
        var wire = Wire.established();
        wire.receive("A", 0, 1);
        wire.expect("A", 1, 0, 1);
        wire.receive("A", 0, 1, 65_535, "x");
        wire.expect("A", 1, 0, 1);
    }

    @Test
    @Rfc("7323:5.3")
    void timestampOfASegmentWithAnImpossibleAcknowledgementIsNotRemembered() {
        var wire = Wire.active(Wire.plain().timestamps(true).build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).timestamps(1000, 0)).drain();
        wire.receive("A", 1, 9999, 65_535, "xy", w -> w.timestamps(9000, 0)).drain();
        wire.receive("S", 1, 0, 65_535, "", w -> w.timestamps(9000, 0)).drain();
        wire.receive("A", 1, 1, 65_535, "ab", w -> w.timestamps(1001, 0)).drain();
        assertThat(wire.read(9)).isEqualTo("ab");
        assertThat(wire.connection.tsRecent()).isEqualTo(1001);
    }

    @Test
    void timestampsAreEchoedAndOldOnesDropped() {
        var config = Wire.plain().timestamps(true).build();
        var wire = Wire.active(config);
        assertThat(wire.one().ts()).isTrue();
        wire.receive("SA", 0, 1, w -> w.mss(1000).timestamps(1000, 0)).drain();
        wire.receive("A", 1, 1, 65_535, "ab", w -> w.timestamps(1001, 0));
        assertThat(wire.connection.tsRecent()).isEqualTo(1001);
        wire.receive("A", 3, 1, 65_535, "cd", w -> w.timestamps(1000, 0));
        assertThat(wire.connection.available()).isEqualTo(2);
        assertThat(wire.count(TcpCounters.OLD_TIMESTAMP_IN)).isEqualTo(1);
        wire.receive("A", 3, 1, 65_535, "cd");
        assertThat(wire.connection.available()).as("no timestamp, no data").isEqualTo(2);
        wire.receive("A", 3, 1, 65_535, "cd", w -> w.timestamps(1001, 0));
        assertThat(wire.read(10)).isEqualTo("abcd");
    }

    @Test
    void spentMemoryBudgetDropsDataInsteadOfFailing() {
        var wire = Wire.established();
        spend(wire);
        wire.receive("A", 1, 1, 65_535, "abc");
        assertThat(wire.connection.available()).isZero();
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(wire.connection.reserveSend(wire.now, 1)).isZero();
    }

    @Test
    void withoutMemoryTextThatClosesAGapTakesThatOfTextBeyondIt() {
        var wire = Wire.established();
        wire.receive("A", 10_001, 1, 65_535, "beyond").receive("A", 20_001, 1, 65_535, "far beyond");
        spend(wire);
        wire.receive("A", 1, 1, 65_535, "first");
        assertThat(wire.read(100)).isEqualTo("first");
        for (int from = 6; from < 10_001; from += 1_999) {
            int length = Math.min(1_999, 10_001 - from);
            wire.receive("A", from, 1, 65_535, Wire.text(length / 2));
            wire.receive("A", from + length / 2, 1, 65_535, Wire.text(length - length / 2));
            assertThat(wire.read(20_000)).as("what lay beyond is forgotten").hasSize(length);
        }
        wire.receive("A", 10_001, 1, 65_535, "beyond");
        assertThat(wire.read(100)).isEqualTo("beyond");
    }

    @Test
    void memoryIsHeldOnlyWhileThereAreOctetsInIt() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 65_535, "abc");
        assertThat(wire.buffers.bytesTaken()).isEqualTo(BufferPool.PIECE_BYTES);
        wire.read(2);
        assertThat(wire.buffers.bytesTaken()).isEqualTo(BufferPool.PIECE_BYTES);
        wire.read(1);
        assertThat(wire.buffers.bytesTaken()).isZero();
        wire.write("defg").one();
        assertThat(wire.buffers.bytesTaken()).isEqualTo(BufferPool.PIECE_BYTES);
        wire.receive("A", 4, 3, 65_535, "");
        assertThat(wire.buffers.bytesTaken()).isEqualTo(BufferPool.PIECE_BYTES);
        wire.receive("A", 4, 5, 65_535, "");
        assertThat(wire.buffers.bytesTaken()).isZero();
    }

    private static void spend(Wire wire) {
        int most = 1 << 30;
        assertThat(wire.buffers.takeRing(false).reserve(wire.buffers, 0, most)).isLessThan(most);
    }
}
