package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeqTest {
    private static int number(String text) {
        return Integer.parseUnsignedInt(text, 16);
    }

    @ParameterizedTest
    @CsvSource({
        // a, b, octets from a to b
        "00000000,00000000,0",
        "00000000,00000001,1",
        "00000001,00000000,-1",
        "FFFFFFFF,00000000,1",
        "00000000,FFFFFFFF,-1",
        "FFFFFF00,00000100,512",
        "00000100,FFFFFF00,-512",
        "7FFFFFFF,80000000,1",
        "80000000,7FFFFFFF,-1",
        "7FFFFFFE,80000001,3",
        "00000000,7FFFFFFF,2147483647",
        "7FFFFFFF,00000000,-2147483647",
        "C0000000,00000000,1073741824",
        "FFFFFFFF,7FFFFFFE,2147483647",
        "12345678,12345678,0"
    })
    void orderFollowsTheShorterWayRound(String aText, String bText, int octets) {
        int a = number(aText);
        int b = number(bText);
        assertThat(Seq.distance(a, b)).isEqualTo(octets);
        assertThat(Seq.lt(a, b)).isEqualTo(octets > 0);
        assertThat(Seq.le(a, b)).isEqualTo(octets >= 0);
        assertThat(Seq.gt(a, b)).isEqualTo(octets < 0);
        assertThat(Seq.ge(a, b)).isEqualTo(octets <= 0);
        assertThat(Seq.max(a, b)).isEqualTo(octets > 0 ? b : a);
        assertThat(Seq.min(a, b)).isEqualTo(octets > 0 ? a : b);
    }

    @ParameterizedTest
    @CsvSource({
        // seq, start, size, inside
        "00000005,00000005,0,false",
        "00000005,00000005,1,true",
        "00000006,00000005,1,false",
        "00000004,00000005,1,false",
        "FFFFFEFF,FFFFFF00,1024,false",
        "FFFFFF00,FFFFFF00,1024,true",
        "FFFFFFFF,FFFFFF00,1024,true",
        "00000000,FFFFFF00,1024,true",
        "000002FF,FFFFFF00,1024,true",
        "00000300,FFFFFF00,1024,false",
        "3FFFFFFF,00000000,1073741824,true",
        "40000000,00000000,1073741824,false",
        "80000000,00000000,1073741824,false"
    })
    void windowHoldsItsNumbersAcrossTheWrap(String seq, String start, int size, boolean inside) {
        assertThat(Seq.inWindow(number(seq), number(start), size)).isEqualTo(inside);
    }

    @ParameterizedTest
    @CsvSource({
        // seq, low, high, between
        "FFFFFF00,FFFFFF00,00000010,true",
        "00000010,FFFFFF00,00000010,true",
        "00000000,FFFFFF00,00000010,true",
        "00000011,FFFFFF00,00000010,false",
        "FFFFFEFF,FFFFFF00,00000010,false",
        "00000007,00000007,00000007,true",
        "00000008,00000007,00000007,false",
        "00000006,00000007,00000007,false"
    })
    void betweenTakesBothEnds(String seq, String low, String high, boolean between) {
        assertThat(Seq.between(number(seq), number(low), number(high))).isEqualTo(between);
    }

    @Test
    @Rfc("9293:MUST-1")
    void windowOfTheLargestScaledSizeIsNoNegativeNumber() {
        int start = Packets.ISS;
        int size = 65_535 << Segment.WINDOW_SCALE_MAX;
        assertThat(size).isPositive();
        assertThat(Seq.inWindow(start + size - 1, start, size)).isTrue();
        assertThat(Seq.inWindow(start + size, start, size)).isFalse();
    }
}
