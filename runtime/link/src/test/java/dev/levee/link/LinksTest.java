package dev.levee.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.levee.wire.Cidr;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinksTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "tun", "tap", "TUN:x", "TAP:x", "levee0", "memory:a"})
    void whatIsNoLinkIsRefusedWithOneSentence(String text) {
        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(() -> Links.open(text, List.of()))
                .withMessage(
                        "'" + text
                                + "' is no link; use tun:NAME, for example tun:levee0, or tap:NAME or packet:NAME for Ethernet");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a/b",
                "a b",
                "a:b",
                "tun%d",
                "sixteen-letters-",
                "levée",
                "a\tb",
                "a\0b",
                "a\u007f"
            })
    void whatIsNoDeviceNameIsRefusedWithOneSentence(String name) {
        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(() -> Links.open("tun:" + name, List.of()))
                .withMessage("'" + name
                        + "' cannot be the name of a network device; use 1 to 15 letters, digits, '-', '_' or '.'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "levee0", "...", "fifteen-letters", "a_b.c-1"})
    void whatTheKernelTakesIsAName(String name) {
        assertThat(TunSettings.tun(name, 0, List.of()).name()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"-1, false", "0, true", "67, false", "68, true", "65535, true", "65536, false"})
    void theMtuHasLimits(int mtu, boolean allowed) {
        if (allowed) {
            assertThat(TunSettings.tun("x", mtu, List.of()).mtu()).isEqualTo(mtu);
        } else {
            assertThatIllegalArgumentException().isThrownBy(() -> TunSettings.tun("x", mtu, List.of()));
        }
    }

    /// An Ethernet frame and its header have 65,535 octets together.
    @ParameterizedTest
    @CsvSource({"67, false", "68, true", "65521, true", "65522, false"})
    void theMtuOfATapDeviceLeavesRoomForTheHeader(int mtu, boolean allowed) {
        if (allowed) {
            assertThat(TunSettings.tap("x", mtu, List.of()).mtu()).isEqualTo(mtu);
        } else {
            assertThatIllegalArgumentException().isThrownBy(() -> TunSettings.tap("x", mtu, List.of()));
        }
    }

    @Test
    void ipv6NeedsItsSmallestMtu() {
        var v6 = List.of(Cidr.parse("2001:db8::1/64"));
        assertThat(TunSettings.tun("x", 1280, v6).kernelAddresses()).isEqualTo(v6);
        assertThatIllegalArgumentException().isThrownBy(() -> TunSettings.tun("x", 1279, v6));
    }
}
