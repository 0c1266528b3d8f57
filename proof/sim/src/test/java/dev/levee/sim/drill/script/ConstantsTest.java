package dev.levee.sim.drill.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.system.Platform;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Two systems, the same names, other numbers.
class ConstantsTest {
    private static final Constants LINUX = Constants.of(Platform.LINUX);
    private static final Constants FREEBSD = Constants.of(Platform.FREEBSD);

    @ParameterizedTest
    @CsvSource({
        "SOL_SOCKET, 1, 65535", "SO_REUSEADDR, 2, 4", "SO_RCVBUF, 8, 4098", "AF_INET6, 10, 28",
        "O_NONBLOCK, 2048, 4", "TCP_FASTOPEN, 23, 1025", "TCP_KEEPIDLE, 4, 256", "ECONNRESET, 104, 54",
        "EAGAIN, 11, 35", "EWOULDBLOCK, 11, 35", "EINPROGRESS, 115, 36", "MSG_DONTWAIT, 64, 128",
        "IP_TTL, 2, 4", "TCPI_ESTABLISHED, 1, 4", "TCPI_OPT_ECN, 8, 8", "SHUT_WR, 1, 1"
    })
    void namesHaveTheSystemsNumbers(String name, long linux, long freeBsd) {
        assertThat(LINUX.value(name)).hasValue(linux);
        assertThat(FREEBSD.value(name)).hasValue(freeBsd);
    }

    @ParameterizedTest
    @CsvSource({
        "EPOLLET, 2147483648", "MSG_FASTOPEN, 536870912", "MSG_ZEROCOPY, 67108864", "TCP_CA_Recovery, 3",
        "TCP_INFINITE_SSTHRESH, 2147483647", "SIOCINQ, 21531", "TCP_NOTSENT_LOWAT, 25", "SO_ZEROCOPY, 60"
    })
    void linuxHasItsOwn(String name, long number) {
        assertThat(LINUX.value(name)).hasValue(number);
        assertThat(FREEBSD.value(name)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"TCP_NOOPT, 8", "TCP_REMOTE_UDP_ENCAPS_PORT, 71", "TCP_RACK_PACE_ALWAYS, 1055", "IPV6_USE_MIN_MTU, 42"})
    void freeBsdHasItsOwn(String name, long number) {
        assertThat(FREEBSD.value(name)).hasValue(number);
        assertThat(LINUX.value(name)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void errorsAreFoundBothWays(Platform platform) {
        var constants = Constants.of(platform);
        assertThat(constants.error(constants.value("ECONNREFUSED").orElseThrow()))
                .isEqualTo("ECONNREFUSED");
        assertThat(constants.error(constants.value("EWOULDBLOCK").orElseThrow()))
                .isEqualTo("EAGAIN");
        assertThat(constants.error(4711)).isEqualTo("4711");
        assertThat(constants.isError("ETIMEDOUT")).isTrue();
        assertThat(constants.isError("ETIMEOUT")).isFalse();
        assertThat(constants.isError("EPOLLIN")).isFalse();
        assertThat(constants.isError("SO_ERROR")).isFalse();
        assertThat(constants.sameError("EAGAIN", "EWOULDBLOCK")).isTrue();
        assertThat(constants.sameError("EAGAIN", "EINTR")).isFalse();
        assertThat(constants.sameError("ENONSENSE", "ENONSENSE")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"LINUX, 1, TCP_NODELAY", "FREEBSD, 1, TCP_NODELAY", "LINUX, 9999, 9999"})
    void optionsAreNamedByPrefix(Platform platform, long number, String name) {
        assertThat(Constants.of(platform).name("TCP_", number)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "2, MSG_PEEK", "66, MSG_PEEK|MSG_DONTWAIT", "4294967298, MSG_PEEK|0x100000000"})
    void bitsAreNamedOneByOne(long bits, String text) {
        assertThat(LINUX.flags("MSG_", bits)).isEqualTo(text);
    }
}
