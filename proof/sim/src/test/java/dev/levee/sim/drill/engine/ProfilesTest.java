package dev.levee.sim.drill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Target.Setting;
import dev.levee.wire.TcpFlags;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What the profiles and the settings of a script make the packets look like.
class ProfilesTest {
    private static String syn(Drill drill) {
        drill.outcome(new Request.Connect(drill.nonBlockingSocket(), drill.remote()));
        return drill.next();
    }

    private static String options(Drill drill) {
        return HexFormat.of().formatHex(drill.options);
    }

    @Test
    void linuxPutsTimestampsBeforeTheScale() {
        var drill = Drill.linux();
        drill.target.set("net.ipv4.tcp_rmem", "4096 540000 15728640");

        assertThat(syn(drill)).endsWith("win 65535");
        assertThat(options(drill)).startsWith("020405b4").endsWith("01030308").contains("080a");
    }

    @Test
    void freebsdPutsTheScaleBeforeTimestamps() {
        var drill = Drill.freebsd();

        assertThat(syn(drill)).endsWith("win 65535");
        assertThat(options(drill)).startsWith("020405b401030306").contains("080a");
    }

    @Test
    void freebsdsScaleFollowsTheLargestBuffer() {
        var drill = Drill.freebsd();
        assertThat(drill.target.set("kern.ipc.maxsockbuf", "73728")).isEqualTo(Setting.APPLIED);
        syn(drill);
        assertThat(options(drill)).startsWith("020405b401030301");

        assertThat(drill.target.set("kern.ipc.maxsockbuf", "4294967295")).isEqualTo(Setting.APPLIED);
        syn(drill);
        assertThat(options(drill)).startsWith("020405b40103030e");
    }

    @Test
    void optionsCanBeSwitchedOff() {
        var drill = Drill.linux();
        assertThat(drill.target.set("net.ipv4.tcp_timestamps", "0")).isEqualTo(Setting.APPLIED);
        assertThat(drill.target.set("net.ipv4.tcp_window_scaling", "0")).isEqualTo(Setting.APPLIED);
        assertThat(drill.target.set("net.ipv4.tcp_sack", "0")).isEqualTo(Setting.APPLIED);
        syn(drill);

        assertThat(options(drill)).isEqualTo("020405b4");
    }

    @Test
    void settingsAreCarriedOutNotedHarmlessOrUnknown() {
        var target = Drill.linux().target;

        assertThat(target.set("net.ipv4.tcp_rmem", "4096 540000 15728640")).isEqualTo(Setting.APPLIED);
        assertThat(target.set("net.ipv4.tcp_sack", "1")).isEqualTo(Setting.APPLIED);
        assertThat(target.set("net.ipv4.tcp_pacing_ss_ratio", "200")).isEqualTo(Setting.HARMLESS);
        assertThat(target.set("net.ipv4.tcp_of_next_year", "1")).isEqualTo(Setting.UNKNOWN);
        assertThat(target.set("net.ipv4.tcp_fin_timeout", "soon")).isEqualTo(Setting.UNKNOWN);
    }

    @Test
    void aValueThatTheEngineDoesNotTakeChangesNothing() {
        var drill = Drill.freebsd();
        assertThat(drill.target.set("net.inet.tcp.rexmit_initial", "100000000")).isEqualTo(Setting.UNKNOWN);

        assertThat(syn(drill)).startsWith("S 0:0(0)");
        assertThat(drill.next(1000)).startsWith("S 0:0(0)");
    }

    @Test
    void linuxGivesUpASynAfterItsRetries() {
        var drill = Drill.linux();
        drill.target.set("net.ipv4.tcp_syn_retries", "2");
        int socket = drill.socket();
        var connect = drill.begin(new Request.Connect(socket, drill.remote()));

        assertThat(drill.next()).startsWith("S 0:0(0)");
        assertThat(drill.next(1000)).startsWith("S 0:0(0)");
        assertThat(drill.next(1000)).startsWith("S 0:0(0)");
        drill.silence(2000);
        assertThat(Objects.requireNonNull(connect.result()).error()).isEqualTo("ETIMEDOUT");
    }

    @Test
    void linuxProbesAClosedWindowWithoutData() {
        var drill = Drill.linux();
        int socket = drill.established(drill.listener(1));
        drill.send(1, 1, TcpFlags.ACK, 0, writer -> writer.window(0));
        drill.outcome(Drill.write(socket, 100));

        assertThat(drill.next(300)).startsWith(". 0:0(0) ack 1");
    }

    @Test
    void freebsdProbesAClosedWindowWithAnOctet() {
        var drill = Drill.freebsd();
        int socket = drill.established(drill.listener(1));
        drill.send(1, 1, TcpFlags.ACK, 0, writer -> writer.window(0));
        drill.outcome(Drill.write(socket, 100));

        assertThat(drill.next(300)).startsWith(". 1:2(1) ack 1");
    }

    @Test
    void keepaliveTimesComeFromSettings() {
        var drill = Drill.freebsd();
        drill.target.set("net.inet.tcp.keepidle", "15000");
        drill.target.set("net.inet.tcp.keepcnt", "2");
        int socket = drill.socket();

        assertThat(drill.get(socket, 6, 256)).isEqualTo(15);
        assertThat(drill.get(socket, 6, 1024)).isEqualTo(2);
    }

    @Test
    void mappedSocketsSpeakIpv4() {
        var drill = Drill.mapped();
        int listener = drill.listener(1);

        drill.handshake();
        var from =
                Objects.requireNonNull(drill.call(new Request.Accept(listener)).from());

        assertThat(from.family()).isEqualTo(10);
        assertThat(from.address()).isEqualTo(Drill.REMOTE);
    }

    @Test
    void factsAboutAConnectionHaveTheSystemsNumbers() {
        var linux = Drill.linux();
        int socket = linux.established(linux.listener(1));
        assertThat(linux.target.info(socket, "tcpi_state")).isEqualTo(1);
        assertThat(linux.target.info(socket, "tcpi_snd_cwnd")).isEqualTo(10);
        assertThat(linux.target.info(socket, "tcpi_snd_mss")).isEqualTo(1000);
        assertThat(linux.target.info(socket, "tcpi_unacked")).isZero();
        assertThat(linux.target.info(socket, "tcpi_delivered")).isEqualTo(1);
        assertThat(linux.target.info(socket, "tcpi_rcv_space")).isNull();
        var freebsd = Drill.freebsd();
        assertThat(freebsd.target.info(freebsd.listener(1), "tcpi_state")).isEqualTo(1);
        assertThat(freebsd.target.info(freebsd.socket(), "tcpi_state")).isZero();
    }
}
