package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.SegmentWriter;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which segments carry PSH, where more is pushed than the end of what was written.
class PushTest {
    private static TcpConfigBuilder groups(int segments) {
        return Wire.plain()
                .congestion(CongestionAlgorithm.NEW_RENO)
                .hyStart(false)
                .pushGroupSegments(segments);
    }

    /// Established over such a path, with nothing under way.
    private static Wire open(TcpConfig config, long rttMillis) {
        var wire = Wire.active(config);
        wire.drain();
        wire.at(rttMillis * Wire.MILLI).receive("SA", 0, 1, w -> w.mss(1000).sackPermitted());
        wire.drain();
        return wire;
    }

    private static Consumer<SegmentWriter> sack(int left, int right) {
        return w -> w.sack(Wire.ISS + left, Wire.ISS + right);
    }

    /// P for each segment that is pushed, a dot for each other.
    private static String pushes(List<Wire.Sent> sent) {
        var marks = new StringBuilder();
        sent.forEach(segment -> marks.append(segment.flags().contains("P") ? 'P' : '.'));
        return marks.toString();
    }

    @ParameterizedTest
    @CsvSource({
        // The setting alone, with a window of ten segments.
        "0, 40, ..........",
        "1, 40, ..........",
        "2, 40, .P.P.P.P.P",
        "3, 40, ..P..P..P.",
        // A path that carries four segments, and five, in a millisecond.
        "2, 5, ...P...P.P",
        "2, 4, ....P....P",
        // Never more than half of the window.
        "9, 40, ....P....P",
        "2, 1, ....P....P",
    })
    void lastOfEachGroupIsPushed(int segments, long rttMillis, String expected) {
        var wire = open(groups(segments).build(), rttMillis);
        wire.write(Wire.text(30_000));
        assertThat(pushes(wire.drain())).isEqualTo(expected);
    }

    @Test
    void withoutARoundTripTimeHalfOfTheWindowIsAGroup() {
        var wire = Wire.passive(groups(2).build(), FastOpen.accepting(), "GET", 65_535);
        wire.drain();
        wire.write(Wire.text(30_000));
        assertThat(pushes(wire.drain())).isEqualTo("....P....P");
    }

    @ParameterizedTest
    @CsvSource({"1000, P", "1001, .P", "2000, .P", "2500, .PP", "3500, .P.P"})
    @Rfc("9293:MUST-61")
    void endOfWhatWasWrittenIsPushedWhateverTheGroups(int octets, String expected) {
        var wire = open(groups(2).noDelay(true).build(), 40);
        wire.write(Wire.text(octets));
        assertThat(pushes(wire.drain())).isEqualTo(expected);
    }

    @Test
    void aGroupEndsWhereNothingMoreCanBeSentNow() {
        var wire = open(groups(3).initialWindowSegments(6).build(), 40);
        wire.write(Wire.text(30_000)).drain();
        wire.receive("A", 1, 1001);
        assertThat(pushes(wire.drain())).as("two").isEqualTo(".P");
        wire.receive("A", 1, 2001);
        assertThat(pushes(wire.drain())).as("and two, not three and one").isEqualTo(".P");
    }

    @Test
    void whatIsSentAgainTogetherIsPushedAtTheEndOfItsFirstGroup() {
        var wire = open(groups(2).build(), 40);
        wire.write(Wire.text(30_000)).drain();
        wire.at(40 * Wire.MILLI).receive("A", 1, 1, sack(3001, 10_001));
        var sent = wire.drain();
        assertThat(sent).extracting(Wire.Sent::seq).containsExactly(1, 1001, 2001, 10_001, 11_001);
        assertThat(pushes(sent)).as("the third went with one that has arrived").isEqualTo(".P..P");
    }

    @Test
    void whatIsSentAgainOneByOneIsNotPushed() {
        var wire = open(groups(2).build(), 40);
        wire.write(Wire.text(30_000)).drain();
        wire.at(40 * Wire.MILLI).receive("A", 1, 1, sack(2001, 5001));
        assertThat(pushes(wire.drain())).isEqualTo(".");
        wire.receive("A", 1, 1, sack(2001, 7001));
        assertThat(wire.one()).matches(s -> s.is("A", 1001, 1000, 1));
    }

    @Test
    void whatTheUserHadPushedStaysPushedWhenMoreWasWrittenSince() {
        var wire = open(Wire.plain().tailLossProbe(false).build(), 40);
        wire.write(Wire.text(1000)).expect("PA", 1, 1000, 1);
        wire.write(Wire.text(1000)).expect("PA", 1001, 1000, 1);
        wire.toDeadline().expect("PA", 1, 1000, 1);
    }

    @Test
    void ofASegmentThatIsCutOnlyTheEndStaysPushed() {
        var wire = open(Wire.plain().tailLossProbe(false).build(), 40);
        wire.write(Wire.text(1000)).expect("PA", 1, 1000, 1);
        wire.write(Wire.text(1000)).drain();
        assertThat(wire.connection.onPacketTooBig(wire.now, 640, Wire.ISS + 1)).isTrue();
        assertThat(pushes(wire.drain())).isEqualTo(".P.P");
    }

    @Test
    void partsOfASegmentThatIsCutAreOneGroup() {
        var wire = open(groups(2).tailLossProbe(false).build(), 40);
        wire.write(Wire.text(2000)).drain();
        assertThat(wire.connection.onPacketTooBig(wire.now, 640, Wire.ISS + 1)).isTrue();
        assertThat(pushes(wire.drain())).isEqualTo(".P.P");
    }

    @Test
    void endOfTheTextOfASynIsPushedWhenItIsSentAgain() {
        var fast = groups(0).fastOpen(FastOpenUse.WITHOUT_COOKIE).build();
        var wire = Wire.active(fast);
        wire.write(Wire.text(2500));
        assertThat(wire.one().length()).isEqualTo(1420);
        wire.receive("SA", 0, 1, w -> w.mss(1000));
        var sent = wire.drain();
        assertThat(sent).extracting(Wire.Sent::length).containsExactly(1000, 420, 1000);
        assertThat(pushes(sent)).isEqualTo(".P.");
        assertThat(Arrays.asList(
                        wire.count(TcpCounters.RETRANSMITS),
                        wire.connection.info(wire.now).loss().retransmittedBytes()))
                .containsExactly(2L, 1420L);
        assertThat(wire.connection.info(wire.now).sending().retransmitting()).isEqualTo(2);
        wire.receive("A", 1, 1001);
        assertThat(wire.connection.info(wire.now).sending().retransmitting()).isEqualTo(1);
    }
}
