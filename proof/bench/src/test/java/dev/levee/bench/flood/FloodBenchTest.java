package dev.levee.bench.flood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FloodBenchTest {
    private static FloodRow row(String defence, int successes) {
        var idle = new Handshakes();
        idle.attempted();
        idle.succeeded(70_000_000);
        var flooded = new Handshakes();
        for (int i = 0; i < 4; i++) {
            flooded.attempted();
            if (i < successes) {
                flooded.succeeded(90_000_000);
            } else {
                flooded.failed(i == 3);
            }
        }
        return new FloodRow(
                defence, 1_000, 10, 990, new SynPrice(123.44, 50, 0, 0), idle, flooded, 2e8, 1.9e8, 77, 64, 4_096);
    }

    @Test
    void theLineHasAMemberForEachFigureOfEachRow() {
        var json = FloodReport.json(List.of(row("none", 1), row("auto", 4)));

        assertThat(json)
                .isEqualTo("{\"rows\":["
                        + "{\"defence\":\"none\",\"synsPerSecond\":990,\"nsPerSyn\":123.4,"
                        + "\"legitAttempted\":4,\"legitSucceeded\":1,\"legitReaped\":1,"
                        + "\"p50Micros\":3000000,\"p99Micros\":3000000,\"idleP99Micros\":70000,"
                        + "\"halfOpenPeak\":77,\"bytesPerHalfOpen\":64,\"heapGrowthBytes\":4096},"
                        + "{\"defence\":\"auto\",\"synsPerSecond\":990,\"nsPerSyn\":123.4,"
                        + "\"legitAttempted\":4,\"legitSucceeded\":4,\"legitReaped\":0,"
                        + "\"p50Micros\":90000,\"p99Micros\":90000,\"idleP99Micros\":70000,"
                        + "\"halfOpenPeak\":77,\"bytesPerHalfOpen\":64,\"heapGrowthBytes\":4096}]}");
    }

    @Test
    void theTableHasAColumnForEachDefence() {
        var lines = FloodReport.table(List.of(row("none", 1), row("auto", 4)))
                .lines()
                .toList();

        assertThat(lines.getFirst()).matches("defence +none +auto");
        assertThat(lines).anyMatch(line -> line.matches(" +succeeded +1 +4"));
        assertThat(lines).anyMatch(line -> line.matches(" +p99 under flood, us +3,000,000 +90,000"));
    }

    @Test
    void theChartHasABarForEachDefenceInBothPanels() {
        var svg = FloodChart.svg(List.of(row("none", 1), row("auto", 4)), "a flood");

        assertThat(svg).startsWith("<svg ").endsWith("</svg>\n");
        assertThat(svg.split(">none</text>", -1)).hasSize(3);
        assertThat(svg.split(">auto</text>", -1)).hasSize(3);
        assertThat(svg).contains("width=\"90.0\"", ">25.0</text>", "width=\"360.0\"", ">100.0</text>", ">123.4</text>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--defence",
                "--defence wall",
                "--rate 0",
                "--rate -1",
                "--rate fast",
                "--rate 100000001",
                "--seconds 0",
                "--seconds 601",
                "--seconds 1.5",
                "--svg",
                "--svg /nowhere/at/all.svg",
                "--verbose",
                "none"
            })
    void whatMeansNothingIsOneSentence(String words) {
        assertThatThrownBy(() -> FloodBench.parse(List.of(words.split(" ", -1))))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).isNotBlank().doesNotContain("\n"));
    }

    @Test
    void whatMeansSomethingIsTaken(@TempDir Path directory) {
        assertThat(FloodBench.parse(List.of())).isNotNull();
        for (String name : FloodServers.names()) {
            assertThat(FloodBench.parse(List.of("--defence", name, "--rate", "max")))
                    .isNotNull();
        }
        var svg = directory.resolve("chart.svg").toString();
        assertThat(FloodBench.parse(
                        List.of("--json", "--svg", svg, "--seconds", "600", "--rate", "100000000", "--defence", "all")))
                .isNotNull();
    }
}
