package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What tshark reads in a recording of `levee demo`.
@RealNetwork("tshark")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoCaptureTest {
    private final Lab lab = new Lab();

    DemoCaptureTest() throws IOException, InterruptedException {}

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    /// A download, an abort, a refused port, and a peer that vanishes.
    @ParameterizedTest
    @EnumSource
    void onAPerfectPathNothingIsRemarkableButTheResets(Family family) throws Exception {
        var seen = record(family, "--impair", "none");

        assertThat(seen.remarks())
                .allMatch(remark -> remark.endsWith("Connection reset (RST)"))
                .hasSize(3);
        assertThat(seen.count(Tshark.Packet::syn)).isEqualTo(4);
        assertThat(seen.count(Tshark.Packet::synAck)).isEqualTo(3);
        assertThat(seen.count(Tshark.Packet::fin)).isEqualTo(2);
        assertThat(seen.count(Tshark.Packet::rst)).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void onABadPathEveryPacketIsWellFormed(Family family) throws Exception {
        var seen = record(family, "--impair", "loss=5%,reorder=5%,duplicate=2%,delay=10ms,jitter=3ms");

        assertThat(seen.count(Tshark.Packet::syn)).isEqualTo(4);
    }

    private Tshark record(Family family, String... options) throws IOException, InterruptedException {
        var capture = lab.directory().resolve("demo.pcapng");
        var command = new ArrayList<>(lab.levee(DemoTest.words(family).toArray(String[]::new)));
        command.addAll(List.of("--size", "1m", "--capture", capture.toString()));
        command.addAll(List.of(options));
        lab.start(command).awaitEnd().expect(0);
        var seen = Tshark.read(lab, capture);
        assertThat(seen.broken()).isEmpty();
        return seen;
    }
}
