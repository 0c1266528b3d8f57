package dev.levee.sim;

import static dev.levee.sim.Scripts.CLIENT;
import static dev.levee.sim.Scripts.SERVER;
import static dev.levee.sim.Scripts.both;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// RSTs in every state (RFC 9293 §3.5.3, RFC 5961 §3.2).
class ResetScriptTest {
    /// How to come into a state; `next` is RCV.NXT then, `own` our SND.NXT.
    enum In {
        SYN_RECEIVED("""
            listen
            < S  0 win 65535
            > S. 0 ack 1
            """, 1, 1, "none"),
        ESTABLISHED(SERVER, 1, 1, "Reset 0"),
        ESTABLISHED_WITH_DATA(SERVER + """
            write 100
            > P. 1:101(100) ack 1
            """, 1, 101, "Reset 100"),
        FIN_WAIT_1(CLIENT + """
            shutdown
            > F. 1 ack 1
            """, 1, 2, "Reset 0"),
        FIN_WAIT_2(CLIENT + """
            shutdown
            > F. 1 ack 1
            < .  1 ack 2 win 65535
            """, 1, 2, "Reset 0"),
        CLOSE_WAIT(SERVER + """
            < F. 1 ack 1 win 65535
            > .  1 ack 2
            """, 2, 1, "Reset 0"),
        CLOSING(CLIENT + """
            shutdown
            > F. 1 ack 1
            < F. 1 ack 1 win 65535
            > .  2 ack 2
            """, 2, 2, "Reset 0"),
        LAST_ACK(SERVER + """
            < F. 1 ack 1 win 65535
            > .  1 ack 2
            shutdown
            > F. 1 ack 2
            """, 2, 2, "Reset 0"),
        TIME_WAIT(CLIENT + """
            shutdown
            > F. 1 ack 1
            < F. 1 ack 2 win 65535
            > .  2 ack 2
            """, 2, 2, "Finished 0");

        private final String begin;
        private final int next;
        private final int own;
        private final String cause;

        In(String begin, int next, int own, String cause) {
            this.begin = begin;
            this.next = next;
            this.own = own;
            this.cause = cause;
        }

        private String state() {
            return this == ESTABLISHED_WITH_DATA ? "ESTABLISHED" : name().replace('_', '-');
        }
    }

    @ParameterizedTest
    @EnumSource(In.class)
    @Rfc("9293:3.10.7.4")
    void theExactSequenceNumberEndsTheConnection(In in) {
        var outcome = in == In.SYN_RECEIVED ? "connections 0\n" : "state CLOSED\ncause " + in.cause + "\n";
        both(in.begin + "< R " + in.next + "\n" + outcome + "connections 0\nquiet\n");
    }

    @ParameterizedTest
    @EnumSource(In.class)
    @Rfc("5961:3.2")
    void anotherOneInsideTheWindowIsChallenged(In in) {
        both(in.begin + "< R " + (in.next + 1) + "\n> . " + in.own + " ack " + in.next + "\nstate " + in.state()
                + "\n");
    }

    @ParameterizedTest
    @EnumSource(In.class)
    @Rfc("9293:3.10.7.4")
    void outsideTheWindowItIsDroppedSilently(In in) {
        both(in.begin + "< R " + (in.next - 1) + "\n< R " + (in.next + 70_000) + "\nnothing\nstate " + in.state()
                + "\n");
    }

    @ParameterizedTest
    @EnumSource(value = In.class, mode = EnumSource.Mode.EXCLUDE, names = "SYN_RECEIVED")
    void anAbortTellsThePeerWhereItMayStillWait(In in) {
        boolean told = switch (in) {
            case SYN_RECEIVED, ESTABLISHED, ESTABLISHED_WITH_DATA, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT -> true;
            case CLOSING, LAST_ACK, TIME_WAIT -> false;
        };
        both(in.begin + "abort\n" + (told ? "> R. " + in.own + " ack " + in.next + "\n" : "")
                + "state CLOSED\nquiet\n");
    }
}
