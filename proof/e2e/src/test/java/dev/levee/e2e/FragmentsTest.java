package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Pings that neither side can send in one packet.
@RealNetwork({"ping", "tshark"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FragmentsTest {
    private final Lab lab = new Lab();

    FragmentsTest() throws IOException, InterruptedException {}

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    /// `ping` compares what comes back, octet for octet.
    @ParameterizedTest
    @CsvSource({"tun, V4", "tun, V6", "tap, V4", "tap, V6"})
    void longPingsAreAnsweredInFragments(String kind, Family family) throws Exception {
        var capture = lab.directory().resolve("fragments.pcapng");
        var server = lab.start(
                        lab.serveCommandOn(kind + ":" + Lab.DEVICE, "--echo", "7", "--capture", capture.toString()))
                .awaitOut("ready");
        for (var bytes : List.of("1473", "4000", "65000")) {
            lab.run(Tools.path("ping"), "-n", "-c", "3", "-i", "0.1", "-W", "30", "-s", bytes, family.levee)
                    .expect(0);
        }
        server.signal("TERM");
        server.awaitEnd();

        var seen = Tshark.read(lab, capture);
        assertThat(seen.broken()).isEmpty();
        assertThat(seen.remarks()).isEmpty();
        // Put together by tshark, too.
        for (int type : family == Family.V4 ? new int[] {8, 0} : new int[] {128, 129}) {
            assertThat(count(capture.toString(), (family == Family.V4 ? "icmp.type == " : "icmpv6.type == ") + type))
                    .hasSize(9);
        }
        var ours = (family == Family.V4 ? "ip.flags.mf == 1 && ip.src == " : "ipv6.fraghdr.more == 1 && ipv6.src == ")
                + family.levee;
        assertThat(count(capture.toString(), ours)).hasSizeGreaterThan(100);
    }

    private List<String> count(String capture, String filter) throws IOException, InterruptedException {
        var out = lab.run(Tools.path("tshark"), "-n", "-r", capture, "-Y", filter)
                .expect(0)
                .out();
        return new ArrayList<>(out.lines().toList());
    }
}
