package dev.levee.sim;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScriptTest {
    private static final String OPEN = """
            listen
            +0     < S  0 win 65535 <mss 1460>
            +0     > S. 0:0(0) ack 1 win 65535 <mss 1460>
            +0.01  < .  1 ack 1 win 65535
            accept
            """;

    @Test
    void whatIsSentIsComparedAndTimeIsExact() {
        Script.run(OPEN + """
            state ESTABLISHED
            write 100
            > P. 1:101(100) ack 1 win 65535
            +0.2 > P. 1:101(100) ack 1
            +0.4 > P. 1:101(100) ack 1
            < . 1 ack 101 win 65535
            < P. 1:101(100) ack 101
            > . 101 ack 101 win 65435
            read 100
            read WOULD_BLOCK
            quiet
            """);
    }

    @Test
    void aPacketThatNobodyExpectsFails() {
        assertThatThrownBy(() -> Script.run("""
            listen
            < S 0 win 65535 <mss 1460>
            state SYN-RECEIVED
            """))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("line 3")
                .hasMessageContaining("sent, but not expected");
    }

    @Test
    void aDifferenceNamesTheFieldAndShowsTheTrace() {
        assertThatThrownBy(() -> Script.run("""
            listen
            < S 0 win 65535 <mss 1460>
            > S. 0 ack 2 <mss 1000>
            """))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("line 3")
                .hasMessageContaining("ack: expected 2, got 1")
                .hasMessageContaining("mss: expected 1000, got 1460")
                .hasMessageContaining("[SYN] seq 0");
    }

    @Test
    void aPacketThatComesTooEarlyOrNeverFails() {
        assertThatThrownBy(() -> Script.run(OPEN + """
            write 100
            > P. 1:101(100) ack 1
            +0.3 > P. 1:101(100) ack 1
            """))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("sent, but not expected");
        assertThatThrownBy(() -> Script.run(OPEN + "> . 1 ack 1"))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("none is sent");
    }

    @Test
    void nonsenseIsNamedWithItsLine() {
        assertThatThrownBy(() -> Script.run("listen\n< X 0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("no flag X");
        assertThatThrownBy(() -> Script.run("jump"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("accept or connect first");
    }
}
