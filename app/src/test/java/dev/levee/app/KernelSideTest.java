package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
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
        assertThat(KernelSide.of(cidrs(own), List.of()).stream()
                        .map(Cidr::toString)
                        .collect(Collectors.joining(" ")))
                .isEqualTo(kernel);
    }

    /// A link's other end is the only one who can be a gateway there.
    @ParameterizedTest
    @CsvSource({
        "198.18.0.2/24, 198.18.0.254, 198.18.0.254/24",
        "198.18.0.2/24 2001:db8::2/64, 198.18.0.254, 198.18.0.254/24 2001:db8::1/64",
        "2001:db8::2/64, fe80::1, fe80::1/64 2001:db8::1/64",
        "198.18.0.2/24 2001:db8::2/64, 2001:db8::fe 198.18.0.1, 2001:db8::fe/64 198.18.0.1/24",
    })
    void theKernelIsTheGateway(String own, String gateways, String kernel) throws Problem {
        var addresses =
                Arrays.stream(gateways.split(" ", -1)).map(IpAddress::parse).toList();
        assertThat(KernelSide.of(cidrs(own), addresses).stream()
                        .map(Cidr::toString)
                        .collect(Collectors.joining(" ")))
                .isEqualTo(kernel);
    }

    @Test
    void aFullNetworkLeavesTheKernelNothing() {
        assertThatThrownBy(() -> KernelSide.of(cidrs("198.18.0.1/30 198.18.0.2/30"), List.of()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("leaves the kernel no address");
    }
}
