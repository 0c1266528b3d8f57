package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.Witness.MSS;
import static dev.levee.sim.swarm.Witness.OWN_WINDOW;
import static dev.levee.sim.swarm.Witness.PEER_WINDOW;
import static dev.levee.sim.swarm.Witness.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.Times;
import dev.levee.tcp.CloseCause;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// No oracle is blind: each is shown a lie that it must see, beside the truth that it must bear.
class OracleTest {
    private static final int ACK = TcpFlags.ACK;

    @Test
    void textBeyondTheWindowIsSeenAndTextUpToItIsNot() {
        var witness = Witness.open();
        for (int i = 0; i < PEER_WINDOW / MSS; i++) {
            witness.text(1 + (long) i * MSS, MSS);
        }
        refuses(Oracle.SEND_WINDOW, () -> witness.text(1 + PEER_WINDOW, 1));
    }

    @Test
    void textThatWasAcknowledgedMustNotComeAgain() {
        var witness = Witness.open();
        witness.text(1, MSS);
        witness.gets(ACK, 1, 1 + MSS, PEER_WINDOW, 0);
        refuses(Oracle.SEND_WINDOW, () -> witness.text(MSS, MSS));
    }

    @Test
    void aGapIsSeen() {
        var witness = Witness.open();
        witness.text(1, MSS);
        refuses(Oracle.SEQUENCE, () -> witness.text(2 + MSS, MSS));
    }

    @Test
    void textThatNobodyWroteIsSeen() {
        var witness = Witness.open();
        witness.written = 10;
        refuses(Oracle.SEQUENCE, () -> witness.text(1, 11));
    }

    @Test
    void aPureAckAtTheWrongPlaceIsSeen() {
        var witness = Witness.open();
        witness.text(1, MSS);
        witness.gets(ACK, 1, 1, PEER_WINDOW, 10);
        refuses(Oracle.SEQUENCE, () -> witness.sends(ACK, 1, 11, OWN_WINDOW - 10, 0));
    }

    @Test
    void aWrongOctetIsSeen() {
        var witness = Witness.open();
        refuses(Oracle.SAME_OCTETS, () -> witness.sendsWrongOctet(1, 100));
    }

    @Test
    void aSegmentThatIsTooLongIsSeen() {
        var witness = Witness.open();
        refuses(Oracle.SEGMENT_SIZE, () -> witness.text(1, MSS + 1));
    }

    @Test
    void lastOctetsWithoutPushAreSeen() {
        var witness = Witness.open();
        // Made while more was written, so that it does not push.
        var packet = Packet.read(witness.raw(1, 100));
        witness.written = 100;
        refuses(Oracle.PUSH, () -> witness.end.sent(packet));
    }

    @Test
    void aFinInTheMiddleIsSeen() {
        var witness = Witness.open();
        witness.sendClosed = true;
        witness.written = 100;
        refuses(Oracle.FIN_PLACE, () -> witness.sends(ACK | TcpFlags.FIN, 1, 1, OWN_WINDOW, 50));
    }

    @Test
    void anAckOfWhatDidNotArriveIsSeen() {
        var witness = Witness.open();
        witness.gets(ACK, 1, 1, PEER_WINDOW, 10);
        refuses(Oracle.ACK_RANGE, () -> witness.ack(12));
    }

    @Test
    void anAckThatIsBehindIsSeen() {
        var witness = Witness.open();
        witness.gets(ACK, 1, 1, PEER_WINDOW, 10);
        refuses(Oracle.ACK_CURRENT, () -> witness.ack(10));
    }

    @Test
    void aWindowThatIsTakenBackIsSeen() {
        var witness = Witness.open();
        witness.gets(ACK, 1, 1, PEER_WINDOW, 10);
        refuses(Oracle.RIGHT_EDGE, () -> witness.sends(ACK, 1, 11, OWN_WINDOW - 11, 0));
    }

    @Test
    void aWindowLargerThanTheBufferIsSeen() {
        var witness = Witness.open();
        witness.gets(ACK, 1, 1, PEER_WINDOW, MSS);
        refuses(Oracle.BUFFER, () -> witness.sends(ACK, 1, 1 + MSS, OWN_WINDOW, 0));
    }

    @Test
    void aWindowThatGrowsByLittleIsSeen() {
        var witness = Witness.open();
        witness.gets(ACK, 1, 1, PEER_WINDOW, MSS);
        witness.ack(1 + MSS);
        witness.read = 10;
        witness.gets(ACK, 1 + MSS, 1, PEER_WINDOW, MSS);
        refuses(Oracle.SILLY_RECEIVER, () -> witness.ack(1 + 2 * MSS));
    }

    @Test
    void aSmallSegmentWhileMoreWaitsIsSeen() {
        var witness = Witness.open();
        witness.text(1, MSS);
        refuses(Oracle.SILLY_SENDER, () -> witness.text(1 + MSS, 10));
    }

    @Test
    void nagleIsSeenToBeBroken() {
        var witness = Witness.open(Witness.settings().noDelay(false).build());
        witness.written = MSS + 10;
        witness.text(1, MSS);
        refuses(Oracle.NAGLE, () -> witness.text(1 + MSS, 10));
    }

    @Test
    void aTimestampThatGoesBackIsSeen() {
        var witness = Witness.open(Witness.settings().timestamps(true).build());
        witness.gets(ACK, 0, 1, PEER_WINDOW, 0);
        refuses(Oracle.TIMESTAMP, () -> witness.sendsTimestamps(1, 4_000, 9_001));
    }

    @Test
    void aWrongEchoIsSeen() {
        var witness = Witness.open(Witness.settings().timestamps(true).build());
        witness.gets(ACK, 1, 1, PEER_WINDOW, 0);
        refuses(Oracle.TIMESTAMP, () -> witness.sendsTimestamps(1, 6_000, 9_000));
    }

    /// Two ranges beyond gaps, the later one below the other.
    private static Witness withGaps() {
        var witness = Witness.openSelective();
        witness.gets(ACK, 1, 1, PEER_WINDOW, 100);
        witness.sack(101);
        witness.gets(ACK, 401, 1, PEER_WINDOW, 100);
        witness.sack(101, 401, 501);
        witness.gets(ACK, 201, 1, PEER_WINDOW, 100);
        return witness;
    }

    @Test
    void rightSackBlocksAreBelieved() {
        var witness = withGaps();
        witness.sack(101, 201, 301, 401, 501);
        witness.gets(ACK, 1, 1, PEER_WINDOW, 50);
        witness.sack(101, 1, 51, 201, 301, 401, 501);
        witness.gets(ACK, 421, 1, PEER_WINDOW, 30);
        witness.sack(101, 421, 451, 401, 501, 201, 301);
        witness.gets(ACK, 101, 1, PEER_WINDOW, 100);
        witness.sack(301, 401, 501);
    }

    /// Each is a list of edges, left and right in turn, while `[201, 301)` came after `[401, 501)`.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "401,501,201,301",
                "201,301",
                "",
                "201,301,301,201",
                "201,301,401,502",
                "201,301,401,490",
                "201,301,401,501,601,701",
                "201,301,401,501,401,501",
                "201,301,401,501,101,102",
                "1,101,201,301,401,501",
                "210,220,201,301,401,501"
            })
    void wrongSackBlocksAreSeen(String edges) {
        var numbers = Arrays.stream(edges.split(","))
                .filter(word -> !word.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        var witness = withGaps();
        refuses(Oracle.SELECTIVE, () -> witness.sack(101, numbers));
    }

    @Test
    void sackBlocksThatNobodyAgreedOnAreSeen() {
        var witness = Witness.open();
        witness.gets(ACK, 201, 1, PEER_WINDOW, 100);
        refuses(Oracle.SELECTIVE, () -> witness.sack(1, 201, 301));
    }

    @Test
    void fourSackBlocksBesideTimestampsAreTooMany() {
        var witness = withGaps();
        var packet = witness.blocks(4);
        assertThat(packet.sackCount).isEqualTo(4);
        // No header has room for both.
        packet.timestamps = true;
        witness.end.timestamps = true;
        refuses(Oracle.SELECTIVE, () -> witness.end.sent(packet));
    }

    @Test
    void whoKeepsADuplicateToHimselfIsSeen() {
        var witness = withGaps();
        witness.sack(101, 201, 301, 401, 501);
        witness.gets(ACK, 1, 1, PEER_WINDOW, 100);
        refuses(Oracle.SELECTIVE, () -> witness.sack(101, 201, 301, 401, 501));
    }

    @Test
    void whoLetsTextTakeTheReportsPlaceIsSeen() {
        var witness = withGaps();
        witness.sends(ACK, 1, 101, OWN_WINDOW - 100, MSS);
        refuses(Oracle.SELECTIVE, () -> witness.end.receiver.settled());
    }

    @Test
    void aRetransmissionWithoutAReasonIsSeen() {
        var witness = Witness.open();
        witness.text(1, MSS);
        witness.after(Times.millis(150));
        refuses(Oracle.RETRANSMIT_EARLY, () -> witness.text(1, MSS));
    }

    @Test
    void aTimeoutThatDoesNotBackOffIsSeen() {
        var witness = Witness.open();
        witness.after(Times.seconds(1));
        witness.text(1, MSS);
        witness.after(Times.millis(400));
        witness.text(1, MSS);
        witness.end.sender.pace.settled();
        witness.after(Times.millis(400));
        refuses(Oracle.BACK_OFF, () -> witness.text(1, MSS));
    }

    @Test
    void aTimeoutAfterDuplicateAcksThatCalledForNothingIsOne() {
        var witness = Witness.open();
        witness.text(1, MSS);
        duplicates(witness, 1, 3);
        witness.text(1, MSS);
        witness.end.sender.pace.settled();
        witness.gets(ACK, 1, 1 + MSS, PEER_WINDOW, 0);
        witness.text(1 + MSS, MSS);
        // They do not acknowledge more than was in flight when recovery began (RFC 6582 §3.2, step 1).
        duplicates(witness, 1 + MSS, 4);
        witness.end.sender.pace.settled();
        for (int millis : new int[] {200, 400, 800, 1_600}) {
            witness.after(Times.millis(millis));
            witness.text(1 + MSS, MSS);
            witness.end.sender.pace.settled();
        }
    }

    private static void duplicates(Witness witness, long upTo, int count) {
        for (int i = 0; i < count; i++) {
            witness.gets(ACK, 1, upTo, PEER_WINDOW, 0);
        }
    }

    @Test
    void aRoundTripTimeThatNobodyCanHaveMeasuredIsSeen() {
        long after = Times.millis(50);
        for (long wrong : new long[] {after - 1, after + 1, 0}) {
            var witness = answeredAfter(after);
            witness.end.sender.roundTrip.judge(after, Times.millis(200));
            refuses(Oracle.ROUND_TRIP, () -> witness.end.sender.roundTrip.judge(wrong, Times.millis(200)));
        }
    }

    @Test
    void aRoundTripTimeOfWhatWasSentTwiceIsSeen() {
        var witness = answeredAfter(Times.millis(50));
        witness.end.sender.roundTrip.judge(Times.millis(50), Times.millis(200));
        witness.text(1, MSS);
        witness.after(Times.millis(250));
        witness.text(1, MSS);
        witness.after(Times.millis(60));
        witness.gets(ACK, 1, 1 + MSS, PEER_WINDOW, 0);
        witness.end.sender.roundTrip.judge(Times.millis(50), Times.millis(400));
        refuses(Oracle.ROUND_TRIP, () -> witness.end.sender.roundTrip.judge(Times.millis(51), Times.millis(400)));
    }

    @Test
    void aTimeoutOutOfItsBoundsIsSeen() {
        long most = Witness.settings().build().rtoMaxNanos();
        for (long wrong : new long[] {Times.millis(200) - 1, 0, -1, most + 1}) {
            var witness = answeredAfter(Times.millis(50));
            refuses(Oracle.ROUND_TRIP, () -> witness.end.sender.roundTrip.judge(Times.millis(50), wrong));
        }
        var slow = answeredAfter(Times.millis(300));
        refuses(Oracle.ROUND_TRIP, () -> slow.end.sender.roundTrip.judge(Times.millis(300), Times.millis(299)));
    }

    @Test
    void aRetransmissionBeforeAnAnswerCanComeIsSeen() {
        var witness = answeredAfter(Times.millis(500));
        witness.text(1, MSS);
        witness.after(Times.millis(499));
        refuses(Oracle.RETRANSMIT_EARLY, () -> witness.text(1, MSS));
    }

    @Test
    void whoHasMeasuredNothingWaitsForNobodysRoundTrip() {
        for (boolean early : new boolean[] {false, true}) {
            var witness = answeredAfter(Times.millis(1_500));
            witness.end.sender.roundTrip.judge(-1, Times.seconds(1));
            witness.text(1, MSS);
            witness.after(Times.seconds(1) - (early ? 1 : 0));
            if (early) {
                refuses(Oracle.RETRANSMIT_EARLY, () -> witness.text(1, MSS));
            } else {
                witness.text(1, MSS);
            }
        }
    }

    @Test
    void whoMeasuresNothingOfAFlightThatWasSentOnceIsSeen() {
        var witness = Witness.open();
        witness.end.sender.roundTrip.judge(-1, Times.seconds(1));
        witness.text(1, MSS);
        witness.text(1 + MSS, MSS);
        witness.gets(ACK, 1, 1 + MSS, PEER_WINDOW, 0);
        refuses(Oracle.ROUND_TRIP, () -> witness.end.sender.roundTrip.judge(-1, Times.seconds(1)));
    }

    @Test
    void whoForgetsWhatHeHasMeasuredIsSeen() {
        var witness = answeredAfter(Times.millis(500));
        witness.end.sender.roundTrip.judge(Times.millis(500), Times.seconds(1));
        refuses(Oracle.ROUND_TRIP, () -> witness.end.sender.roundTrip.judge(-1, Times.seconds(1)));
    }

    private static Witness answeredAfter(long nanos) {
        var witness = Witness.begin(Witness.settings().build());
        witness.sends(TcpFlags.SYN, 0, 0, OWN_WINDOW, 0);
        witness.after(nanos);
        witness.gets(TcpFlags.SYN | ACK, 0, 1, PEER_WINDOW, 0);
        witness.ack(1);
        return witness;
    }

    @Test
    void onlyANewerSynFollowsAConnection() {
        var receiver = withGaps().end.receiver;
        assertThat(receiver.isFollowedBy(syn(TcpFlags.SYN, 102))).isTrue();
        assertThat(receiver.isFollowedBy(syn(TcpFlags.SYN, 101))).isFalse();
        assertThat(receiver.isFollowedBy(syn(TcpFlags.SYN | ACK, 102))).isFalse();
        assertThat(receiver.isFollowedBy(syn(TcpFlags.SYN | TcpFlags.RST, 102))).isFalse();
        assertThat(receiver.isFollowedBy(syn(ACK, 102))).isFalse();
    }

    private static Packet syn(int flags, long at) {
        return Witness.begin(Witness.settings().build()).fromPeer(flags, at);
    }

    @Test
    void aThirdDuplicateAckWithoutAnAnswerIsSeen() {
        var witness = Witness.open();
        witness.text(1, MSS);
        witness.text(1 + MSS, MSS);
        for (int i = 0; i < 3; i++) {
            witness.gets(ACK, 1, 1, PEER_WINDOW, 0);
        }
        refuses(Oracle.FAST_RETRANSMIT, () -> witness.end.sender.pace.settled());
    }

    @Test
    void tooMuchUnderWayIsSeen() {
        var witness = Witness.open(Witness.settings().initialWindowSegments(2).build());
        witness.text(1, MSS);
        witness.text(1 + MSS, MSS);
        refuses(Oracle.CONGESTION, () -> witness.text(1 + 2 * MSS, MSS));
    }

    @Test
    void silenceOfASenderIsSeen() {
        var witness = Witness.open();
        witness.text(1, MSS);
        witness.after(witness.end.config.rtoMaxNanos() + Times.seconds(2));
        refuses(Oracle.STALL, () -> witness.end.sender.sweep());
    }

    @Test
    void aSenderThatMaySendAndDoesNotIsSeen() {
        var witness = Witness.open();
        refuses(Oracle.IDLE_SENDER, () -> witness.end.sender.settled());
    }

    @Test
    void givingUpTooEarlyIsSeen() {
        var witness = Witness.open();
        witness.text(1, MSS);
        witness.after(witness.end.config.r2Nanos() - 1);
        var cause = new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, MSS);
        refuses(Oracle.GIVE_UP, () -> witness.end.sender.pace.gaveUp(cause));
        witness.after(1);
        witness.end.sender.pace.gaveUp(cause);
    }

    @Test
    void aResetAtTheWrongPlaceIsSeen() {
        var witness = Witness.open();
        refuses(Oracle.RESET_FORM, () -> witness.sends(ACK | TcpFlags.RST, 5, 1, OWN_WINDOW, 0));
    }

    @Test
    void whoeverSpeaksAfterAResetIsSeen() {
        var witness = Witness.open();
        witness.sends(ACK | TcpFlags.RST, 1, 1, OWN_WINDOW, 0);
        refuses(Oracle.AFTER_RESET, () -> witness.text(1, 10));
    }

    @Test
    void anotherSynNumberInTheRetransmissionIsSeen() {
        var witness = Witness.begin(Witness.settings().build());
        witness.sends(TcpFlags.SYN, 0, 0, OWN_WINDOW, 0);
        refuses(Oracle.SEQUENCE, () -> witness.sends(TcpFlags.SYN, 1, 0, OWN_WINDOW, 0));
    }

    @Test
    void aStateThatPacketsDoNotMakeIsSeen() {
        // The socket behind the witness is in SYN-SENT, the packets say ESTABLISHED.
        var witness = Witness.open();
        witness.written = 0;
        refuses(Oracle.STATE, () -> witness.end.sweep());
    }

    @Test
    void optionsOfASynElsewhereAreSeen() {
        var witness = Witness.open();
        refuses(Oracle.OPTIONS, () -> witness.forges(writer -> writer.mss(MSS), ACK, 1, 1, OWN_WINDOW));
        refuses(Oracle.OPTIONS, () -> witness.forges(writer -> writer.windowScale(0), ACK, 1, 1, OWN_WINDOW));
        refuses(Oracle.OPTIONS, () -> witness.forges(SegmentWriter::sackPermitted, ACK, 1, 1, OWN_WINDOW));
    }

    @Test
    void timestampsThatNobodyAgreedOnOrThatAreMissingAreSeen() {
        var without = Witness.open();
        refuses(Oracle.OPTIONS, () -> without.forges(writer -> writer.timestamps(1, 1), ACK, 1, 1, OWN_WINDOW));
        var with = Witness.open(Witness.settings().timestamps(true).build());
        with.end.timestamps = false;
        refuses(Oracle.OPTIONS, () -> with.sends(ACK, 1, 1, OWN_WINDOW, 0));
    }

    @Test
    void aSynThatOffersAnotherSegmentSizeIsSeen() {
        var witness = Witness.begin(Witness.settings().build());
        refuses(Oracle.OPTIONS, () -> witness.forges(w -> w.mss(MSS + 1), TcpFlags.SYN, 0, 0, OWN_WINDOW));
    }

    @Test
    void aSynThatComesAgainWithOtherOptionsIsSeen() {
        var witness = Witness.begin(Witness.settings().build());
        witness.sends(TcpFlags.SYN, 0, 0, OWN_WINDOW, 0);
        refuses(Oracle.OPTIONS, () -> witness.forges(w -> w.windowScale(1), TcpFlags.SYN, 0, 0, OWN_WINDOW));
        refuses(Oracle.OPTIONS, () -> witness.forges(w -> w.timestamps(1, 0), TcpFlags.SYN, 0, 0, OWN_WINDOW));
    }

    @Test
    void anAnswerWithOptionsThatTheSynDidNotHaveIsSeen() {
        List<Consumer<SegmentWriter>> lies =
                List.of(w -> w.windowScale(1), w -> w.timestamps(1, 0), SegmentWriter::sackPermitted);
        for (var lie : lies) {
            var witness = Witness.begin(Witness.settings().build());
            witness.end.receiver.opens(witness.fromPeer(TcpFlags.SYN, 0));
            refuses(Oracle.OPTIONS, () -> witness.forges(lie, TcpFlags.SYN | ACK, 0, 1, OWN_WINDOW));
        }
    }

    @Test
    void aReaderWhoKeepsRoomToHimselfIsSeen() {
        for (int window : new int[] {MSS - 2, MSS - 1}) {
            var witness = Witness.begin(Witness.settings().build());
            witness.sends(TcpFlags.SYN, 0, 0, window, 0);
            witness.gets(TcpFlags.SYN | ACK, 0, 1, PEER_WINDOW, 0);
            witness.sends(ACK, 1, 1, window, 0);
            if (window == MSS - 1) {
                witness.end.receiver.settled();
            } else {
                refuses(Oracle.WINDOW_UPDATE, witness.end.receiver::settled);
            }
        }
    }

    @Test
    void aTimeWaitThatIsTooLongOrTooShortIsSeen() {
        var witness = Witness.open(Witness.settings().mslNanos(Times.seconds(1)).build());
        witness.end.timeWaitSinceHostNanos = witness.host.nowNanos();
        witness.end.party = null;
        witness.after(Times.seconds(3) - 1);
        witness.end.sweep();
        witness.after(1);
        refuses(Oracle.TIME_WAIT, witness.end::sweep);
        var hasty = Witness.open(Witness.settings().mslNanos(Times.seconds(1)).build());
        hasty.mayAbort = true;
        hasty.written = 0;
        hasty.end.timeWaitSinceHostNanos = hasty.host.nowNanos();
        hasty.after(Times.seconds(2) - 1);
        hasty.socket().abort();
        refuses(Oracle.TIME_WAIT, hasty.end::sweep);
    }

    @Test
    void aCauseThatIsNotTrueIsSeen() {
        var witness = Witness.open();
        witness.written = 0;
        witness.socket().abort();
        // The user says that it has not aborted.
        refuses(Oracle.CAUSE, witness.end::sweep);
        var honest = Witness.open();
        honest.written = 0;
        honest.mayAbort = true;
        honest.socket().abort();
        honest.end.sweep();
    }

    @Test
    void aCountOfUndeliveredOctetsThatIsNotTrueIsSeen() {
        var witness = Witness.open();
        witness.written = 1;
        witness.mayAbort = true;
        witness.socket().abort();
        refuses(Oracle.CAUSE, witness.end::sweep);
    }

    @Test
    void answersToNonsenseWithoutEndAreSeen() {
        var witness = Witness.open();
        refuses(Oracle.LIMITS, () -> {
            for (int i = 0; i < 31; i++) {
                witness.gets(TcpFlags.SYN, 1, 0, PEER_WINDOW, 0);
                witness.ack(1);
            }
        });
    }

    @Test
    void moreResetsThanAllowedAreSeen() {
        var witness = Witness.begin(Witness.settings().build());
        refuses(Oracle.LIMITS, () -> {
            for (int i = 0; i < 21; i++) {
                witness.watch.repliesWithin();
            }
        });
    }

    @Test
    void aFlippedBitIsSeen() {
        var witness = Witness.open();
        var octets = witness.raw(1, 100);
        assertThat(Packet.read(octets).problem).isNull();
        for (int at : new int[] {1, 3, 8, 13, 22, 27, 32, 60}) {
            var wrong = octets.clone();
            wrong[at] ^= 4;
            assertThat(Packet.read(wrong).problem).as("octet " + at).isNotNull();
        }
    }
}
