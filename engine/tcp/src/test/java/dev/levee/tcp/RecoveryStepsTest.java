package dev.levee.tcp;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;

/// Loss recovery to the octet: what is sent, the window and what is thought to be in the network after each ACK.
class RecoveryStepsTest {
    private static TcpConfigBuilder plain() {
        return Wire.plain().congestion(CongestionAlgorithm.NEW_RENO).hyStart(false);
    }

    private static Steps sack() {
        return Steps.over(plain().build(), true);
    }

    private static Steps timed() {
        return Steps.over(plain().timestamps(true).build(), true);
    }

    private static Steps marking() {
        return Steps.over(plain().ecn(EcnUse.ON).build(), true);
    }

    private static Steps counting() {
        return Steps.over(plain().build(), false);
    }

    @Test
    @Rfc("9937:6")
    void windowFallsByHalfOfWhatIsDeliveredAndThenFollowsIt() {
        sack().play("""
            write 40000               => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..4001 => 1+1000; RECOVERY 7500/5000 pipe 7000 due 200 lost 1 again 1 got 3 rate 75
            ack 1 sack 1001..5001     => 10001+1000; 7000/5000 got 4 rate 100
            ack 1 sack 1001..6001     => -; 6500/5000 pipe 6000 got 5 rate 125
            ack 1 sack 1001..7001     => -; 5000/5000 pipe 5000 got 6 rate 150
            ack 1 sack 1001..8001     => 11001+1000; got 7 rate 175
            ack 1 sack 1001..9001     => 12001+1000; got 8 rate 200
            ack 1 sack 1001..10001    => 13001+1000; got 9 rate 225
            +40 ack 10001             => 14001+1000; OPEN due 82 got 10 rate 175
            +40 ack 14001             => 15001..18001+1000; due 92 got 14 rate 62
            """);
    }

    @Test
    @Rfc("9937:6")
    void whatArrivedBeforeTheLossWasSeenIsNotPartOfTheFlight() {
        sack().play("""
            write 40000               => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..2001 => 10001+1000; DISORDER due 10 got 1 rate 25
            ack 1 sack 1001..3001     => 11001+1000; got 2 rate 50
            ack 1 sack 1001..4001     => 1+1000; RECOVERY 9000/5000 pipe 9000 due 200 lost 1 again 1 got 3 rate 75
            ack 1 sack 1001..10001    => 12001+1000 13001+1000; 5000/5000 pipe 5000 got 9 rate 225
            +40 ack 10001             => 14001+1000; got 10 rate 175
            ack 12001                 => 15001+1000; OPEN 4000/5000 pipe 4000 due 82 got 12 rate 250
            ack 16001                 => 16001..20001+1000; 5000/5000 pipe 5000 got 16 rate 100
            """);
    }

    @Test
    @Rfc("9937:6")
    void belowTheThresholdTheWindowGrowsByASegmentMoreThanArrivesWhileNothingMoreIsLost() {
        sack().play("""
            write 40000                   => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 7001..10001
                => 1..2001+1000; RECOVERY 3000/5000 pipe 3000 due 200 lost 7 again 3 got 3 rate 75
            +40 ack 1001 sack 7001..10001 => 3001+1000 4001+1000; 4000/5000 pipe 4000 again 5 got 4 rate 25
            ack 2001 sack 7001..10001     => 5001+1000 6001+1000; 5000/5000 pipe 5000 again 7 got 5 rate 50
            ack 3001 sack 7001..10001     => 10001+1000; got 6 rate 75
            +20 ack 4001 sack 7001..10001 => 11001+1000; got 7
            +20 ack 7001 sack 7001..10001 => 12001..14001+1000; got 10 rate 125
            +40 ack 10001                 => -; OPEN due 82
            """);
    }

    @Test
    @Rfc("9937:6")
    void partOfASegmentThatIsAcknowledgedIsDelivered() {
        sack().play("""
            write 40000               => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..4001 => 1+1000; RECOVERY 7500/5000 pipe 7000 due 200 lost 1 again 1 got 3 rate 75
            ack 501 sack 1001..5001   => 10001+1000; 6750/5000 pipe 6500 got 4 rate 112
            ack 501 sack 1001..6001   => -; 6250/5000 pipe 5500 got 5 rate 137
            ack 4501 sack 5001..6001  => -; 5000/5000 pipe 5000 got 6 rate 75
            ack 4601 sack 5001..7001  => 11001+1000; got 7 rate 175
            """);
    }

    @Test
    @Rfc("9937:6")
    void lossesThatShowDuringARecoveryArePartOfIt() {
        sack().play("""
            write 40000                               => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..4001 => 1+1000; RECOVERY 7500/5000 pipe 7000 due 200 lost 1 again 1 got 3 rate 75
            +40 ack 4001 sack 9001..10001 => 4001..7001+1000; 4000/5000 pipe 4000 lost 6 again 5 got 5 rate 50
            ack 4001 sack 6001..7001 sack 9001..10001 => 8001+1000; again 6 got 6 rate 25
            ack 5001 sack 6001..7001 sack 9001..10001 => 10001+1000 11001+1000; 5000/5000 pipe 5000 got 7 rate 50
            +40 ack 10001                             => 12001+1000; OPEN 3000/5000 pipe 3000 due 82 got 10 rate 100
            """);
    }

    @Test
    @Rfc("6582:3.2")
    void withoutSackEachDuplicateIsASegmentThatLeftTheNetwork() {
        counting().play("""
            write 40000   => 1..9001+1000; OPEN 10000/- pipe 10000 due 200
            +40 ack 1     => 10001+1000; DISORDER due 160
            ack 1         => 11001+1000
            ack 1         => 1+1000; RECOVERY 9000/5000 pipe 9000 due 200 lost 1 again 1
            ack 1         => -; 8000/5000 pipe 8000
            ack 1         => -; 7500/5000 pipe 7000
            ack 1         => 12001+1000; 7000/5000
            ack 1         => -; 6500/5000 pipe 6000
            ack 1         => -; 5000/5000 pipe 5000
            ack 1         => 13001+1000
            +40 ack 3001  => 3001+1000 14001+1000; lost 2 again 2 got 3 rate 37
            +40 ack 6001  => 6001+1000 15001+1000; lost 3 again 3 got 6
            +40 ack 12001 => 16001+1000; OPEN got 12
            +40 ack 14001 => 17001+1000 18001+1000; got 14 rate 70
            """);
    }

    @Test
    @Rfc("9937:6.2")
    void whatDuplicatesHaveCountedIsNotDeliveredOnceMore() {
        counting().play("""
            write 40000   => 1..9001+1000; OPEN 10000/- pipe 10000 due 200
            +40 ack 1     => 10001+1000; DISORDER due 160
            ack 1         => 11001+1000
            ack 1         => 1+1000; RECOVERY 9000/5000 pipe 9000 due 200 lost 1 again 1
            ack 4001      => 4001+1000; 7000/5000 pipe 8000 lost 2 again 2 got 4 rate 100
            ack 4001      => -; pipe 7000
            +40 ack 12001 => 12001+1000 13001+1000; OPEN 2000/5000 pipe 2000 got 12 rate 200
            """);
    }

    @Test
    @Rfc({"9937:6.2", "3168:6.1.2"})
    void markAtTheEndOfARecoveryOpensNoWindow() {
        Steps.over(plain().ecn(EcnUse.ON).build(), false).play("""
            write 40000       => 1..9001+1000; OPEN 10000/- pipe 10000 due 200
            +40 ack 1         => 10001+1000; DISORDER due 160
            ack 1             => 11001+1000
            ack 1             => 1+1000; RECOVERY 9000/5000 pipe 9000 due 200 lost 1 again 1
            ack 1             => -; 8000/5000 pipe 8000
            ack 1             => -; 7500/5000 pipe 7000
            ack 1             => 12001+1000 CWR; 7000/5000
            ack 1             => -; 6500/5000 pipe 6000
            ack 1             => -; 5000/5000 pipe 5000
            ack 1             => 13001+1000
            ack 1             => 14001+1000
            ack 1             => 15001+1000
            ack 1             => 16001+1000
            ack 1             => 17001+1000
            +40 ack 13001 ece => -; REDUCED 5000/2500 got 13 rate 162
            ack 14001 ece     => -; 4500/2500 pipe 4000 got 14 rate 175
            """);
    }

    @Test
    @Rfc("6582:3.2")
    void duplicatesThatRetransmissionsCauseBeginNothing() {
        counting().play("""
            write 10000  => 1..9001+1000; OPEN 10000/- pipe 10000 due 200
            +40 ack 1    => -; DISORDER pipe 9000 due 160
            ack 1        => -; pipe 8000
            ack 1        => 1+1000; RECOVERY 7000/5000 pipe 7000 due 200 lost 1 again 1
            deadline     => 1+1000; TIMEOUT 1000/3500 pipe 1000 due 400 lost 11 again 2
            deadline     => 1+1000; due 800 lost 12 again 3
            +40 ack 5001 => 5001+1000 6001+1000; 2000/3500 pipe 2000 again 5 got 5 rate 7
            ack 5001     => 7001+1000; again 6
            ack 5001     => 8001+1000; again 7
            ack 5001     => 9001+1000; again 8
            ack 10001    => -; OPEN 3000/3500 pipe 0 due never got 10
            write 10000  => 10001..12001+1000; pipe 3000 due 800
            ack 10001    => 13001+1000; DISORDER
            ack 10001    => 14001+1000
            ack 10001    => 15001+1000
            ack 11001    => -; OPEN 3500/3500 pipe 5000 due 200 got 11
            ack 20001    => 16001+0
            """);
    }

    @Test
    @Rfc("6582:3.2")
    void partialAcknowledgementsOfOddLengthsWithoutSack() {
        counting().play("""
            write 40000  => 1..9001+1000; OPEN 10000/- pipe 10000 due 200
            +40 ack 1    => 10001+1000; DISORDER due 160
            ack 1        => 11001+1000
            ack 1        => 1+1000; RECOVERY 9000/5000 pipe 9000 due 200 lost 1 again 1
            ack 1        => -; 8000/5000 pipe 8000
            +40 ack 501  => -; 7750/5000 pipe 7500
            ack 501      => -; 7250/5000 pipe 6500
            +5 ack 2501  => 2501+500; 5000/5000 pipe 5500 lost 2 again 2 got 2 rate 29
            +5 ack 2801  => -; 6100/5000 pipe 5200
            +5 ack 12001 => 12001+1000 13001+1000; OPEN 2000/5000 pipe 2000 got 12 rate 111
            """);
    }

    @Test
    @Rfc("6582:3.2")
    void duplicatesAreNoMoreThanWhatIsInFlight() {
        counting().play("""
            write 2000   => 1+1000 1001+1000; OPEN 10000/- pipe 2000 due 200
            +40 ack 1    => -; DISORDER pipe 1000 due 160
            ack 1        => -
            ack 1        => 1+1000; RECOVERY 1000/2000 due 200 lost 1 again 1
            ack 1        => -; 2000/2000
            ack 1        => -
            +40 ack 1001 => 1001+1000; pipe 0 lost 2 again 2 got 1 rate 12
            +40 ack 2001 => -; OPEN due never got 2 rate 25
            """);
    }

    @Test
    @Rfc("3522:3.2")
    void acknowledgementOfTheFirstCopyUndoesTheRecovery() {
        timed().play("""
            write 40000                   => 1..8893+988; OPEN 9880/- pipe 9880 due 82
            +40 ack 1 sack 989..3953 ts 0 => 1+988; RECOVERY 7410/4940 pipe 6916 due 200 lost 1 again 1 got 3 rate 74
            +10 ack 3953 ts 39            => 9881..16797+988; OPEN 13832/- pipe 13832 due 82 undone 1 got 4 rate 24
            +40 ack 9881 ts 50            => 17785..28653+988; 19760/- pipe 19760 got 10 rate 109
            """);
    }

    @Test
    @Rfc("3522:3.2")
    void acknowledgementOfTheSecondCopyDoesNot() {
        timed().play("""
            write 40000                   => 1..8893+988; OPEN 9880/- pipe 9880 due 82
            +40 ack 1 sack 989..3953 ts 0 => 1+988; RECOVERY 7410/4940 pipe 6916 due 200 lost 1 again 1 got 3 rate 74
            +40 ack 3953 ts 40            => 3953..5929+988; 2964/4940 pipe 2964 lost 7 again 4 got 4 rate 24
            +40 ack 9881 ts 80            => 9881+988 10869+988; OPEN 1976/4940 pipe 1976 due 82 got 10 rate 148
            """);
    }

    @Test
    @Rfc("3522:3.2")
    void olderEchoThatAcknowledgesNothingNewUndoesNothing() {
        timed().play("""
            write 40000                      => 1..8893+988; OPEN 9880/- pipe 9880 due 82
            +40 ack 1 sack 989..3953 ts 0 => 1+988; RECOVERY 7410/4940 pipe 6916 due 200 lost 1 again 1 got 3 rate 74
            +10 ack 1 sack 989..4941 ts 0    => 9881+988; 6916/4940 due 190 got 4 rate 79
            +30 ack 989 sack 989..4941 ts 40 => 4941..6917+988; 3952/4940 pipe 3952 due 200 lost 6 again 4 got 5 rate 49
            """);
    }

    @Test
    @Rfc("3522:3.2")
    void timeoutThatWasTooShortIsUndoneAndNothingMoreIsSentAgain() {
        timed().play("""
            write 40000       => 1..8893+988; OPEN 9880/- pipe 9880 due 82
            deadline          => 9881+988; pipe 10868 due 200
            deadline          => 1+988; TIMEOUT 988/4940 pipe 988 due 400 lost 11 again 1
            +10 ack 989 ts 0  => 10869+988; OPEN 10868/- pipe 10868 due 82 undone 1 got 1 rate 3
            +10 ack 3953 ts 0 => 11857..16797+988; 13832/- pipe 13832 got 4 rate 13
            """);
    }

    /// The echo may be of another segment that was sent in the same tick.
    @Test
    @Rfc("8985:6.2")
    void acknowledgementSoonerThanAnyRoundTripIsOfTheFirstCopy() {
        timed().play("""
            write 40000                     => 1..8893+988; OPEN 9880/- pipe 9880 due 82
            +40 ack 1 sack 989..3953 ts 0   => 1+988; RECOVERY 7410/4940 pipe 6916 due 200 lost 1 again 1 got 3 rate 74
            +1 ack 3953 ts 40               => 9881+988; 6916/4940 got 4 rate 24
            """);
    }

    @Test
    @Rfc("2018:5")
    void blockThatBeginsWithinASegmentCoversTheNext() {
        sack().play("""
            write 40000               => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1501..4001 => 10001+1000 11001+1000; DISORDER due 10 got 2 rate 50
            +1 ack 1 sack 1501..4501  => -; due 9
            +1 ack 1 sack 1501..5001  => 1+1000; RECOVERY 8000/5000 pipe 8000 due 200 lost 2 again 1 got 3 rate 71
            """);
    }

    @Test
    @Rfc("2018:5")
    void blocksBelowAndBeyondAreIgnoredOneByOne() {
        sack().play("""
            write 10000                                => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1001 sack 1..2001 sack 5001..6001  => -; DISORDER 11000/- pipe 8000 due 10 got 2 rate 50
            ack 1001 sack 9001..10002 sack 9001..10001 => -; pipe 7000 got 3 rate 75
            ack 1001 sack 5001..4001 sack 6001..7001   => -; pipe 6000 late 1 by 4 got 4 rate 100
            """);
    }

    @Test
    void lastTextWithoutItsFinIsToldApart() {
        sack().play("""
            write 4500                => 1..3001+1000; OPEN 10000/- pipe 4000 due 82
            close                     => 4001+500F; pipe 4501
            +40 ack 1 sack 1001..4501 => 1+1000; RECOVERY 2250/2250 pipe 1001 due 200 lost 1 again 1 got 4 rate 87
            +40 ack 4501              => 4501+0F; pipe 1 lost 2 again 2 got 5
            deadline                  => 4501+0F; TIMEOUT 1000/2000 due 400 lost 3 again 3
            +40 ack 4502              => -; OPEN pipe 0 due never got 6
            """);
    }

    @Test
    void lastTextWithItsFinIsOne() {
        sack().play("""
            write 5000                => 1..4001+1000; OPEN 10000/- pipe 5000 due 82
            close                     => 5001+0F; pipe 5001
            +40 ack 1 sack 1001..5002 => 1+1000; RECOVERY 2500/2500 pipe 1000 due 200 lost 1 again 1 got 5 rate 100
            +40 ack 5002              => -; OPEN 2000/2500 pipe 0 due never got 6
            """);
    }

    @Test
    @Rfc("8985:6.2")
    void oneSegmentLateIsWaitedForAndThenTheWindowIsLedDown() {
        sack().play("""
            write 40000               => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..2001 => 10001+1000; DISORDER due 10 got 1 rate 25
            deadline                  => 1+1000; RECOVERY 10000/5000 due 200 lost 1 again 1
            +30 ack 2001              => -; 9000/5000 pipe 9000 got 2 rate 20
            +1 ack 5001               => 11001+1000; 7000/5000 pipe 7000 got 5 rate 61
            +1 ack 11001              => 12001+1000; OPEN 2000/5000 pipe 2000 due 82 got 11 rate 238
            """);
    }

    @Test
    @Rfc("6298:5")
    void timeoutSendsOneSegmentAndGoesOnAsTheWindowOpens() {
        sack().play("""
            write 10000   => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            deadline      => 9001+1000; due 200 again 1
            deadline      => 1+1000; TIMEOUT 1000/5000 pipe 1000 due 400 lost 10 again 2
            deadline      => 1+1000; due 800 lost 11 again 3
            +1 ack 1001   => 1001+1000 2001+1000; 2000/5000 pipe 2000 again 5 got 1 rate 1
            ack 3001      => 3001..6001+1000; 4000/5000 pipe 4000 again 9 got 3 rate 2000
            ack 10001     => -; OPEN 5000/5000 pipe 0 due never got 10
            write 1000    => 10001+1000; pipe 1000 due 280
            +40 ack 11001 => -; pipe 0 due never got 11
            """);
    }

    @Test
    @Rfc("8985:6.3")
    void timeoutTakesForLostOnlyWhatIsOverdue() {
        Steps.over(plain().tailLossProbe(false).noDelay(true).build(), true).play("""
            write 5000                                  => 1..4001+1000; OPEN 10000/- pipe 5000 due 200
            +40 ack 1001 sack 2001..3001                => -; DISORDER pipe 3000 due 10 got 2 rate 50
            write 3000                                  => 5001..7001+1000; pipe 6000
            +5 ack 1001 sack 2001..3001 sack 6001..7001
                => 1001+1000; RECOVERY 3000/3500 pipe 3000 due 1.25 lost 3 again 1 got 3
            deadline                                    => 3001+1000; due 198.75 lost 4 again 2
            deadline => 1001+1000; TIMEOUT 1000/2000 pipe 1000 due 400 lost 7 again 3
            +40 ack 8001                                => -; OPEN 2000/2000 pipe 0 due never late 1 by 3 got 8
            """);
    }

    @Test
    @Rfc("6675:5.1")
    void byCountTimeoutTakesEverythingForLost() {
        Steps.over(plain().lossByTime(false).tailLossProbe(false).build(), true).play("""
            write 5000                   => 1..4001+1000; OPEN 10000/- pipe 5000 due 200
            +40 ack 1 sack 2001..3001    => -; DISORDER pipe 4000 due 160 got 1 rate 25
            write 1000                   => 5001+1000; pipe 5000
            deadline                     => 1+1000; TIMEOUT 1000/3000 pipe 1000 due 400 lost 5 again 1
            +40 ack 1001 sack 2001..3001 => 1001+1000 3001+1000; 2000/3000 pipe 2000 again 3 got 2
            +40 ack 6001                 => -; OPEN 3000/3000 pipe 0 due never got 6 rate 100
            """);
    }

    @Test
    @Rfc("6675:4")
    void byCountEverythingThatTwoSegmentsLieAboveIsLost() {
        Steps.over(plain().lossByTime(false).tailLossProbe(false).build(), true).play("""
            write 40000                                               => 1..9001+1000; OPEN 10000/- pipe 10000 due 200
            +40 ack 1 sack 2001..3001 sack 4001..5001 => 10001+1000 11001+1000; DISORDER due 160 got 2 rate 50
            ack 1 sack 2001..3001 sack 4001..5001 sack 6001..6501     => -
            ack 1 sack 2001..3001 sack 4001..5001 sack 6001..7001
                => 1+1000; RECOVERY 8000/5000 pipe 8000 due 200 lost 2 again 1 got 3 rate 75
            +10 ack 1 sack 2001..3001 sack 4001..5001 sack 6001..8001
                => -; 6000/5000 pipe 6000 due 190 lost 3 got 4 rate 80
            +10 ack 1 sack 2001..3001 sack 4001..5001 sack 6001..9001
                => 1001+1000; 5000/5000 pipe 5000 due 180 lost 4 again 2 got 5 rate 83
            +40 ack 9001 => 12001+1000 13001+1000; due 200 late 1 by 6 got 9 rate 66
            +40 ack 12001 => 14001+1000; OPEN 3000/5000 pipe 3000 got 12 rate 100
            """);
    }

    /// Without SACK nobody knows what had arrived before.
    @Test
    @Rfc("3465:2.3")
    void afterATimeoutWithoutSackOneSegmentOpensTheWindow() {
        counting().play("""
            write 30000      => 1..9001+1000; OPEN 10000/- pipe 10000 due 200
            deadline         => 1+1000; TIMEOUT 1000/5000 pipe 1000 due 400 lost 10 again 1
            +40 ack 10001    => 10001+1000 11001+1000; OPEN 2000/5000 pipe 2000 got 10 rate 41
            """);
    }

    /// The peer has reported all but one segment long ago: that the one is there lets out two.
    @Test
    @Rfc({"5681:3.1", "3465:2.3"})
    void afterATimeoutOnlyWhatArrivesOpensTheWindow() {
        sack().play("""
            write 30000                 => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..10001  => 1+1000 10001..13001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 1 again 1 got 9 rate 225
            deadline                    => 1+1000; TIMEOUT 1000/2500 pipe 1000 due 400 lost 6 again 2
            +40 ack 10001               => 10001+1000 11001+1000; 2000/2500 pipe 2000 again 4 got 10 rate 4
            """);
    }

    @Test
    @Rfc("3168:6.1.2")
    void marksLeadTheWindowDownOnceInARoundTrip() {
        marking().play("""
            write 60000       => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 2001 ece  => 10001+1000 CWR; REDUCED 9000/5000 pipe 9000 got 2 rate 50
            ack 4001 ece      => 11001+1000; 8000/5000 pipe 8000 got 4 rate 100
            ack 6001 ece      => 12001+1000; 7000/5000 pipe 7000 got 6 rate 150
            ack 8001          => -; 5000/5000 pipe 5000 got 8 rate 200
            ack 10001         => 13001+1000 14001+1000; OPEN got 10 rate 250
            +40 ack 12001 ece => 15001+1000 CWR; REDUCED 4000/2500 pipe 4000 got 12 rate 200
            ack 14001         => -; 2500/2500 pipe 2000 got 14 rate 100
            """);
    }

    @Test
    @Rfc("3168:6.1.2")
    void lossAfterAMarkReducesNoFurther() {
        marking().play("""
            write 60000              => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 2001 ece         => 10001+1000 CWR; REDUCED 9000/5000 pipe 9000 got 2 rate 50
            ack 2001 sack 4001..7001 => 2001+1000; RECOVERY 5000/5000 pipe 5000 due 200 lost 2 again 1 got 5 rate 125
            +40 ack 10001            => 11001..14001+1000; late 1 by 4 got 10
            +40 ack 14001            => 15001+1000; OPEN 2000/5000 pipe 2000 due 82 got 14 rate 100
            """);
    }

    @Test
    @Rfc("3168:6.1.2")
    void timeoutIsToldToThePeerThatMarks() {
        marking().play("""
            write 10000 => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            deadline    => 9001+1000; due 200 again 1
            deadline    => 1+1000; TIMEOUT 1000/5000 pipe 1000 due 400 lost 10 again 2
            +1 ack 1001 => 1001+1000 2001+1000; 2000/5000 pipe 2000 again 4 got 1 rate 3
            ack 10001   => -; OPEN 5000/5000 pipe 0 due never got 10
            write 1000  => 10001+1000 CWR; pipe 1000 due 280
            """);
    }

    @Test
    void windowThatClosesSendsEverythingAgainWhenItOpens() {
        sack().play("""
            write 40000            => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1001 win 0     => -; 11000/- pipe 9000 due 200 got 1 rate 25
            +10 ack 1001 win 0     => -; due 190
            deadline               => 1001+1; TIMEOUT pipe 0 due 400
            +10 ack 1001 win 65535 => 1001..11001+1000; pipe 11000 due 200 again 9
            +40 ack 10001          => 12001..29001+1000; OPEN 20000/- pipe 20000 due 82 got 10 rate 36
            +40 ack 14001          => 30001..37001+1000; 24000/- pipe 24000 due 92 got 14 rate 100
            """);
    }

    @Test
    void windowThatClosesStopsWhatWaitsForReordering() {
        sack().play("""
            write 40000                        => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..2001          => 10001+1000; DISORDER due 10 got 1 rate 25
            +1 ack 1 win 0 sack 1001..2001     => -; due 200
            deadline                           => 1+1; TIMEOUT pipe 0 due 400
            +1 ack 1 win 65535 sack 1001..2001 => 1+1000 2001..10001+1000; pipe 10000 due 200 again 10
            +40 ack 11001                      => 11001..30001+1000; OPEN 20000/- pipe 20000 due 82 got 11 rate 41
            """);
    }

    @Test
    @Rfc("8985:6.2")
    void segmentsThatOvertakeEachOtherAreCountedAndWaitedFor() {
        sack().play("""
            write 40000                                 => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 4001..5001                   => 10001+1000; DISORDER due 10 got 1 rate 25
            +5 ack 1001 sack 4001..5001 => 11001+1000 12001+1000; 11000/- pipe 11000 late 1 by 5 got 2 rate 44
            +2 ack 1001 sack 2001..3001 sack 4001..5001 => 13001+1000; late 2 got 3 rate 63
            +5 ack 5001 => 14001..19001+1000; OPEN 15000/- pipe 15000 due 83.25 late 3 got 5 rate 96
            +5 ack 8001                                 => 20001..25001+1000; 18000/- pipe 18000 got 8 rate 140
            deadline                                    => 26001+1000; pipe 19000 due 200
            """);
    }

    /// A segment without the option is taken all the same, but proves nothing.
    @Test
    @Rfc("3522:3.2")
    void acknowledgementWithoutATimestampUndoesNothing() {
        sack().play("""
            write 40000               => 1..9001+1000; OPEN 10000/- pipe 10000 due 82
            +40 ack 1 sack 1001..4001 => 1+1000; RECOVERY 7500/5000 pipe 7000 due 200 lost 1 again 1 got 3 rate 75
            +10 ack 4001 ts 0         => 10001+1000; 7000/5000 got 4 rate 25
            +40 ack 10001             => 11001+1000; OPEN 2000/5000 pipe 2000 due 82 got 10 rate 111
            """);
    }
}
