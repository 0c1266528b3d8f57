package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// What a receiver says about octets that arrive twice (RFC 2883). The receiver has 1 to 99, 200 to 299, 400 to
/// 499 and 600 to 699 unless a test says otherwise.
class DuplicateReportTest {

    private static Wire withGaps() {
        var wire = open(Wire.plain().build(), w -> w.mss(1000).sackPermitted());
        for (int seq : new int[] {200, 400, 600}) {
            text(wire, seq, seq + 100).drain();
        }
        return wire;
    }

    private static Wire open(TcpConfig config, Consumer<dev.levee.wire.SegmentWriter> options) {
        var wire = Wire.active(config);
        wire.drain();
        wire.receive("SA", 0, 1, options).drain();
        text(wire, 1, 100, options(wire));
        wire.toDeadline().drain();
        return wire;
    }

    private static Consumer<dev.levee.wire.SegmentWriter> options(Wire wire) {
        return wire.lastTsVal() == 0 ? w -> {} : w -> w.timestamps(100, 0);
    }

    private static Wire text(Wire wire, int from, int to) {
        return text(wire, from, to, w -> {});
    }

    private static Wire text(Wire wire, int from, int to, Consumer<dev.levee.wire.SegmentWriter> options) {
        return wire.receive("A", from, 1, 65_535, Wire.text(to - from), options);
    }

    /// The edges of the blocks in the one ACK that is sent now.
    private static List<Integer> blocks(Wire wire, int ack) {
        wire.expect("A", 1, 0, ack);
        var options = ByteBuffer.wrap(wire.lastOptions());
        var edges = new ArrayList<Integer>();
        while (options.hasRemaining()) {
            int kind = options.get();
            if (kind <= 1) {
                continue;
            }
            int end = options.position() + options.get() - 1;
            while (kind == 5 && options.position() < end) {
                edges.add(options.getInt() - Wire.PEER_ISS);
            }
            options.position(end);
        }
        return edges;
    }

    @Test
    @Rfc("2883:4.1.1")
    void whatLiesBelowTheAcknowledgementIsReportedInTheFirstBlock() {
        var wire = withGaps();
        assertThat(blocks(text(wire, 50, 100), 100)).containsExactly(50, 100, 600, 700, 400, 500, 200, 300);
    }

    @Test
    @Rfc("2883:4.1.3")
    void whatLiesBeyondIsFollowedByTheBlockThatItIsPartOf() {
        var wire = withGaps();
        assertThat(blocks(text(wire, 410, 450), 100)).containsExactly(410, 450, 400, 500, 600, 700, 200, 300);
    }

    @Test
    @Rfc("2883:4.2.1")
    void aSegmentThatIsPartlyNewReportsOnlyWhatIsNot() {
        assertThat(blocks(text(withGaps(), 50, 120), 120)).startsWith(50, 100, 600, 700);
        assertThat(blocks(text(withGaps(), 150, 275), 100)).startsWith(200, 275, 150, 300);
        assertThat(blocks(text(withGaps(), 450, 520), 100)).startsWith(450, 500, 400, 520);
    }

    @Test
    @Rfc("2883:4.2.3")
    void ofSeveralRunsInOneSegmentTheFirstIsReported() {
        assertThat(blocks(text(withGaps(), 100, 600), 700)).containsExactly(200, 300);
        assertThat(blocks(text(withGaps(), 1, 800), 800)).containsExactly(1, 100);
    }

    @Test
    void whatTouchesButDoesNotOverlapIsNew() {
        assertThat(blocks(text(withGaps(), 100, 200), 300)).containsExactly(600, 700, 400, 500);
        assertThat(blocks(text(withGaps(), 300, 400), 100)).startsWith(200, 500, 600, 700);
        assertThat(blocks(text(withGaps(), 100, 201), 300)).startsWith(200, 201);
    }

    @Test
    @Rfc("2883:4")
    void eachDuplicateIsReportedInOneAckOnly() {
        var wire = withGaps();
        assertThat(blocks(text(wire, 1, 100), 100)).startsWith(1, 100);
        assertThat(blocks(text(wire, 800, 810), 100)).startsWith(800, 810);
    }

    @Test
    void duplicatesBeforeOneAckAreMergedWhenTheyTouchElseTheFirstIsKept() {
        var wire = withGaps();
        text(wire, 10, 20);
        text(wire, 20, 30);
        text(wire, 5, 10);
        text(wire, 31, 40);
        assertThat(blocks(text(wire, 420, 430), 100)).startsWith(5, 30, 400, 500);
    }

    @Test
    void withTimestampsThereIsRoomForThreeBlocks() {
        var wire = open(
                TcpConfig.builder().build(), w -> w.mss(1000).sackPermitted().timestamps(100, 0));
        for (int seq : new int[] {200, 400, 600}) {
            text(wire, seq, seq + 100, w -> w.timestamps(100, 0)).drain();
        }
        text(wire, 50, 100, w -> w.timestamps(100, 0));
        assertThat(blocks(wire, 100)).containsExactly(50, 100, 600, 700, 400, 500);
    }

    /// RFC 2883 §4: the second block holds the first, also when its segment was refused and changed nothing.
    @Test
    @Rfc("2883:4.1.3")
    void whatComesAgainWithAnOldTimestampIsFollowedByTheBlockThatItIsPartOf() {
        var wire = open(
                TcpConfig.builder().build(), w -> w.mss(1000).sackPermitted().timestamps(100, 0));
        for (int seq : new int[] {200, 400, 600}) {
            text(wire, seq, seq + 100, w -> w.timestamps(100, 0)).drain();
        }
        text(wire, 210, 250, w -> w.timestamps(99, 0));
        assertThat(blocks(wire, 100)).containsExactly(210, 250, 200, 300, 600, 700);
    }

    @Test
    void whatLiesBeforeTheFirstOctetWasNeverThere() {
        assertThat(blocks(text(withGaps(), -300, -200), 100)).containsExactly(600, 700, 400, 500, 200, 300);
        assertThat(blocks(text(withGaps(), -300, 50), 100)).startsWith(1, 50, 600, 700);
    }

    @Test
    @Rfc("2018:4")
    void whatIsToBeReportedGoesAheadOfText() {
        var wire = withGaps().write("text");
        text(wire, 800, 900);
        var sent = wire.drain();
        assertThat(sent).hasSize(2);
        assertThat(sent.get(0).is("A", 1, 0, 100)).isTrue();
        assertThat(sent.get(1).length()).isEqualTo(4);
        assertThat(wire.lastOptions()).isEmpty();
    }

    @Test
    void nothingIsReportedToAPeerThatDidNotPermitIt() {
        var wire = open(Wire.plain().build(), w -> w.mss(1000));
        assertThat(blocks(text(wire, 50, 100), 100)).isEmpty();
    }

    @Test
    void whatLiesBeyondTheWindowIsNoDuplicate() {
        var wire = withGaps();
        assertThat(blocks(text(wire, 100_000, 100_100), 100)).containsExactly(600, 700, 400, 500, 200, 300);
    }

    @Test
    void aResetCarriesNoBlocks() {
        var wire = withGaps();
        text(wire, 50, 100);
        wire.connection.abort(wire.now, CloseCause.AbortReason.USER);
        assertThat(wire.one().flags()).isEqualTo("RA");
        assertThat(wire.lastOptions()).isEmpty();
    }
}
