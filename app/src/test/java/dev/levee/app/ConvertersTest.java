package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConvertersTest {
    @ParameterizedTest
    @CsvSource({"3, 3000000000", "0.5, 500000000", "0.000000001, 1", "1000000, 1000000000000000"})
    void secondsAreDecimal(String text, long nanos) {
        assertThat(new Seconds().convert(text).toNanos()).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0.0", "-1", "1e3", "3s", ".5", "1000001", "99999999"})
    void otherTimesAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Seconds().convert(text));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1000, 1000", "64k, 65536", "4M, 4194304", "1g, 1073741824"})
    void sizesHaveBinaryUnits(String text, long bytes) {
        assertThat(new Size().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "-1", "1.5m", "1t", "1mb", "9999999999999"})
    void otherSizesAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Size().convert(text));
    }
}
