package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.wire.Cidr;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelSideTest {
    private static List<Cidr> cidrs(String text) {
        return Arrays.stream(text.split(" ", -1)).map(Cidr::parse).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.0.2/24, 198.18.0.1/24",
        "198.18.0.1/24, 198.18.0.2/24",
        "198.18.0.1/24 198.18.0.2/24, 198.18.0.3/24",
        "198.18.0.2/24 2001:db8::2/64, 198.18.0.1/24 2001:db8::1/64",
        "198.18.0.2/31, 198.18.0.3/31",
        "2001:db8::ffff:2/112, 2001:db8::ffff:1/112",
    })
    void theKernelIsTheFirstOtherHost(String own, String kernel) throws Problem {
        assertThat(KernelSide.of(cidrs(own)).stream().map(Cidr::toString).collect(Collectors.joining(" ")))
                .isEqualTo(kernel);
    }

    @Test
    void aFullNetworkLeavesTheKernelNothing() {
        assertThatThrownBy(() -> KernelSide.of(cidrs("198.18.0.1/30 198.18.0.2/30")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("leaves the kernel no address");
    }
}
