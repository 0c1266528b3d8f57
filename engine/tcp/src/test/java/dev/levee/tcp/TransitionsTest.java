package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TransitionsTest {

    @Test
    void tableIsTheGoldenFile() throws IOException {
        try (var golden = TransitionsTest.class.getResourceAsStream("transitions.txt")) {
            assertThat(golden).isNotNull();
            assertThat(Transitions.toText()).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void documentIsWhatTheTablePrints() throws IOException {
        var document = Path.of(System.getProperty("basedir", "engine/tcp"), "../../docs/state-machine.md");
        assertThat(Files.readString(document))
                .as("docs/state-machine.md; write it anew with ./levee states --markdown")
                .isEqualTo(Transitions.toDocument());
    }

    @Test
    void everyStateIsReachedFromClosedAndLeadsBackToIt() {
        for (TcpState state : TcpState.values()) {
            assertThat(reaches(TcpState.CLOSED, state, TcpState.values().length))
                    .as(state + " is reached")
                    .isTrue();
            assertThat(reaches(state, TcpState.CLOSED, TcpState.values().length))
                    .as(state + " ends")
                    .isTrue();
        }
    }

    private static boolean reaches(TcpState from, TcpState to, int stepsMax) {
        if (from == to) {
            return true;
        }
        if (stepsMax == 0) {
            return false;
        }
        for (TcpEvent event : TcpEvent.values()) {
            var next = Transitions.next(from, event);
            if (next != null && next != from && reaches(next, to, stepsMax - 1)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void diagramAndTableNameEveryState() {
        for (TcpState state : TcpState.values()) {
            assertThat(Transitions.toMarkdown()).contains("| " + state + " |");
            assertThat(Transitions.toMermaid()).contains("\"" + state + "\"");
        }
    }
}
