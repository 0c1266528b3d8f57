package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.app.Machine.TunDevice;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DoctorTest {
    private static final String ROOT = "Name:\tjava\nCapInh:\t0000000000000000\nCapEff:\t000001ffffffffff\n";
    private static final String NOBODY = "CapEff:\t0000000000000000\n";

    private static Machine machine(int java, TunDevice tun, String procStatus) {
        return new Machine(true, java, "java", tun, procStatus, List.of());
    }

    private static List<String> missing(Machine machine) {
        return Doctor.examine(machine).stream()
                .filter(check -> check.needed() && !check.ok())
                .map(Doctor.Check::name)
                .toList();
    }

    @Test
    void rootOnLinuxLacksNothing() {
        assertThat(missing(machine(25, TunDevice.OPENS, ROOT))).isEmpty();
    }

    @Test
    void anybodyElseMayNotMakeDevices() {
        assertThat(missing(machine(25, TunDevice.OPENS, NOBODY))).containsExactly("CAP_NET_ADMIN");
    }

    @Test
    void anOldJavaIsMissing() {
        assertThat(missing(machine(24, TunDevice.OPENS, ROOT))).containsExactly("Java");
    }

    @ParameterizedTest
    @EnumSource(names = {"DENIED", "ABSENT"})
    void tunDevicesThatDoNotOpenAreMissing(TunDevice tun) {
        assertThat(missing(machine(25, tun, ROOT))).containsExactly("TUN and TAP devices");
    }

    @Test
    void everythingMissingComesWithAdvice() {
        var elsewhere = new Machine(false, 17, "java", TunDevice.ABSENT, "", List.of());
        assertThat(Doctor.examine(elsewhere))
                .allSatisfy(check -> assertThat(check.ok()).isFalse())
                .allSatisfy(check -> assertThat(check.advice()).isNotBlank());
    }

    @Test
    void capabilitiesAreHexadecimalBits() {
        assertThat(Doctor.effectiveCapabilities("CapEff:\t00000000a80425fb\n")).isEqualTo(0xa80425fbL);
        assertThat(Doctor.effectiveCapabilities("CapEff:\tffffffffffffffff")).isEqualTo(-1);
        assertThat(Doctor.effectiveCapabilities("CapEff:\tnonsense\n")).isZero();
        assertThat(Doctor.effectiveCapabilities("")).isZero();
    }
}
