package dev.levee.sim;

import static dev.levee.sim.Scripts.CLIENT;
import static dev.levee.sim.Scripts.SERVER;
import static dev.levee.sim.Scripts.both;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;

/// How connections end well (RFC 9293 §3.6).
class CloseScriptTest {
    @Test
    @Rfc("9293:MUST-13")
    void whoClosesFirstWaitsTwoSegmentLifetimes() {
        both(CLIENT + """
            close
            > F. 1 ack 1
            state FIN-WAIT-1
            < .  1 ack 2 win 65535
            state FIN-WAIT-2
            < F. 1 ack 2 win 65535
            > .  2 ack 2
            state TIME-WAIT
            cause Finished 0
            +59.999 state TIME-WAIT
            connections 1
            +0.001 state CLOSED
            connections 0
            quiet
            """);
    }

    @Test
    void whoClosesLastIsDoneWithTheAck() {
        both(SERVER + """
            < F. 1 ack 1 win 65535
            > .  1 ack 2
            state CLOSE-WAIT
            read END
            close
            > F. 1 ack 2
            state LAST-ACK
            < .  2 ack 2 win 65535
            state CLOSED
            cause Finished 0
            connections 0
            quiet
            """);
    }

    @Test
    void bothCloseAtOnce() {
        both(SERVER + """
            shutdown
            > F. 1 ack 1
            < F. 1 ack 1 win 65535
            > .  2 ack 2
            state CLOSING
            < .  2 ack 2 win 65535
            state TIME-WAIT
            cause Finished 0
            read END
            """);
    }

    @Test
    void aFinThatAcknowledgesOursSkipsFinWait2() {
        both(SERVER + """
            shutdown
            > F. 1 ack 1
            < F. 1 ack 2 win 65535
            > .  2 ack 2
            state TIME-WAIT
            """);
    }

    @Test
    @Rfc("9293:MUST-12")
    void afterAHalfCloseDataStillArrives() {
        both(CLIENT + """
            write 10
            > P. 1:11(10) ack 1
            shutdown
            > F. 11 ack 1
            write 1 = CLOSED
            < .  1 ack 12 win 65535
            state FIN-WAIT-2
            < P. 1:101(100) ack 12 win 65535
            > .  12 ack 101
            read 100
            < FP. 101:201(100) ack 12 win 65535
            > .  12 ack 202
            read 100
            read END
            state TIME-WAIT
            """);
    }

    @Test
    void afterThePeersHalfCloseDataIsStillSent() {
        both(SERVER + """
            < F. 1 ack 1 win 65535
            > .  1 ack 2
            read END
            write 100
            > P. 1:101(100) ack 2
            < .  2 ack 101 win 65535
            shutdown
            > F. 101 ack 2
            < .  2 ack 102 win 65535
            cause Finished 0
            """);
    }

    @Test
    void theFinIsRepeatedUntilItIsAcknowledged() {
        both(SERVER + """
            write 10
            > P. 1:11(10) ack 1
            shutdown
            > F. 11 ack 1
            +0.2 > FP. 1:11(10) ack 1
            +0.4 > FP. 1:11(10) ack 1
            < .  1 ack 12 win 65535
            state FIN-WAIT-2
            """);
    }

    @Test
    void aFinBeforeItsDataWaitsForIt() {
        both(SERVER + """
            < F. 101 ack 1 win 65535
            > .  1 ack 1
            read WOULD_BLOCK
            state ESTABLISHED
            < P. 1:101(100) ack 1 win 65535
            > .  1 ack 102
            read 100
            read END
            state CLOSE-WAIT
            """);
    }

    @Test
    void inTimeWaitARepeatedFinIsAcknowledgedAndTheWaitBeginsAnew() {
        both(CLIENT + """
            close
            > F. 1 ack 1
            < F. 1 ack 2 win 65535
            > .  2 ack 2
            +50 < F. 1 ack 2 win 65535
            > .  2 ack 2
            +59 state TIME-WAIT
            +1  state CLOSED
            """);
    }

    @Test
    @Rfc("9293:MAY-2")
    void inTimeWaitANewerSynOpensANewConnection() {
        both(SERVER + """
            close
            > F. 1 ack 1
            < F. 1 ack 2 win 65535
            > .  2 ack 2
            state TIME-WAIT
            +1 < S  100000 win 65535 <mss 1000>
            > S. 0 ack 100001
            < .  100001 ack 1 win 65535
            accept
            state ESTABLISHED
            connections 1
            """);
    }

    @Test
    void inTimeWaitAnOldSynIsAnsweredWithTheState() {
        both(SERVER + """
            close
            > F. 1 ack 1
            < F. 1 ack 2 win 65535
            > .  2 ack 2
            +1 < S 0 win 65535
            > .  2 ack 2
            state TIME-WAIT
            """);
    }

    @Test
    @Rfc("9293:SHLD-3")
    void dataAfterCloseIsAnsweredWithAReset() {
        both(SERVER + """
            close
            > F. 1 ack 1
            < .  1 ack 2 win 65535
            < P. 1:101(100) ack 2 win 65535
            > R  2
            state CLOSED
            cause Aborted.DATA_AFTER_CLOSE 0
            quiet
            """);
    }

    @Test
    @Rfc("9293:SHLD-3")
    void closeWithUnreadDataResets() {
        both(SERVER + """
            < P. 1:101(100) ack 1 win 65535
            > .  1 ack 101
            close
            > R. 1 ack 101
            cause Aborted.UNREAD_DATA 0
            quiet
            """);
    }

    @Test
    void closeWithLingerZeroResetsAndSaysWhatWasNotDelivered() {
        both(SERVER + """
            write 100
            > P. 1:101(100) ack 1
            linger 0
            close
            > R. 101 ack 1
            cause Aborted.LINGER_ZERO 100
            settled
            quiet
            """);
    }

    @Test
    void closeWithLingerWaitsForTheLastAcknowledgement() {
        both(SERVER + """
            linger 5
            write 100
            > P. 1:101(100) ack 1
            close
            > F. 101 ack 1
            lingering
            < .  1 ack 101 win 65535
            lingering
            < .  1 ack 102 win 65535
            settled
            """);
    }

    @Test
    void closeWithLingerGivesUpInTheEndAndSaysWhatWasNotDelivered() {
        both(SERVER + """
            linger 1
            write 100
            > P. 1:101(100) ack 1
            < .  1 ack 61 win 65535
            close
            > F. 101 ack 1
            +0.2 > FP. 61:101(40) ack 1
            +0.4 > FP. 61:101(40) ack 1
            lingering
            +0.4 > R. 102 ack 1
            settled
            cause TimedOut.LINGER 40
            """);
    }

    @Test
    void anAbandonedFinWait2Ends() {
        both(CLIENT + """
            close
            > F. 1 ack 1
            < .  1 ack 2 win 65535
            +59.9 state FIN-WAIT-2
            +0.1 > R. 2 ack 1
            cause TimedOut.FIN_WAIT_2 0
            connections 0
            quiet
            """);
    }

    @Test
    void closeBeforeTheHandshakeIsCompleteIsRemembered() {
        both("""
            connect
            > S 0
            write 10
            shutdown
            < S. 0 ack 1 win 65535 <mss 1000>
            > FP. 1:11(10) ack 1
            state FIN-WAIT-1
            """);
    }

    @Test
    void stoppingTheStackResetsEverything() {
        both(SERVER + """
            write 100
            > P. 1:101(100) ack 1
            stop
            > R. 101 ack 1
            cause Aborted.SHUTDOWN 100
            quiet
            """);
    }
}
