package dev.levee.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.app.http.ByteRange.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=0-9, 0, 10",
        "bytes=0-10, 0, 10",
        "bytes=9-9, 9, 1",
        "bytes=9-, 9, 1",
        "bytes=3-5, 3, 3",
        "BYTES=3-5, 3, 3",
        "bytes=-1, 9, 1",
        "bytes=-10, 0, 10",
        "bytes=-11, 0, 10",
        "bytes=0-99999999999999999999999, 0, 10",
        "bytes=-99999999999999999999999, 0, 10",
    })
    void partsOfTenOctets(String header, long first, long length) {
        assertThat(ByteRange.of(header, 10)).isEqualTo(new ByteRange(Kind.PART, first, length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999999-"})
    void partsBehindTheEndAreUnsatisfiable(String header) {
        assertThat(ByteRange.of(header, 10).kind()).isEqualTo(Kind.UNSATISFIABLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=",
                "bytes=-",
                "bytes=5-3",
                "bytes=a-b",
                "bytes=1-b",
                "bytes=0-1,3-4",
                "lines=1-2",
                "bytes 1-2",
                "bytes=+1-2",
                "bytes=--1"
            })
    void whatIsNoSingleRangeIsIgnored(String header) {
        assertThat(ByteRange.of(header, 10)).isEqualTo(new ByteRange(Kind.WHOLE, 0, 10));
    }

    @Test
    void anEmptyFileHasNoParts() {
        assertThat(ByteRange.of("bytes=0-", 0).kind()).isEqualTo(Kind.UNSATISFIABLE);
        assertThat(ByteRange.of("bytes=-5", 0).kind()).isEqualTo(Kind.UNSATISFIABLE);
        assertThat(ByteRange.of(null, 0).kind()).isEqualTo(Kind.WHOLE);
    }

    @Test
    void contentRangesSayWhatIsSent() {
        assertThat(ByteRange.of("bytes=3-5", 10).contentRange(10)).isEqualTo("bytes 3-5/10");
        assertThat(ByteRange.of("bytes=10-", 10).contentRange(10)).isEqualTo("bytes */10");
    }
}
