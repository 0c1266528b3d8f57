package dev.levee.sim;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.TcpConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Flow control: windows that close, probes, windows that open (RFC 9293 §3.8.6).
class WindowScriptTest {
    private static final String OPEN = """
            listen
            +0     < S  0 win 65535 <mss 1000>
            +0     > S. 0:0(0) ack 1
            +0     < .  1 ack 1 win 65535
            accept
            """;

    /// A receiver whose window is scaled by 4 and whose buffer holds 131,072 octets, of which 4 are held back.
    private static Script scaled(boolean v6) {
        var config = Script.PLAIN.toBuilder()
                .windowScaling(true)
                .receiveBufferBytes(1 << 17)
                .build();
        return Script.plain().tcp(config).v6(v6);
    }

    /// Fills the buffer to the last octet that was promised.
    private static String fill() {
        var text = new StringBuilder();
        for (int from = 1; from < 131_000; from += 1000) {
            text.append("< . ").append(from).append(':').append(from + 1000).append(" ack 1 win 1000\n");
            text.append("> . 1 ack ").append(from + 1000).append('\n');
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rfc("9293:MUST-35")
    void aProbeOfAClosedScaledWindowIsAnsweredAndItsOctetIsNotTaken(boolean v6) {
        scaled(v6).play("""
            listen
            < S 0 win 65535 <mss 1000,wscale 2>
            > S. 0 ack 1 win 65535 <mss *,wscale 2>
            < . 1 ack 1 win 1000
            accept
            """.replace("mss *", v6 ? "mss 1440" : "mss 1460") + fill() + """
            < . 131001:131069(68) ack 1 win 1000
            > . 1 ack 131069 win 0
            < . 131069:131070(1) ack 1 win 1000
            > . 1 ack 131069 win 0
            +1 < . 131069:131070(1) ack 1 win 1000
            > . 1 ack 131069 win 0
            read 131068
            > . 1 ack 131069 win 32767
            < . 131069:131070(1) ack 1 win 1000
            > . 1 ack 131070
            read 1
            read WOULD_BLOCK
            """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rfc({"9293:MUST-36", "9293:SHLD-29", "9293:SHLD-30"})
    void aClosedWindowIsProbedWithGrowingIntervalsUntilItOpens(boolean v6) {
        Script.plain().v6(v6).play(OPEN + """
            write 500
            > P. 1:501(500) ack 1
            < . 1 ack 501 win 0
            write 10
            +0.2  > .  501:502(1) ack 1
            < . 1 ack 501 win 0
            +0.4  > .  501:502(1) ack 1
            < . 1 ack 501 win 0
            +0.8  > .  501:502(1) ack 1
            < . 1 ack 501 win 0
            +1.6  > .  501:502(1) ack 1
            < . 1 ack 501 win 0
            +0.1  < . 1 ack 501 win 1000
            > P. 501:511(10) ack 1
            < . 1 ack 511 win 1000
            quiet
            """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rfc("9293:MUST-37")
    void answeredProbesKeepTheConnectionOpenForEver(boolean v6) {
        var text = new StringBuilder(OPEN + """
            write 500
            > P. 1:501(500) ack 1
            < . 1 ack 501 win 0
            write 10
            """);
        for (int i = 0; i < 40; i++) {
            text.append("+* > . 501:502(1) ack 1\n< . 1 ack 501 win 0\n");
        }
        Script.plain().v6(v6).play(text + """
            state ESTABLISHED
            cause none
            """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void unansweredProbesEndTheConnection(boolean v6) {
        var text = new StringBuilder(OPEN + """
            write 500
            > P. 1:501(500) ack 1
            < . 1 ack 501 win 0
            write 10
            """);
        // At 0.2, 0.6, 1.4 s and so on to 25.4 s, then a quarter of R2 apart. R2 is 100 s from the first.
        for (int i = 0; i < 9; i++) {
            text.append("+* > . 501:502(1) ack 1\n");
        }
        Script.plain().v6(v6).play(text + """
            +24.8 > R. 501 ack 1
            state CLOSED
            cause TimedOut.PERSIST 10
            """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rfc("9293:MUST-34")
    void aWindowThatShrinksIsRespectedAndWhatWasSentIsSentAgain(boolean v6) {
        Script.plain().v6(v6).play(OPEN + """
            nodelay on
            write 1000
            > P. 1:1001(1000) ack 1
            write 1000
            > P. 1001:2001(1000) ack 1
            < . 1 ack 1001 win 500
            nothing
            +0.2 > . 1001:1501(500) ack 1
            """);
    }

    /// A receive buffer of 64 KiB without scaling: what is promised is what there is.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rfc({"9293:MUST-39", "9293:SHLD-14"})
    void theWindowOpensOnlyByAFullSegmentOrHalfTheBuffer(boolean v6) {
        var config = TcpConfig.builder()
                .timestamps(false)
                .windowScaling(false)
                .delayedAckNanos(0)
                .receiveBufferBytes(4096)
                .build();
        Script.plain().tcp(config).v6(v6).play("""
            listen
            < S 0 win 65535 <mss 1000>
            > S. 0 ack 1 win 4096
            < . 1 ack 1 win 1000
            accept
            < . 1:1001(1000) ack 1 win 1000
            > . 1 ack 1001 win 3096
            < . 1001:2001(1000) ack 1 win 1000
            > . 1 ack 2001 win 2096
            < . 2001:3001(1000) ack 1 win 1000
            > . 1 ack 3001 win 1096
            < . 3001:4001(1000) ack 1 win 1000
            > . 1 ack 4001 win 96
            < . 4001:4097(96) ack 1 win 1000
            > . 1 ack 4097 win 0
            read 1000
            nothing
            read 400
            nothing
            read 100
            > . 1 ack 4097 win 1500
            read 2596
            > . 1 ack 4097 win 4096
            """);
    }

    /// Found by the swarm (many-hosts, two-way text, reordering): the window of a segment whose text was
    /// overtaken, but whose acknowledgement is new, must not be mixed with the one before.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOvertakenSegmentWithANewerAcknowledgementSetsTheWindow(boolean v6) {
        Script.plain().v6(v6).play("""
            listen
            +0     < S  0 win 2000 <mss 1000>
            +0     > S. 0:0(0) ack 1
            +0     < .  1 ack 1 win 2000
            accept
            write 6000
            > . 1:1001(1000) ack 1
            > . 1001:2001(1000) ack 1
            < . 501:1001(500) ack 1 win 2000
            > . 2001 ack 1
            < . 1:501(500) ack 2001 win 500
            > . 2001 ack 1001
            +0.2 > . 2001:2501(500) ack 1001
            """);
    }
}
