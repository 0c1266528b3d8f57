package dev.levee.app.get;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressBarTest {
    @Test
    void halfIsHalf() {
        assertThat(ProgressBar.line(512, 1024, 1_000_000_000L))
                .isEqualTo("[###############...............]  50%  512 bytes of 1.00 KiB  0.0 MB/s");
    }

    @Test
    void onlyAllIsAHundredPercent() {
        assertThat(ProgressBar.line(999_999, 1_000_000, 1)).contains(" 99%");
        assertThat(ProgressBar.line(1_000_000, 1_000_000, 1)).contains("100%");
        assertThat(ProgressBar.line(0, 0, 0)).contains("100%");
    }

    @Test
    void unknownTotalsHaveNoBar() {
        assertThat(ProgressBar.line(5_000_000, -1, 1_000_000_000L)).isEqualTo("4.77 MiB  5.0 MB/s");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 bytes",
        "1, 1 byte",
        "1023, 1023 bytes",
        "1024, 1.00 KiB",
        "10240, 10.0 KiB",
        "1099511627776, 1.00 TiB"
    })
    void countsAreReadable(long bytes, String text) {
        assertThat(Bytes.text(bytes)).isEqualTo(text);
    }
}
