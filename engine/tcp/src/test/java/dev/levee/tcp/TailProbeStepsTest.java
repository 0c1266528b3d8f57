package dev.levee.tcp;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;

/// Probes of the tail, and what their answers say (RFC 8985 §7), as steps.
class TailProbeStepsTest {
    private static Steps sack() {
        var config = Wire.plain()
                .congestion(CongestionAlgorithm.NEW_RENO)
                .hyStart(false)
                .build();
        return Steps.over(config, true);
    }

    @Test
    @Rfc("8985:7.4.2")
    void probeOfTheTailThatRepairedItIsCongestion() {
        sack().play("""
            write 3000   => 1..2001+1000; OPEN 10000/- pipe 3000 due 82
            +40 ack 2001 => -; pipe 1000 due 200 got 2 rate 50
            deadline     => 2001+1000; again 1
            write 1000   => 3001+1000; pipe 2000
            +40 ack 3001 => -; pipe 1000 got 3
            +40 ack 4001 => -; 2000/2000 pipe 0 due never got 4
            """);
    }

    /// However much later the ACK comes that shows it, and however little that is of.
    @Test
    @Rfc("8985:7.4.2")
    void whatWasInFlightWhenTheTailWasProbedIsWhatTheWindowFallsFrom() {
        sack().play("""
            write 8000        => 1..7001+1000; OPEN 10000/- pipe 8000 due 82
            +40 ack 7001      => -; 17000/- pipe 1000 due 200 got 7 rate 175
            deadline          => 7001+1000; again 1
            +40 ack 8001      => -; pipe 0 due never got 8
            +10000 write 1000 => 8001+1000; 10000/- pipe 1000 due 200
            +40 ack 9001      => -; 4000/4000 pipe 0 due never got 9
            """);
    }

    @Test
    @Rfc("8985:7.4.2")
    void whatWasInFlightOnceDoesNotCountForTheNextFlight() {
        sack().play("""
            write 8000       => 1..7001+1000; OPEN 10000/- pipe 8000 due 82
            +40 ack 8001     => -; 18000/- pipe 0 due never got 8 rate 200
            write 5000       => 8001..12001+1000; pipe 5000 due 82
            +40 ack 12001    => -; pipe 1000 due 200 got 12
            deadline         => 12001+1000; again 1
            +40 ack 13001    => -; pipe 0 due never got 13
            +900 write 1000  => 13001+1000; 10000/- pipe 1000 due 200
            +40 ack 14001    => -; 2500/2500 pipe 0 due never got 14
            """);
    }

    @Test
    @Rfc("8985:7.4.2")
    void probeOfTheTailThatWasThereAlreadyIsNot() {
        sack().play("""
            write 3000                  => 1..2001+1000; OPEN 10000/- pipe 3000 due 82
            +40 ack 2001                => -; pipe 1000 due 200 got 2 rate 50
            deadline                    => 2001+1000; again 1
            +40 ack 3001                => -; pipe 0 due never got 3
            +1 ack 3001 sack 2001..3001 => -; twice 1
            write 1000                  => 3001+1000; pipe 1000 due 200
            +40 ack 4001                => -; pipe 0 due never got 4
            """);
    }

    @Test
    @Rfc("8985:7.4.2")
    void probeOfTheTailAnsweredByADuplicateIsNot() {
        sack().play("""
            write 3000    => 1..2001+1000; OPEN 10000/- pipe 3000 due 82
            +40 ack 2001  => -; pipe 1000 due 200 got 2 rate 50
            deadline      => 2001+1000; again 1
            +40 ack 3001  => -; pipe 0 due never got 3
            +1 write 1000 => 3001+1000; pipe 1000 due 200
            ack 3001      => -
            +40 ack 4001  => -; pipe 0 due never got 4
            """);
    }

    /// What was in flight two round trips ago was another time.
    @Test
    @Rfc("8985:7.4.2")
    void aLargeFlightIsForgottenWhereASmallOneFollows() {
        sack().play("""
            write 8000       => 1..7001+1000; OPEN 10000/- pipe 8000 due 82
            +40 ack 7001     => -; 17000/- pipe 1000 due 200 got 7 rate 175
            write 1000       => 8001+1000; pipe 2000 due 82
            +40 ack 8001     => -; pipe 1000 due 200 got 8
            write 1000       => 9001+1000; pipe 2000 due 82
            +40 ack 9001     => -; pipe 1000 due 200 got 9
            write 1000       => 10001+1000; pipe 2000 due 92
            +40 ack 10001    => -; pipe 1000 due 200 got 10
            deadline         => 10001+1000; again 1
            +40 ack 11001    => -; pipe 0 due never got 11
            write 1000       => 11001+1000; pipe 1000 due 200
            +40 ack 12001    => -; 2000/2000 pipe 0 due never got 12
            """);
    }

    /// Nothing is outstanding any more when the duplicate comes.
    @Test
    @Rfc("8985:7.4.2")
    void probeOfTheTailAnsweredByADuplicateIsNotWhereNothingFollowed() {
        sack().play("""
            write 8000      => 1..7001+1000; OPEN 10000/- pipe 8000 due 82
            +40 ack 7001    => -; 17000/- pipe 1000 due 200 got 7 rate 175
            deadline        => 7001+1000; again 1
            +40 ack 8001    => -; pipe 0 due never got 8
            +1 ack 8001     => -
            +900 write 1000 => 8001+1000; 10000/- pipe 1000 due 200
            +40 ack 9001    => -; pipe 0 due never got 9
            """);
    }

    @Test
    @Rfc("8985:7.3")
    void tailProbeSendsNewTextWhereThereIsSome() {
        sack().play("""
            write 12000   => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            deadline      => 10001+1000; pipe 11000 due 200
            +40 ack 10001 => 11001+1000; 20000/- pipe 2000 got 10 rate 81
            +40 ack 12001 => -; pipe 0 due never got 12 rate 16
            """);
    }
}
