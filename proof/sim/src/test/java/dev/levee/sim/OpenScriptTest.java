package dev.levee.sim;

import static dev.levee.sim.Scripts.SERVER;
import static dev.levee.sim.Scripts.both;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.TcpConfig;
import org.junit.jupiter.api.Test;

/// How connections begin (RFC 9293 §3.5).
class OpenScriptTest {
    private static final Script ALL_OPTIONS = Script.plain().tcp(TcpConfig.DEFAULT);

    @Test
    void aListenerAnswersASynAndHandsTheConnectionOverWhenItIsAcknowledged() {
        both("""
            listen
            state LISTEN
            < S  0 win 65535 <mss 1460>
            > S. 0:0(0) ack 1 win 65535 <mss 1460>
            state SYN-RECEIVED
            < .  1 ack 1 win 65535
            state ESTABLISHED
            accept
            quiet
            """);
    }

    @Test
    void aClientSendsASynAndAcknowledgesTheAnswer() {
        both("""
            connect
            > S  0:0(0) win 65535 <mss 1460>
            state SYN-SENT
            < S. 0 ack 1 win 65535 <mss 1460>
            > .  1 ack 1 win 65535 <>
            state ESTABLISHED
            quiet
            """);
    }

    @Test
    @Rfc({"7323:2.2", "7323:3.2"})
    void optionsThatBothWantAreUsed() {
        both(ALL_OPTIONS, """
            listen
            < S  0 win 65535 <mss 1460,sackOK,TS val 100 ecr 0,wscale 7>
            > S. 0 ack 1 win 65535 <mss 1460,sackOK,TS val * ecr 100,wscale 10>
            < .  1 ack 1 win 512 <TS val 101 ecr *>
            accept
            write 10
            > P. 1:11(10) ack 1 win 127 <TS val * ecr 101>
            """);
    }

    @Test
    @Rfc({"7323:2.2", "7323:3.2"})
    void optionsThatTheSynDidNotCarryAreNotInTheAnswer() {
        both(ALL_OPTIONS, """
            listen
            < S  0 win 65535 <mss 1460>
            > S. 0 ack 1 win 65535 <mss 1460>
            < .  1 ack 1 win 1000
            accept
            write 10
            > P. 1:11(10) ack 1 win 65535 <>
            """);
    }

    @Test
    @Rfc("9293:MUST-10")
    void bothOpenAtOnce() {
        both("""
            connect
            > S  0
            < S  0 win 65535 <mss 1460>
            > S. 0 ack 1 win 65535 <mss 1460>
            state SYN-RECEIVED
            < S. 0 ack 1 win 65535 <mss 1460>
            > .  1 ack 1
            state ESTABLISHED
            """);
        both("""
            connect
            > S  0
            < S  0 win 65535 <mss 1460>
            > S. 0 ack 1
            < .  1 ack 1 win 65535
            state ESTABLISHED
            write 10
            > P. 1:11(10) ack 1
            """);
    }

    @Test
    void aResetInAnswerToTheSynIsARefusal() {
        both("""
            connect
            > S  0
            < R. 0 ack 1
            state CLOSED
            cause Refused 0
            read FAILED
            write 1 = FAILED
            connections 0
            quiet
            """);
    }

    @Test
    void aResetThatDoesNotKnowTheSynIsIgnored() {
        both("""
            connect
            > S  0
            < R  0
            < R. 0 ack 2
            < R. 0 ack 0
            state SYN-SENT
            < S. 0 ack 1 win 65535
            > .  1 ack 1
            """);
    }

    @Test
    @Rfc("9293:3.10.7.3")
    void anAnswerToAnotherSynIsReset() {
        both("""
            connect
            > S  0
            < S. 0 ack 5 win 65535
            > R  5
            < .  0 ack 0 win 65535
            > R  0
            state SYN-SENT
            < S. 0 ack 1 win 65535
            > .  1 ack 1
            """);
    }

    @Test
    void theSynIsRepeatedAndGivenUp() {
        both("""
            connect
            > S 0
            +1  > S 0
            +2  > S 0
            +4  > S 0
            +8  > S 0
            +16 > S 0
            +32 > S 0
            +60 > S 0
            +57 state CLOSED
            cause TimedOut.CONNECT 0
            quiet
            """);
    }

    @Test
    void theSynAckIsRepeatedAndForgotten() {
        both("""
            listen
            < S  0 win 65535
            > S. 0 ack 1
            +1  > S. 0 ack 1
            +2  > S. 0 ack 1
            +4  > S. 0 ack 1
            +8  > S. 0 ack 1
            +16 > S. 0 ack 1
            state SYN-RECEIVED
            connections 0
            +32.1 < . 1 ack 1 win 65535
            > R 1
            quiet
            """);
    }

    @Test
    void aRepeatedSynIsAnsweredAgain() {
        both("""
            listen
            < S  0 win 65535
            > S. 0 ack 1
            +0.5 < S  0 win 65535
            > S. 0 ack 1
            < .  1 ack 1 win 65535
            state ESTABLISHED
            """);
    }

    @Test
    void dataCompletesTheHandshakeWhenTheAckWasLost() {
        both("""
            listen
            < S  0 win 65535
            > S. 0 ack 1
            < P. 1:101(100) ack 1 win 65535
            > .  1 ack 101
            accept
            read 100
            """);
    }

    @Test
    void aWrongAckInSynReceivedIsResetAndTheHandshakeGoesOn() {
        both("""
            listen
            < S  0 win 65535
            > S. 0 ack 1
            < .  1 ack 2 win 65535
            > R  2
            < .  1 ack 0 win 65535
            > R  0
            < .  1 ack 1 win 65535
            state ESTABLISHED
            """);
    }

    @Test
    @Rfc("5961:4.2")
    void aSynInAnOpenConnectionIsChallenged() {
        both(SERVER + """
            < S 500 win 65535
            > . 1 ack 1
            < S 0 win 65535
            > . 1 ack 1
            state ESTABLISHED
            """);
    }

    @Test
    @Rfc("9293:3.10.7.1")
    void aClosedPortAnswersWithAResetThatTheSenderBelieves() {
        both("""
            < S 0 win 65535
            > R. =0 ack 1
            < P. 7:17(10) ack 77 win 65535
            > R  77
            < R  0
            < R. 0 ack 5
            nothing
            """);
    }

    @Test
    @Rfc("9293:3.10.7.2")
    void aListenerResetsAcksAndIgnoresTheRest() {
        both("""
            listen
            < . 7 ack 77 win 65535
            > R 77
            < R 0
            < F 0
            < - 0
            < SF 0
            nothing
            connections 0
            """);
    }

    @Test
    @Rfc({"9293:MUST-14", "9293:MUST-15", "9293:MUST-16"})
    void withoutAnMssOptionTheDefaultIsUsed() {
        var text = """
            listen
            < S  0 win 65535
            > S. 0 ack 1
            < .  1 ack 1 win 65535
            accept
            nodelay on
            write 2000
            > .  1:%d(%d) ack 1
            """;
        Script.plain().play(text.formatted(537, 536) + """
            > .  537:1073(536) ack 1
            > .  1073:1609(536) ack 1
            > P. 1609:2001(392) ack 1
            """);
        Script.plain().v6(true).play(text.formatted(1221, 1220) + "> P. 1221:2001(780) ack 1");
    }
}
