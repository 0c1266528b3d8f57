package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the reader of captures lets pass for a busy machine's doing.
class TsharkTest {
    private static final int FIRST = 0xffff_ff00;
    private static final int LENGTH = 1000;

    @Test
    void aReportOfWhatCameTwiceIsNoRemark() {
        assertThat(Tshark.remarks(List.of(text("0", "5000", FIRST), text("0", "5000", FIRST), report("0", FIRST))))
                .isEmpty();
        assertThat(Tshark.remarks(
                        List.of(text("0", "5000", FIRST), text("0", "5000", FIRST), report("0", FIRST + LENGTH - 1))))
                .isEmpty();
    }

    @Test
    void aReportOfWhatCameOnceIsARemark() {
        assertThat(Tshark.remarks(
                        List.of(text("0", "5000", FIRST), text("0", "5000", FIRST + LENGTH), report("0", FIRST))))
                .containsExactly("packet 3: D-SACK Sequence");
        assertThat(Tshark.remarks(
                        List.of(text("0", "5000", FIRST), text("0", "5000", FIRST), report("0", FIRST + LENGTH))))
                .containsExactly("packet 3: D-SACK Sequence");
    }

    @Test
    void neitherAnotherConnectionNorTheReportersOwnTextCounts() {
        assertThat(Tshark.remarks(List.of(text("0", "5000", FIRST), text("1", "5000", FIRST), report("0", FIRST))))
                .hasSize(1);
        assertThat(Tshark.remarks(List.of(text("0", "5000", FIRST), text("0", "80", FIRST), report("0", FIRST))))
                .hasSize(1);
    }

    private static Tshark.Packet text(String stream, String port, int seq) {
        return packet(stream, port, Map.of("tcp.seq_raw", Integer.toUnsignedString(seq), "tcp.len", "" + LENGTH));
    }

    private static Tshark.Packet report(String stream, int left) {
        return packet(
                stream,
                "80",
                Map.of(
                        "tcp.options.sack_le",
                        Integer.toUnsignedString(left),
                        "_ws.expert.severity",
                        "6291456",
                        "_ws.expert.message",
                        "D-SACK Sequence"));
    }

    private static Tshark.Packet packet(String stream, String port, Map<String, String> more) {
        var fields = new HashMap<>(more);
        fields.put("tcp.stream", stream);
        fields.put("tcp.srcport", port);
        return new Tshark.Packet(fields);
    }
}
