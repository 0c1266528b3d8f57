package dev.levee.sim.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.sim.drill.Shell.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellTest {
    @Test
    void severalSettingsOnOneLineAreSeveralSettings() throws Exception {
        assertThat(Shell.parse("sysctl -q -w net.ipv4.tcp_sack=1 net.ipv4.tcp_ecn=0"))
                .containsExactly(new Step.Assign("net.ipv4.tcp_sack", "1"), new Step.Assign("net.ipv4.tcp_ecn", "0"));
    }

    @Test
    void quotedTriplesAndArithmeticAreValues() throws Exception {
        assertThat(Shell.parse("sysctl -q net.ipv4.tcp_wmem=\"4096 $((256*1024))  4194304\""))
                .containsExactly(new Step.Assign("net.ipv4.tcp_wmem", "4096 262144 4194304"));
    }

    @Test
    void namesWithSlashesAreNamesWithDots() throws Exception {
        assertThat(Shell.parse("sysctl -e -q net/ipv4/tcp_pacing_ss_ratio=100"))
                .containsExactly(new Step.Assign("net.ipv4.tcp_pacing_ss_ratio", "100"));
    }

    @Test
    void filesOfTheKernelAreSettings() throws Exception {
        assertThat(Shell.parse("../common/set_sysctls.py \\\n /proc/sys/net/ipv4/tcp_timestamps=0 \\\n"
                        + " /proc/sys/net/ipv4/tcp_wmem=\"4096 5000 6000\""))
                .containsExactly(
                        new Step.Assign("net.ipv4.tcp_timestamps", "0"),
                        new Step.Assign("net.ipv4.tcp_wmem", "4096 5000 6000"));
    }

    @Test
    void theSuitesDefaultsAreATableAndLaterSettingsStandBehindThem() throws Exception {
        var steps = Shell.parse("../../common/defaults.sh\nsysctl -q net.ipv4.tcp_sack=0");
        assertThat(steps).contains(new Step.Assign("net.ipv4.tcp_rmem", "4096 540000 15728640"));
        assertThat(steps.getLast()).isEqualTo(new Step.Assign("net.ipv4.tcp_sack", "0"));
    }

    @Test
    void linesThatAskForAStateCountConnections() throws Exception {
        assertThat(Shell.parse("sockstat -4 -P tcp -p 8080 -s | grep -c SYN_RCVD | grep 1"))
                .containsExactly(new Step.Count("SYN-RECEIVED", 8080, "1"));
        assertThat(Shell.parse("sockstat -6 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 0"))
                .containsExactly(new Step.Count("TIME-WAIT", 0, "0"));
        assertThat(Shell.parse("ss -Htan state fin-wait-2 | wc -l | grep 2"))
                .containsExactly(new Step.Count("FIN-WAIT-2", 0, "2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/tmp/sysctl_restore_${PPID}.sh",
                "# nothing but a comment",
                "sysctl net.ipv4.tcp_sack",
            })
    void whatChangesNothingHereIsNothing(String line) throws Exception {
        assertThat(Shell.parse(line)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip tcp_metrics flush all > /dev/null 2>&1",
                "ethtool -K tun0 tso off gso off",
                "tc qdisc delete dev tun0 root 2>/dev/null",
            })
    void aTargetThatDoesNotKnowTheseCommandsNeedsThemNot(String line) throws Exception {
        assertThat(Shell.parse(line))
                .singleElement()
                .isInstanceOfSatisfying(
                        Step.Configure.class,
                        step -> assertThat(step.otherwise()).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tc qdisc replace dev tun0 root pfifo limit 0",
                "ip route change 192.0.2.1 via 192.168.0.2 dev tun0 mtu lock 640",
            })
    void aTargetThatDoesNotKnowTheseCommandsCannotRunTheScript(String line) throws Exception {
        assertThat(Shell.parse(line))
                .singleElement()
                .isInstanceOfSatisfying(
                        Step.Configure.class,
                        step -> assertThat(step.otherwise()).isNull());
    }

    @Test
    void theQueueOfTheDeviceIsASettingWhereNothingElseIsKnownAboutIt() throws Exception {
        assertThat(Shell.parse("tc qdisc replace dev tun0 root fq"))
                .singleElement()
                .isInstanceOfSatisfying(
                        Step.Configure.class,
                        step -> assertThat(step.otherwise())
                                .containsExactly(new Step.Assign("net.core.default_qdisc", "fq")));
    }

    @Test
    void anEchoIntoAModuleIsASettingOfTheModule() throws Exception {
        assertThat(Shell.parse("echo 3 > /sys/module/tcp_cubic/parameters/hystart_detect"))
                .containsExactly(new Step.Assign("tcp_cubic.hystart_detect", "3"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rm -rf /",
                "nstat | grep TcpExtOutOfWindowIcmps > /dev/null",
                "sockstat -4 -P tcp | grep -v TIME_WAIT | grep 1",
                "sockstat -4 -P tcp | grep -c TIME_WAIT",
                "echo 1 > /etc/passwd",
                "sysctl -q net.ipv4.tcp_sack=$((1 +))",
                "sleep 1 &",
            })
    void anyOtherCommandIsNotOfferedByName(String line) {
        assertThatThrownBy(() -> Shell.parse(line))
                .isInstanceOf(DrillSkip.class)
                .hasMessageContaining("not offered");
    }
}
