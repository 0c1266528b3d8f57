package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What routers say about the size of packets, and what a connection makes of it.
class PathMtuTest {
    private static final int MSS = 1460;

    private static Wire open(TcpConfig config) {
        var wire = Wire.active(config);
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(MSS));
        wire.drain();
        wire.connection.takeEvents();
        return wire;
    }

    private static TcpConfigBuilder reno() {
        return Wire.plain().congestion(CongestionAlgorithm.NEW_RENO).noDelay(true);
    }

    private static Wire sending() {
        var wire = open(reno().build()).write(Wire.text(4000));
        assertThat(wire.drain()).extracting(Wire.Sent::length).containsExactly(1460, 1460, 1080);
        return wire;
    }

    @Test
    @Rfc({"1191:6.5", "8201:5.4"})
    void whatWasTooLargeIsSentAgainAtOnceInSmallerSegmentsAndNothingIsCongested() {
        var wire = sending();
        int segments = wire.connection.cwnd() / MSS;

        assertThat(wire.connection.onPacketTooBig(wire.now, 1240, Wire.ISS + 1)).isTrue();

        assertThat(wire.drain())
                .extracting(Wire.Sent::seq, Wire.Sent::length)
                .containsExactly(tuple(1, 1200), tuple(1201, 260), tuple(1461, 1200), tuple(2661, 260));
        assertThat(wire.connection.pathMtu()).isEqualTo(1240);
        assertThat(wire.connection.sndMss()).isEqualTo(1200);
        assertThat(wire.connection.cwnd() / 1200).isEqualTo(segments);
        assertThat(wire.connection.ssthresh()).isEqualTo(Integer.MAX_VALUE);
        assertThat(wire.connection.takeEvents() & TcpEvents.PATH_MTU).isNotZero();
        assertThat(wire.context.counters().get(TcpCounters.PATH_MTU_REDUCTIONS)).isEqualTo(1);

        wire.receive("A", 1, 4001);
        wire.write(Wire.text(1300));
        assertThat(wire.drain()).extracting(Wire.Sent::length).containsExactly(1200, 100);
    }

    @ParameterizedTest
    @CsvSource({"false, 1460", "true, 860"})
    @Rfc({"9293:MUST-67", "1191:3"})
    void mssOfferedIsWhatTheLinkReceivesUnlessTheWayBackIsTakenForTheSame(boolean follows, int mss) {
        var wire = Wire.active(reno().mssFollowsPath(follows).build());
        assertThat(wire.one().mss()).isEqualTo(1460);
        assertThat(wire.connection.onPacketTooBig(wire.now, 900, Wire.ISS)).isTrue();
        assertThat(wire.toDeadline().one().mss()).isEqualTo(mss);
    }

    /// What one message costs is in proportion to what is in flight: cut one by one as they are sent, a whole flight
    /// would keep everybody else waiting.
    @Test
    void whatWasTooLargeIsCutAtOnceAsAWhole() {
        var wire = open(reno().build()).write(Wire.text(4000));
        wire.connection.closeSend(wire.now);
        assertThat(wire.drain()).extracting(Wire.Sent::length).containsExactly(1460, 1460, 1080);
        wire.connection.onPacketTooBig(wire.now, 640, Wire.ISS + 1);
        assertThat(wire.connection.info(wire.now).loss().lost()).isEqualTo(8);
        assertThat(wire.drain())
                .extracting(Wire.Sent::seq, Wire.Sent::length, Wire.Sent::flags)
                .containsExactly(
                        tuple(1, 600, "A"),
                        tuple(601, 600, "A"),
                        tuple(1201, 260, "A"),
                        tuple(1461, 600, "A"),
                        tuple(2061, 600, "A"),
                        tuple(2661, 260, "A"),
                        tuple(2921, 600, "A"),
                        tuple(3521, 480, "FPA"));
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.groups.Tuple.tuple(values);
    }

    @ParameterizedTest
    @CsvSource({
        // not in flight, before and behind
        "1240,0",
        "1240,4001",
        // no less than before; less than any link carries
        "1500,1",
        "9000,1",
        "67,1",
        "0,1"
    })
    @Rfc({"5927:4.1", "8201:4"})
    void whatCannotBeTrueChangesNothing(int mtu, int seq) {
        var wire = sending();
        assertThat(wire.connection.onPacketTooBig(wire.now, mtu, Wire.ISS + seq))
                .isFalse();
        assertThat(wire.drain()).isEmpty();
        assertThat(wire.connection.pathMtu()).isEqualTo(Wire.MTU);
    }

    @Test
    void whoDoesNotWantToDiscoverBelievesNobody() {
        var wire = open(reno().pathMtuDiscovery(false).build()).write(Wire.text(2000));
        wire.drain();
        assertThat(wire.connection.onPacketTooBig(wire.now, 1240, Wire.ISS + 1)).isFalse();
        assertThat(wire.drain()).isEmpty();
    }

    @Test
    @Rfc("5927:7.3")
    void againstWhatWasAcknowledgedARouterIsBelievedOnlyWhenASegmentIsLostToo() {
        var wire = sending();
        wire.receive("A", 1, 4001);
        wire.write(Wire.text(1460));
        wire.drain();

        assertThat(wire.connection.onPacketTooBig(wire.now, 1240, Wire.ISS + 4001))
                .isTrue();
        assertThat(wire.drain()).isEmpty();
        assertThat(wire.connection.pathMtu()).isEqualTo(Wire.MTU);

        assertThat(wire.toDeadline().drain()).extracting(Wire.Sent::length).containsExactly(1200);
        assertThat(wire.connection.pathMtu()).isEqualTo(1240);
    }

    @Test
    @Rfc("5927:7.3")
    void whatIsAcknowledgedAfterAllShowsThatTheRouterWasNone() {
        var wire = sending();
        wire.receive("A", 1, 4001);
        wire.write(Wire.text(1460));
        wire.drain();
        wire.connection.onPacketTooBig(wire.now, 1240, Wire.ISS + 4001);
        wire.receive("A", 1, 5461);
        wire.write(Wire.text(1460));
        wire.drain();

        assertThat(wire.toDeadline().drain()).extracting(Wire.Sent::length).containsExactly(1460);
        assertThat(wire.connection.pathMtu()).isEqualTo(Wire.MTU);
    }

    @Test
    void whereRoutersAreTrustedTheyAreBelievedAtOnce() {
        var wire = open(reno().pathMtuNeedsLoss(false).build()).write(Wire.text(1460));
        wire.drain();
        wire.receive("A", 1, 1461);
        wire.write(Wire.text(1460));
        wire.drain();
        wire.connection.onPacketTooBig(wire.now, 1240, Wire.ISS + 1461);
        assertThat(wire.drain()).extracting(Wire.Sent::length).containsExactly(1200, 260);
    }

    @Test
    @Rfc({"1191:6.3", "8201:4"})
    void afterTenMinutesItIsTriedWhetherThePathCarriesMore() {
        var wire = sending();
        wire.connection.onPacketTooBig(wire.now, 1240, Wire.ISS + 1);
        wire.drain();
        wire.receive("A", 1, 4001);
        wire.at(600 * Wire.SECOND - 1).write(Wire.text(1200));
        assertThat(wire.one().length()).isEqualTo(1200);
        wire.at(1);
        wire.receive("A", 1, 5201);
        wire.write(Wire.text(1460));
        assertThat(wire.one().length()).isEqualTo(1460);
    }

    @ParameterizedTest
    @CsvSource({"552,512", "68,88", "600,560"})
    void nobodyMakesSegmentsSmallerThanIsSensible(int least, int length) {
        var wire = open(reno().pathMtuMin(least).build()).write(Wire.text(1460));
        wire.drain();
        assertThat(wire.connection.onPacketTooBig(wire.now, 68, Wire.ISS + 1)).isTrue();
        assertThat(wire.drain().getFirst().length()).isEqualTo(length);
    }

    @Test
    @Rfc("8201:4")
    void ipv6PathsCarry1280() {
        var wire = Wire.activeV6(Wire.plain().build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1440));
        wire.write(Wire.text(1440));
        wire.drain();
        assertThat(wire.connection.onPacketTooBig(wire.now, 1279, Wire.ISS + 1)).isFalse();
        assertThat(wire.connection.onPacketTooBig(wire.now, 1280, Wire.ISS + 1)).isTrue();
        assertThat(wire.drain()).extracting(Wire.Sent::length).containsExactly(1220, 220);
    }

    @Test
    void whatIsSaidOfTheSynHoldsForTheText() {
        var wire = Wire.active(reno().build());
        wire.drain();
        assertThat(wire.connection.onPacketTooBig(wire.now, 900, Wire.ISS)).isTrue();
        wire.receive("SA", 0, 1, w -> w.mss(MSS));
        wire.write(Wire.text(1000));
        assertThat(wire.drain()).extracting(Wire.Sent::length).contains(860, 140);
        assertThat(wire.connection.mssOffered()).isEqualTo(1460);
    }

    @Test
    @Rfc("2923:2.1")
    void aPathThatSwallowsLargeSegmentsWithoutAWordIsTriedWithSmallerOnes() {
        var wire = open(reno().build()).write(Wire.text(1460));
        assertThat(wire.one().length()).isEqualTo(1460);
        assertThat(wire.toDeadline().one().length()).isEqualTo(1460);
        assertThat(wire.toDeadline().one().length()).isEqualTo(1460);
        assertThat(wire.toDeadline().one().length()).isEqualTo(1240);
        assertThat(wire.toDeadline().one().length()).isEqualTo(552 - 40 + 24);
        assertThat(wire.context.counters().get(TcpCounters.BLACK_HOLES_GUESSED)).isEqualTo(2);
        // Nobody said so: others are not told.
        assertThat(wire.connection.takeEvents() & TcpEvents.PATH_MTU).isZero();

        var patient = open(reno().blackHoleTimeouts(0).build()).write(Wire.text(1460));
        patient.drain();
        for (int i = 0; i < 6; i++) {
            assertThat(patient.toDeadline().one().length()).isEqualTo(1460);
        }
    }

    @ParameterizedTest
    @CsvSource({"NEW_RENO", "CUBIC"})
    void windowsKeepTheirSegmentsWhenTheseShrinkAndTheirOctetsWhenTheyGrow(CongestionAlgorithm algorithm) {
        var control = algorithm.create(1000, TcpConfig.DEFAULT);
        assertThat(control.cwnd()).isEqualTo(10_000);
        control.segmentSize(500);
        assertThat(control.cwnd()).isEqualTo(5_000);
        control.segmentSize(1000);
        assertThat(control.cwnd()).isEqualTo(5_000);
        control.cwnd(100);
        control.segmentSize(1460);
        assertThat(control.cwnd()).isEqualTo(1460);
    }
}
