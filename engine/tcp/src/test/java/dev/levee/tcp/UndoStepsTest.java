package dev.levee.tcp;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;

/// What a peer says has come twice (RFC 2883), and what of a recovery that takes back.
class UndoStepsTest {
    private static Steps sack() {
        var config = Wire.plain().congestion(CongestionAlgorithm.NEW_RENO).hyStart(false);
        return Steps.over(config.build(), true);
    }

    @Test
    @Rfc("2883:5")
    void allThatWasSentAgainWasThereAlready() {
        sack().play("""
            write 40000               => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 2001..6001 => 1+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 2 again 1 got 4 rate 100
            +5 ack 6001               => 10001+1000; late 1 by 5 got 6 rate 50
            ack 6001 sack 1..1001     => 11001..15001+1000; OPEN 10000/- pipe 10000 due 82 twice 1 undone 1
            ack 6001 sack 1001..2001  => -; twice 2
            """);
    }

    @Test
    @Rfc("2883:5")
    void undoneOnlyWhenEachThatWasSentAgainWasThereAlready() {
        sack().play("""
            write 40000                  => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 3001..8001
                => 1..2001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 3 again 3 got 5 rate 125
            +5 ack 8001 sack 1..1001     => 10001..12001+1000; twice 1 got 8 rate 75
            +40 ack 8001 sack 1001..2001 => -; due 160 twice 2
            ack 8001 sack 2001..3001     => 13001..17001+1000; OPEN 10000/- pipe 10000 due 82 twice 3 undone 1
            +40 ack 14001                => 18001..29001+1000; 16000/- pipe 16000 due 92 got 14
            """);
    }

    /// The window before it is not known to whom has taken over meanwhile.
    @Test
    void undoneOnlyByWhomeverLedTheWindowDown() {
        var steps = sack().play("""
            write 40000               => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 3001..8001
                => 1..2001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 3 again 3 got 5 rate 125
            """);
        var wire = steps.wire();
        wire.connection.configure(
                wire.now,
                Wire.plain()
                        .congestion(CongestionAlgorithm.CUBIC)
                        .hyStart(false)
                        .build());
        steps.play("""
            +5 ack 8001 sack 1..1001     => 10001..12001+1000; twice 1 got 8 rate 75
            +40 ack 8001 sack 1001..3001 => -; due 160 twice 2
            """);
    }

    @Test
    @Rfc("2883:4.2")
    void firstBlockInsideOfTheSecondIsADuplicate() {
        sack().play("""
            write 40000                               => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 4001..5001 sack 3001..6001
                => 1+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 3 again 1 twice 1 got 3 rate 75
            ack 1 sack 3001..4001 sack 3001..6001     => -; twice 2
            ack 1 sack 5001..6001 sack 3001..6001     => -; twice 3
            ack 1 sack 3001..6001 sack 3001..6001     => -; twice 4
            """);
    }

    /// The network has doubled a segment that was sent once; the one that was lost was lost.
    @Test
    @Rfc("2883:5")
    void duplicateOfWhatWasSentOnceUndoesNothing() {
        sack().play("""
            write 40000               => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..10001
                => 1+1000 10001..13001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 1 again 1 got 9 rate 225
            +5 ack 1 sack 2001..3001 sack 1001..10001 => -; due 195 twice 1
            +35 ack 10001 sack 2001..3001             => 14001+1000; OPEN due 82 twice 2 got 10 rate 25
            ack 10001 sack 6001..7001                 => -; twice 3
            ack 10001 sack 501..1501                  => -; twice 4
            ack 10001 sack 1..1001                    => 15001..19001+1000; 10000/- pipe 10000 twice 5 undone 1
            """);
    }

    @Test
    @Rfc("2883:5")
    void duplicateInFrontOfWhatWasSentAgainUndoesNothing() {
        sack().play("""
            write 40000                     => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1001 sack 2001..10001
                => 1001+1000 10001..13001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 1 again 1 got 9 rate 225
            +40 ack 10001 sack 1..1001      => 14001+1000; OPEN due 82 twice 1 got 10 rate 25
            """);
    }

    @Test
    @Rfc("2883:5")
    void duplicateBetweenWhatWasSentAgainUndoesNothing() {
        sack().play("""
            write 40000                     => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..4001 sack 5001..10001
                => 1+1000 4001+1000 10001..12001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 2 again 2 got 8 rate 200
            +5 ack 1 sack 2001..3001 sack 1001..4001 sack 5001..10001 => -; due 195 twice 1
            +35 ack 10001 sack 1..1001      => 13001+1000; OPEN 4000/5000 pipe 4000 due 82 twice 2 got 10 rate 50
            ack 10001 sack 4001..5001       => 14001..19001+1000; 10000/- pipe 10000 twice 3 undone 1
            """);
    }

    /// The window from before it is not known any more.
    @Test
    @Rfc("8985:7.4.2")
    void lossThatAProbeMendsEndsWhatWasToBeUndone() {
        sack().play("""
            write 14000                     => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..10001
                => 1+1000 10001..13001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 1 again 1 got 9 rate 225
            +40 ack 14001                   => -; OPEN 2000/5000 pipe 0 due never got 14 rate 125
            write 1000                      => 14001+1000; pipe 1000 due 200
            deadline                        => 14001+1000; again 2
            write 1000                      => 15001+1000; pipe 2000
            +40 ack 16001                   => -; 2000/2000 pipe 0 due never got 16
            ack 16001 sack 1..1001          => -; twice 1
            """);
    }

    /// A receiver that sees two duplicates in a row reports them as one.
    @Test
    @Rfc("2883:5")
    void aReportOfTwoSegmentsCountsForTwo() {
        sack().play("""
            write 40000                  => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 3001..8001
                => 1..2001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 3 again 3 got 5 rate 125
            +5 ack 8001 sack 1..1001     => 10001..12001+1000; twice 1 got 8 rate 75
            +40 ack 8001 sack 1001..3001 => 13001..17001+1000; OPEN 10000/- pipe 10000 due 82 twice 2 undone 1
            """);
    }

    @Test
    @Rfc("2883:4.2")
    void firstBlockThatReachesOutOfTheSecondIsNone() {
        sack().play("""
            write 40000                                  => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1001 sack 5001..7001 sack 4001..6001
                => 1001+1000 2001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 3 again 2 got 4 rate 100
            ack 1001 sack 3001..5001 sack 4001..6001     => -; late 1 by 4 got 5 rate 125
            ack 1001 sack 501..501                       => -
            ack 1001 sack 801..501                       => -
            ack 1001 sack 1001..1001                     => -
            ack 1001 sack 501..1001                      => -; twice 1
            """);
    }

    @Test
    @Rfc("2883:5")
    void duplicatesFromBeyondWhatWasEverThereAreNone() {
        sack().play("""
            write 40000                                   => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 10001                                 => 10001..29001+1000; 20000/- pipe 20000 got 10 rate 250
            +40 ack 10001 sack -70000..-69000             => -
            ack 10001 sack -56000..-55534                 => -
            ack 10001 sack -56000..-55533                 => -; twice 1
            ack 10001 sack 30001..31001 sack 30001..31001 => -
            ack 10001 sack 29001..30001 sack 29001..30001 => 30001+1000; DISORDER due 20 twice 2 got 11 rate 25
            """);
    }

    @Test
    @Rfc("2883:5")
    void aReportOfSeveralCountsThoseThatWereSentAgain() {
        sack().play("""
            write 40000                     => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..4001 sack 5001..10001
                => 1+1000 4001+1000 10001..12001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 2 again 2 got 8 rate 200
            +40 ack 10001 sack 1..2001      => 13001+1000; OPEN 4000/5000 pipe 4000 due 82 twice 1 got 10 rate 50
            ack 10001 sack 4001..5001       => 14001..19001+1000; 10000/- pipe 10000 twice 2 undone 1
            """);
    }

    /// The FIN has a number and no octets.
    @Test
    @Rfc("2883:5")
    void aFullSegmentWithTheFinIsOne() {
        sack().play("""
            write 2000                      => 1+1000 1001+1000; OPEN 10000/- pipe 2000 due 82
            close                           => 2001+0F; pipe 2001
            deadline                        => 2001+0F; due 200 again 1
            deadline                        => 1+1000; TIMEOUT 1000/2000 pipe 1000 due 400 lost 3 again 2
            +40 ack 1001                    => 1001+1000F; 2000/2000 pipe 1001 again 3 got 1 rate 3
            +40 ack 2002                    => -; OPEN pipe 0 due never got 2 rate 25
            ack 2002 sack 1001..2002        => -; twice 1
            ack 2002 sack 1..1001           => -; 10000/- twice 2 undone 1
            """);
    }

    @Test
    @Rfc("2883:5")
    void aProbeOfTheTailAfterwardsIsNoPartOfTheEpisode() {
        sack().play("""
            write 14000                     => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..10001
                => 1+1000 10001..13001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 1 again 1 got 9 rate 225
            +40 ack 14001                   => -; OPEN 2000/5000 pipe 0 due never got 14 rate 125
            write 1000                      => 14001+1000; pipe 1000 due 200
            deadline                        => 14001+1000; again 2
            +10 ack 14001 sack 1..1001      => -; 10000/- due 190 twice 1 undone 1
            """);
    }
}
