package dev.levee.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
    @ParameterizedTest
    @ValueSource(longs = {64, 4_096, 128 << 10, 2 << 20, (8 << 20) + 64, 40 << 20})
    void memoryIsZeroAlignedAndAsLargeAsWasAskedFor(long bytes) {
        var memory = Pages.allocate(bytes);
        assertThat(memory.byteSize()).isEqualTo(bytes);
        assertThat(memory.address() % 64).isZero();
        for (long at = 0; at + 8 <= bytes; at += 4_088) {
            assertThat(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at)).isZero();
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at, at + 1);
        }
        for (long at = 0; at + 8 <= bytes; at += 4_088) {
            assertThat(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at)).isEqualTo(at + 1);
        }
    }
}
