package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.flood.Flood;
import dev.levee.sim.flood.FloodKind;
import dev.levee.wire.Cidr;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.LinkType;
import dev.levee.wire.PcapWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// `levee lab flood`, where its namespace has a name that nobody else sees. Small floods: what a listener does in a
/// large one is for the benchmark to say.
@RealNetwork({"unshare", "mount", "sysctl", "curl"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LabFloodTest {
    private final Lab lab = new Lab();

    LabFloodTest() throws IOException, InterruptedException {}

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    private String script(String text) throws IOException, InterruptedException {
        var script = Files.createTempFile(lab.directory(), "script", "");
        Files.writeString(
                script, "set -e\nmount -t tmpfs none /run/netns\nexport TMPDIR=" + lab.directory() + "\n" + text);
        return lab.start(List.of(
                        Tools.path("unshare"),
                        "--mount",
                        "/bin/sh",
                        script.toString(),
                        lab.levee().getFirst()))
                .awaitEnd()
                .expect(0)
                .out();
    }

    @Test
    void curlsGoOnWhileTheFloodArrivesAndNothingIsLeft() throws Exception {
        for (String family : List.of("", "--ipv6")) {
            var out = script("""
                    "$1" lab flood --seconds 1 --rate 1000 --json %s
                    echo "left: $(ip netns list)"
                    """.formatted(family));

            assertThat(out)
                    .matches("(?s)\\{\"server\":\"levee\",\"kind\":\"random\",\"offered\":[1-9]\\d*,"
                            + "\"answered\":[1-9]\\d*,"
                            + "\"droppedByQueue\":\\d+,.*")
                    .containsPattern("\"before\":\\{\"begun\":[1-9]\\d*,\"succeeded\":[1-9]")
                    .containsPattern("\"during\":\\{\"begun\":[1-9]\\d*,\"succeeded\":[1-9]")
                    .containsPattern("\"after\":\\{\"begun\":[1-9]\\d*,\"succeeded\":[1-9]")
                    .endsWith("left: \n");
        }
    }

    /// A capture of half a second comes once, in half a second, although there was time for more.
    @Test
    void aCaptureIsReplayed() throws Exception {
        var capture = lab.directory().resolve("captured.pcap");
        try (var pcap = new PcapWriter(Files.newOutputStream(capture), LinkType.RAW)) {
            var flood = new Flood(FloodKind.SUBNET, Cidr.parse("203.0.113.0/24"), IpAddress.parse("192.0.2.1"), 25, 1);
            var frame = FrameSlab.single(1500);
            for (int i = 0; i < 500; i++) {
                flood.next(frame);
                pcap.write(i * 1_000_000L, frame);
            }
        }
        for (String family : List.of("", "--ipv6")) {
            var out = script("""
                    "$1" lab flood --kind replay --file %s --seconds 2 --json %s
                    echo "left: $(ip netns list)"
                    """.formatted(capture, family));

            assertThat(out)
                    .startsWith("{\"server\":\"levee\",\"kind\":\"replay\",\"offered\":500,\"answered\":")
                    .containsPattern("\"answered\":(?!0,)(500|[1-4]?\\d{1,2}),")
                    .containsPattern("\"during\":\\{\"begun\":[1-9]\\d*,\"succeeded\":[1-9]")
                    .endsWith("left: \n");
        }
    }

    @Test
    void theKernelsListenerIsComparedWithEachOfItsSettings() throws Exception {
        var out = script("""
                "$1" lab flood --seconds 1 --rate 1000 --compare --json
                echo "left: $(ip netns list)"
                """);

        var rows = out.split("\"server\":", -1);
        assertThat(rows).hasSize(5);
        assertThat(rows[1]).startsWith("\"levee\"");
        for (int cookies = 0; cookies <= 2; cookies++) {
            assertThat(rows[2 + cookies]).startsWith("\"kernel, tcp_syncookies=" + cookies + "\"");
        }
        for (var row : List.of(rows).subList(1, rows.length)) {
            assertThat(row)
                    .containsPattern("\"offered\":[1-9]\\d*,\"answered\":[1-9]")
                    .containsPattern("\"during\":\\{\"begun\":[1-9]\\d*,\"succeeded\":[1-9]");
        }
        assertThat(out).endsWith("left: \n");
    }

    @Test
    void whoStopsItFindsNothingLeftEither() throws Exception {
        var out = script("""
                "$1" lab flood --seconds 60 --rate 100 >stopped.out 2>stopped.err &
                lab=$!
                until [ -n "$(ip netns list)" ]; do :; done
                kill -TERM $lab
                code=0
                wait $lab || code=$?
                echo "ended with $code"
                echo "left: $(ip netns list)"
                """);

        assertThat(out).isEqualTo("ended with 143\nleft: \n");
    }

    /// The process that floods refuses to work anywhere else, this namespace included.
    @Test
    void nobodyElseCanHaveItFlood() throws Exception {
        for (String name : List.of(lab.namespace().name(), "levee-flood-1", "..")) {
            var result = lab.start(lab.levee("lab", "flood-source", name, "random", "false"))
                    .awaitEnd()
                    .expect(2);

            assertThat(result.err()).hasLineCount(1).contains("in a namespace of its own");
            assertThat(lab.devices()).isEmpty();
        }
    }
}
