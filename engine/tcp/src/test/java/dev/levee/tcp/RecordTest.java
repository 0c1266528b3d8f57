package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Ends of records: no segment goes over them.
class RecordTest {
    private static TcpConfigBuilder plain() {
        return Wire.plain().congestion(CongestionAlgorithm.NEW_RENO).tailLossProbe(false);
    }

    private static Wire record(Wire wire, int octets) {
        wire.write(Wire.text(octets));
        wire.connection.endRecord(wire.now);
        return wire;
    }

    private static List<Integer> lengths(Wire wire) {
        return wire.drain().stream().map(Wire.Sent::length).toList();
    }

    /// A connection whose window is closed by what it has sent, so that what is written waits.
    private static Wire full(TcpConfig config) {
        var wire = Wire.established(config);
        wire.write(Wire.text(10_000));
        assertThat(wire.drain()).hasSize(10);
        return wire;
    }

    @Test
    void eachRecordHasItsOwnSegmentsHoweverSmall() {
        var wire = full(plain().build());
        wire.write(Wire.text(50));
        record(record(record(wire, 50), 1), 1200);
        wire.write(Wire.text(300));
        wire.receive("A", 1, 10_001);
        var sent = wire.drain();
        assertThat(sent).extracting(Wire.Sent::length).containsExactly(100, 1, 1000, 200);
        assertThat(sent).extracting(Wire.Sent::flags).containsExactly("PA", "PA", "A", "PA");
        assertThat(sent).extracting(Wire.Sent::seq).containsExactly(10_001, 10_101, 10_102, 11_102);
        wire.receive("A", 1, 11_302);
        wire.expect("PA", 11_302, 300, 1);
    }

    /// Only what others wait behind need not wait itself: of the last record more segments could still come.
    @Test
    @Rfc("9293:MUST-17")
    void lastRecordWaitsAsNagleHasIt() {
        var wire = Wire.established(plain().build());
        record(wire, 100).expect("PA", 1, 100, 1);
        record(wire, 100).nothing();
        record(wire, 100).expect("PA", 101, 100, 1);
        wire.receive("A", 1, 201);
        wire.expect("PA", 201, 100, 1);
    }

    @ParameterizedTest
    @CsvSource({"999, 999", "1000, 1000", "1001, 1001"})
    void recordsEndAtJustBelowAndAboveAFullSegment(int first, int second) {
        var wire = full(plain().noDelay(true).build());
        record(record(wire, first), second);
        wire.receive("A", 1, 10_001);
        assertThat(lengths(wire).stream().mapToInt(Integer::intValue).sum()).isEqualTo(first + second);
        assertThat(wire.connection.info(wire.now).sending().outstanding()).isEqualTo(first > 1000 ? 4 : 2);
    }

    /// Small segments that were lost become one when they are sent again, but for records.
    @ParameterizedTest
    @CsvSource({"0, 400", "1, 100 100 100 100", "2, 200 100 100", "3, 300 100"})
    void whatIsSentAgainAfterATimeoutIsNotPutTogether(int segmentsInFirstRecord, String expected) {
        var wire = Wire.established(plain().noDelay(true).build());
        for (int i = 1; i <= 4; i++) {
            wire.write(Wire.text(100));
            if (i == segmentsInFirstRecord) {
                wire.connection.endRecord(wire.now);
            }
            wire.drain();
        }
        wire.toDeadline();
        assertThat(String.join(" ", lengths(wire).stream().map(String::valueOf).toList()))
                .isEqualTo(expected);
    }

    @Test
    void aProbeOfTheTailWithNewTextEndsWithTheRecord() {
        var config = plain().tailLossProbe(true).hyStart(false).build();
        var steps = Steps.over(config, true).play("write 10500 => 1..9001+1000; OPEN 10000/- pipe 10000 due 82");
        steps.wire().connection.endRecord(steps.wire().now);
        steps.play("""
            write 400     => -
            deadline      => 10001+500; pipe 10500 due 200
            """);
    }

    @Test
    void lastSegmentSentAgainTakesAlongOnlyWhatBelongsToIt() {
        var wire = Wire.established(plain().build());
        record(wire, 100).drain();
        record(wire, 100).nothing();
        wire.toDeadline().expect("PA", 1, 100, 1);
        wire.receive("A", 1, 101);
        wire.expect("PA", 101, 100, 1);
    }

    @Test
    void lastSegmentSentAgainGrowsUpToTheEndOfItsRecord() {
        var wire = Wire.established(plain().noDelay(true).build());
        wire.receive("A", 1, 1, 2100, "");
        wire.write(Wire.text(2100));
        assertThat(lengths(wire)).containsExactly(1000, 1000, 100);
        record(wire, 100);
        wire.write(Wire.text(300)).nothing();
        wire.toDeadline();
        assertThat(lengths(wire)).containsExactly(1000);
        wire.receive("A", 1, 1001);
        assertThat(lengths(wire)).containsExactly(1000, 200, 300);
    }

    @Test
    void aFinGoesWithTheRecordBeforeIt() {
        var wire = Wire.established(plain().build());
        record(wire, 100);
        wire.connection.closeSend(wire.now);
        wire.expect("FPA", 1, 100, 1);
    }

    @Test
    void aConnectionAtRestHasNoEndsLeft() {
        var wire = Wire.established(plain().restNanos(Wire.SECOND).build());
        record(wire, 100).expect("PA", 1, 100, 1);
        wire.receive("A", 1, 101);
        wire.toDeadline().nothing();
        assertThat(wire.connection.resting()).isTrue();
        record(wire, 100).expect("PA", 101, 100, 1);
    }

    @Test
    void anEndOfWhatWasSentAlreadyIsNone() {
        var wire = Wire.established(plain().noDelay(true).build());
        wire.write(Wire.text(100)).drain();
        wire.connection.endRecord(wire.now);
        wire.write(Wire.text(100)).drain();
        wire.toDeadline();
        assertThat(lengths(wire)).as("two small segments become one").containsExactly(200);
    }

    @Test
    void aWindowProbeMayBeTheEndOfARecord() {
        var wire = Wire.established(plain().build());
        wire.receive("A", 1, 1, 0, "");
        record(wire, 1);
        wire.write(Wire.text(100)).nothing();
        wire.toDeadline().expect("A", 1, 1, 1);
        wire.receive("A", 1, 1, 65_535, "");
        assertThat(lengths(wire)).startsWith(1);
        wire.receive("A", 1, 2, 65_535, "").drain();
        assertThat(wire.connection.info(wire.now).sending().outstanding()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"1023, 1023", "1024, 1024", "1025, 1024", "3000, 1024"})
    void endsThatAreTooManyAreNotKeptApart(int records, int kept) {
        var ends = new RecordEnds();
        for (int i = 1; i <= records; i++) {
            ends.add(10L * i);
        }
        int count = 0;
        long position = 0;
        for (int next = ends.distance(0); next != RecordEnds.NONE; next = ends.distance(position)) {
            position += next;
            count++;
        }
        assertThat(count).isEqualTo(kept);
        assertThat(position).as("the last end is").isEqualTo(10L * records);
    }

    @Test
    void endsGoOnBehindTheFirstFourGigabytes() {
        var ends = new RecordEnds();
        long far = (1L << 32) - 5;
        ends.add(far);
        ends.add(far + 10);
        assertThat(ends.distance(far - 3)).isEqualTo(3);
        assertThat(ends.distance(far)).isEqualTo(10);
        assertThat(ends.distance(far + 10)).isEqualTo(RecordEnds.NONE);
    }
}
