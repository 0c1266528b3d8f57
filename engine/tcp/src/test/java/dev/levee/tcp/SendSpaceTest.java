package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Streams longer than the sequence space: the SYN's number comes again and is an octet of text then.
class SendSpaceTest {
    private static final int ISS = 0xFFFF_FF00;
    private static final long SPACE = 1L << 32;

    private static SendSpace after(long acked, long written) {
        var snd = new SendSpace();
        snd.iss = ISS;
        snd.synAcked = true;
        snd.acked = acked;
        snd.written = written;
        snd.sndUna = ISS + 1 + (int) acked;
        snd.sndMax = snd.sndUna;
        return snd;
    }

    @Test
    void positionsAndCountsAreRightAroundEveryWrap() {
        for (long wrap = 0; wrap <= 3; wrap++) {
            for (long acked = wrap * SPACE - 3; acked <= wrap * SPACE + 3; acked++) {
                if (acked < 0) {
                    continue;
                }
                var snd = after(acked, acked + 5000);
                assertThat(snd.unsent()).as("acked " + acked).isEqualTo(5000);
                assertThat(snd.positionOf(snd.sndUna)).as("acked " + acked).isEqualTo(acked);
                assertThat(snd.positionOf(snd.sndUna + 1000))
                        .as("acked " + acked)
                        .isEqualTo(acked + 1000);
                snd.sndMax += 4999;
                assertThat(snd.unsent()).as("acked " + acked).isEqualTo(1);
            }
        }
    }

    @Test
    void beforeTheSynIsAcknowledgedTextComesBehindIt() {
        var snd = new SendSpace();
        snd.iss = ISS;
        snd.sndUna = ISS;
        snd.sndMax = ISS;
        snd.written = 10;
        assertThat(snd.unsent()).isEqualTo(10);
        assertThat(snd.positionOf(ISS + 1)).isZero();
    }
}
