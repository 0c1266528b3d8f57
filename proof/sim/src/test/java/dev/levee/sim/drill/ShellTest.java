package dev.levee.sim.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.sim.drill.Shell.Family;
import dev.levee.sim.drill.Shell.Step;
import dev.levee.sim.drill.system.Setup.Mode;
import java.util.Arrays;
import java.util.List;
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
        asks("sockstat -4 -P tcp -p 8080 -s | grep -c SYN_RCVD | grep 1", "SYN-RECEIVED", 8080, Family.V4_PACKETS, "1");
        asks(
                "sockstat -6 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 0",
                "TIME-WAIT",
                0,
                Family.V6_PACKETS,
                "0");
        asks("sockstat -s -P tcp | grep -c TIME_WAIT", "TIME-WAIT", 0, Family.ANY, "");
        asks("ss -Htan state fin-wait-2 | wc -l | grep 2", "FIN-WAIT-2", 0, Family.ANY, "2");
        asks("ss -4Ht state established | wc -l | grep 1", "ESTABLISHED", 0, Family.V4_SOCKETS, "1");
        asks("ss -tan -6 | grep -c TIME-WAIT | grep 1", "TIME-WAIT", 0, Family.V6_SOCKETS, "1");
        asks("ss -tn | grep -q ESTAB", "ESTABLISHED", 0, Family.ANY, "");
        asks("netstat -tan | grep SYN_RECV", "SYN-RECEIVED", 0, Family.ANY, "");
    }

    private static void asks(String line, String state, int port, Family family, String digits) throws DrillSkip {
        assertThat(Shell.parse(line)).containsExactly(new Step.Count(state, port, family, digits));
    }

    /// Each would show something else than the state, or nothing, or asks for more than is understood.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sockstat -4 -P tcp | grep -c TIME_WAIT | grep 0",
                "sockstat -4 -P tcp -s | grep -c TIME-WAIT | grep 0",
                "sockstat -4 -P tcp -s | grep -c TIME_WIAT | grep 0",
                "sockstat -4 -P udp -s | grep -c TIME_WAIT | grep 0",
                "sockstat -4 -P tcp -l -s | grep -c TIME_WAIT | grep 0",
                "sockstat -4 -P tcp -s -p 80,81 | grep -c TIME_WAIT | grep 0",
                "sockstat -4 -P tcp -s | wc -l | grep 0",
                "sockstat -4 -P tcp -s | grep -c TIME_WAIT | grep -v 1",
                "sockstat -4 -P tcp -s | grep -c TIME_WAIT | grep 0 | grep 0",
                "sockstat -4 -P tcp -s | grep -c TIME_WAIT | grep 0 || true",
                "ss -tan state fin-wait-2 | wc -l | grep 1",
                "ss -Htan state fin-wait-2 | wc -l",
                "ss -Htan state fin-wait-2 | grep -c FIN-WAIT-2 | grep 0",
                "ss -Htan state established sport = :8080 | wc -l | grep 1",
                "ss -tn | grep -c TIME-WAIT | grep 0",
                "ss -an | grep -c ESTAB | grep 1",
                "ss -tan | grep -c TIME_WAIT | grep 0",
                "ss -tanp | grep packetdrill | grep -c ESTAB | grep 1",
                "netstat -tn | grep -c LISTEN | grep 0",
            })
    void aQuestionThatIsNotUnderstoodIsNotAnswered(String line) {
        assertThatThrownBy(() -> Shell.parse(line))
                .isInstanceOf(DrillSkip.class)
                .hasMessageContaining("not offered");
    }

    @Test
    void aQuestionIsAboutConnectionsOfOneFamily() {
        assertThat(modes(Family.ANY)).containsExactly(Mode.IPV4, Mode.IPV6, Mode.MAPPED);
        assertThat(modes(Family.V4_PACKETS)).containsExactly(Mode.IPV4, Mode.MAPPED);
        assertThat(modes(Family.V6_PACKETS)).containsExactly(Mode.IPV6);
        assertThat(modes(Family.V4_SOCKETS)).containsExactly(Mode.IPV4);
        assertThat(modes(Family.V6_SOCKETS)).containsExactly(Mode.IPV6, Mode.MAPPED);
    }

    private static List<Mode> modes(Family family) {
        return Arrays.stream(Mode.values()).filter(family::has).toList();
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
                "cat /proc/net/tcp | grep -c TIME_WAIT",
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
