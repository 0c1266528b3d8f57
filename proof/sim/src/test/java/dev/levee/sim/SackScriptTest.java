package dev.levee.sim;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.TcpConfig;
import org.junit.jupiter.api.Test;

/// Selective acknowledgements that a receiver sends (RFC 2018).
class SackScriptTest {
    private static final TcpConfig SACK =
            Script.PLAIN.toBuilder().selectiveAcks(true).build();

    private static final String OPEN = """
            listen
            < S 0 win 65535 <mss 1000,sackOK>
            > S. 0 ack 1 <mss 1460,sackOK>
            < . 1 ack 1 win 65535
            accept
            """;

    @Test
    void theBlockThatGrewLastIsReportedFirst() {
        Script.plain().tcp(SACK).play(OPEN + """
            < . 1001:2001(1000) ack 1 win 65535
            > . 1 ack 1 <sack 1001:2001>
            < . 3001:4001(1000) ack 1 win 65535
            > . 1 ack 1 <sack 3001:4001 1001:2001>
            < . 5001:6001(1000) ack 1 win 65535
            > . 1 ack 1 <sack 5001:6001 3001:4001 1001:2001>
            < . 2001:2501(500) ack 1 win 65535
            > . 1 ack 1 <sack 1001:2501 5001:6001 3001:4001>
            < . 1:1001(1000) ack 1 win 65535
            > . 1 ack 2501 <sack 5001:6001 3001:4001>
            < . 2501:3001(500) ack 1 win 65535
            > . 1 ack 4001 <sack 5001:6001>
            < . 4001:5001(1000) ack 1 win 65535
            > . 1 ack 6001
            read 6000
            """);
    }

    @Test
    @Rfc("2018:3")
    void atMostFourBlocksAreReportedAndThreeBesideTimestamps() {
        var blocks = """
            < . 1001:1002(1) ack 1 win 65535 TS
            > . 1 ack 1
            < . 1003:1004(1) ack 1 win 65535 TS
            > . 1 ack 1
            < . 1005:1006(1) ack 1 win 65535 TS
            > . 1 ack 1
            < . 1007:1008(1) ack 1 win 65535 TS
            > . 1 ack 1
            < . 1009:1010(1) ack 1 win 65535 TS
            """;
        var four = " <sack 1009:1010 1007:1008 1005:1006 1003:1004>";
        Script.plain().tcp(SACK).play(OPEN + blocks.replace(" TS", "") + "> . 1 ack 1" + four);
        var stamped = SACK.toBuilder().timestamps(true).build();
        var three = " <TS val * ecr 1,sack 1009:1010 1007:1008 1005:1006>";
        var open = OPEN.replace("1000,sackOK", "1000,sackOK,TS val 1 ecr 0")
                .replace("1460,sackOK", "1460,sackOK,TS val * ecr 1")
                .replace("ack 1 win 65535\n", "ack 1 win 65535 <TS val 1 ecr 0>\n");
        Script.plain().tcp(stamped).play(open + blocks.replace(" TS", " <TS val 1 ecr 0>") + "> . 1 ack 1" + three);
    }

    @Test
    @Rfc("2018:2")
    void noBlocksWithoutThePeersOffer() {
        Script.plain().tcp(SACK).play("""
            listen
            < S 0 win 65535 <mss 1000>
            > S. 0 ack 1 <mss 1460>
            < . 1 ack 1 win 65535
            accept
            < . 1001:2001(1000) ack 1 win 65535
            > . 1 ack 1 <>
            """);
    }

    @Test
    void aClientOffersAndReportsToo() {
        Script.plain().tcp(SACK).play("""
            connect
            > S 0 <mss 1460,sackOK>
            < S. 0 ack 1 win 65535 <mss 1000,sackOK>
            > . 1 ack 1
            < . 501:1001(500) ack 1 win 65535
            > . 1 ack 1 <sack 501:1001>
            """);
    }

    @Test
    void aPeerThatDoesNotOfferIsSentNone() {
        Script.plain().tcp(SACK).play("""
            connect
            > S 0 <mss 1460,sackOK>
            < S. 0 ack 1 win 65535 <mss 1000>
            > . 1 ack 1
            < . 501:1001(500) ack 1 win 65535
            > . 1 ack 1 <>
            """);
    }
}
