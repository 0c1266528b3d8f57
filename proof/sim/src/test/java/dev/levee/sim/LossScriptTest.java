package dev.levee.sim;

import static dev.levee.sim.Scripts.SERVER;
import static dev.levee.sim.Scripts.both;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.TcpConfig;
import org.junit.jupiter.api.Test;

/// What is lost is sent again (RFC 6298, RFC 5681, RFC 6582); what arrives in disorder is put in order.
class LossScriptTest {
    private static final Script DELAYED_ACKS = Script.plain()
            .tcp(Script.PLAIN.toBuilder().delayedAckNanos(Times.millis(40)).build());

    @Test
    @Rfc({"6298:5.4", "6298:5.5"})
    void timeoutsDoubleUntilTheConnectionIsGivenUp() {
        var text = new StringBuilder(SERVER + "write 100\n> P. 1:101(100) ack 1\n");
        double wait = 0.2;
        for (int i = 0; i < 8; i++) {
            text.append("+").append(wait).append(" > P. 1:101(100) ack 1\n");
            wait = wait * 2;
        }
        both(text + """
            +49 > R. 101 ack 1
            cause TimedOut.RETRANSMISSION 100
            read FAILED
            quiet
            """);
    }

    @Test
    @Rfc("5681:3.2")
    void threeDuplicateAcksBringTheFirstSegmentBack() {
        both(SERVER + """
            write 5000
            > .  1:1001(1000) ack 1
            > .  1001:2001(1000) ack 1
            > .  2001:3001(1000) ack 1
            > .  3001:4001(1000) ack 1
            > P. 4001:5001(1000) ack 1
            +0.01 < . 1 ack 1 win 65535
            < . 1 ack 1 win 65535
            < . 1 ack 1 win 65535
            > .  1:1001(1000) ack 1
            < . 1 ack 5001 win 65535
            quiet
            """);
    }

    @Test
    @Rfc("6582:3.2")
    void aPartialAckBringsTheNextHoleBack() {
        both(SERVER + """
            write 6000
            > .  1:1001(1000) ack 1
            > .  1001:2001(1000) ack 1
            > .  2001:3001(1000) ack 1
            > .  3001:4001(1000) ack 1
            > .  4001:5001(1000) ack 1
            > P. 5001:6001(1000) ack 1
            +0.01 < . 1 ack 1 win 65535
            < . 1 ack 1 win 65535
            < . 1 ack 1 win 65535
            > .  1:1001(1000) ack 1
            < . 1 ack 3001 win 65535
            > .  3001:4001(1000) ack 1
            < . 1 ack 6001 win 65535
            quiet
            """);
    }

    @Test
    @Rfc("9293:SHLD-31")
    void disorderedDataIsKeptAcknowledgedAtOnceAndPutInOrder() {
        both(DELAYED_ACKS, SERVER + """
            < . 1001:2001(1000) ack 1 win 65535
            > . 1 ack 1
            < . 2001:3001(1000) ack 1 win 65535
            > . 1 ack 1
            < . 4001:5001(1000) ack 1 win 65535
            > . 1 ack 1
            read WOULD_BLOCK
            < . 1:1001(1000) ack 1 win 65535
            > . 1 ack 3001
            read 3000
            < . 2501:4501(2000) ack 1 win 65535
            > . 1 ack 5001
            read 2000
            quiet
            """);
    }

    @Test
    @Rfc({"9293:MUST-40", "9293:SHLD-18", "9293:SHLD-19"})
    void acksWaitForCompanyButNotLong() {
        both(DELAYED_ACKS, SERVER + """
            < . 1:1001(1000) ack 1 win 65535
            nothing
            +0.04 > . 1 ack 1001
            < . 1001:2001(1000) ack 1 win 65535
            < . 2001:3001(1000) ack 1 win 65535
            > . 1 ack 3001
            < P. 3001:3101(100) ack 1 win 65535
            +0.01 nothing
            write 10
            > P. 1:11(10) ack 3101
            < . 3101 ack 11 win 65535
            quiet
            """);
    }

    @Test
    void whatWasReceivedAlreadyIsAcknowledgedAtOnce() {
        both(DELAYED_ACKS, SERVER + """
            < P. 1:101(100) ack 1 win 65535
            +0.04 > . 1 ack 101
            < P. 1:101(100) ack 1 win 65535
            > . 1 ack 101
            < P. 51:151(100) ack 1 win 65535
            > . 1 ack 151
            read 150
            quiet
            """);
    }

    @Test
    @Rfc({"9293:SHLD-7", "9293:MUST-17"})
    void smallSegmentsWaitForAcknowledgementsUnlessTheUserWantsNone() {
        both(SERVER + """
            write 10
            > P. 1:11(10) ack 1
            write 10
            write 10
            nothing
            < .  1 ack 11 win 65535
            > P. 11:31(20) ack 1
            nodelay on
            write 10
            > P. 31:41(10) ack 1
            write 10
            > P. 41:51(10) ack 1
            """);
    }

    @Test
    @Rfc("5961:5.2")
    void anAckOfWhatWasNeverSentIsAnsweredWithTheState() {
        both(SERVER + """
            < .  1 ack 2 win 65535
            > .  1 ack 1
            write 10
            > P. 1:11(10) ack 1
            < .  1 ack 5000 win 65535
            > .  11 ack 1
            < .  1 ack 11 win 65535
            quiet
            """);
    }

    @Test
    @Rfc("7323:5.3")
    void anOldTimestampDoesNotPass() {
        both(Script.plain().tcp(TcpConfig.DEFAULT.toBuilder().delayedAckNanos(0).build()), """
            listen
            < S  0 win 65535 <mss 1000,TS val 1000 ecr 0>
            > S. 0 ack 1
            < .  1 ack 1 win 65535 <TS val 1001 ecr *>
            accept
            < P. 1:101(100) ack 1 win 65535 <TS val 999 ecr *>
            > .  1 ack 1 <TS val * ecr 1001>
            read WOULD_BLOCK
            < P. 1:101(100) ack 1 win 65535 <TS val 1002 ecr *>
            > .  1 ack 101 <TS val * ecr 1002>
            read 100
            """);
    }

    @Test
    @Rfc("5927:5.2")
    void anUnreachablePortEndsAHandshakeButNotAConnection() {
        both("""
            connect
            > S 0
            < icmp port seq 7
            state SYN-SENT
            < icmp port seq 0
            state CLOSED
            cause Unreachable.PORT 0
            """);
        both(SERVER + """
            write 10
            > P. 1:11(10) ack 1
            < icmp port seq 1
            state ESTABLISHED
            < .  1 ack 11 win 65535
            quiet
            """);
    }
}
