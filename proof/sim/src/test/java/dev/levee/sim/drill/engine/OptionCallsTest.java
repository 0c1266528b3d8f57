package dev.levee.sim.drill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.system.Request;
import dev.levee.wire.TcpFlags;
import org.junit.jupiter.api.Test;

/// Socket options: what is kept, what is carried out, and what is not offered.
class OptionCallsTest {
    private static final int SOCKET = 1;
    private static final int IP = 0;
    private static final int TCP = 6;
    private static final int FREEBSD_SOCKET = 0xffff;

    private final Drill drill = Drill.linux();
    private final int socket = drill.socket();

    private String set(int level, int name, int value) {
        return drill.outcome(drill.set(socket, level, name, value));
    }

    @Test
    void factsCanBeRead() {
        assertThat(drill.get(socket, SOCKET, 3)).as("SO_TYPE").isEqualTo(1);
        assertThat(drill.get(socket, SOCKET, 38)).as("SO_PROTOCOL").isEqualTo(6);
        assertThat(drill.get(socket, SOCKET, 39)).as("SO_DOMAIN").isEqualTo(2);
        assertThat(drill.get(socket, SOCKET, 30)).as("SO_ACCEPTCONN").isZero();
        assertThat(drill.get(drill.listener(1), SOCKET, 30)).isEqualTo(1);
        assertThat(set(SOCKET, 3, 1)).isEqualTo("ENOPROTOOPT");
    }

    @Test
    void linuxDoublesBuffers() {
        assertThat(set(SOCKET, 8, 21_000)).isEqualTo("0");
        assertThat(drill.get(socket, SOCKET, 8)).isEqualTo(42_000);
        assertThat(set(SOCKET, 7, 1)).isEqualTo("0");
        assertThat(drill.get(socket, SOCKET, 7)).isEqualTo(4608);
    }

    @Test
    void freebsdRoundsTheReceiveBufferUpToSegments() {
        var freebsd = Drill.freebsd();
        int listener = freebsd.listener(1);
        assertThat(freebsd.get(listener, FREEBSD_SOCKET, 0x1002)).isEqualTo(65_536);
        freebsd.send(0, 0, TcpFlags.SYN, 0, writer -> writer.mss(1440));
        freebsd.next();
        freebsd.send(1, 1, TcpFlags.ACK, 0);
        int accepted = (int) freebsd.call(new Request.Accept(listener)).value();

        assertThat(freebsd.get(accepted, FREEBSD_SOCKET, 0x1002)).isEqualTo(66_240);
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThat(set(TCP, 4, 0)).as("TCP_KEEPIDLE").isEqualTo("EINVAL");
        assertThat(set(TCP, 6, 128)).as("TCP_KEEPCNT").isEqualTo("EINVAL");
        assertThat(set(TCP, 2, 1)).as("TCP_MAXSEG").isEqualTo("EINVAL");
        assertThat(set(IP, 2, 256)).as("IP_TTL").isEqualTo("EINVAL");
        assertThat(drill.outcome(new Request.SetOption(socket, SOCKET, 2, new byte[1])))
                .isEqualTo("EINVAL");
    }

    @Test
    void unknownOptionsAndLevelsAreRefused() {
        assertThat(set(TCP, 250, 1)).isEqualTo("ENOPROTOOPT");
        assertThat(set(99, 1, 1)).isEqualTo("ENOPROTOOPT");
        assertThat(drill.outcome(new Request.GetOption(socket, SOCKET, 2, -1))).isEqualTo("EINVAL");
    }

    @Test
    void fastOpenIsAskedForBeforeTheSocketConnects() {
        assertThat(set(TCP, 23, 5)).as("TCP_FASTOPEN").isEqualTo("0");
        assertThat(set(TCP, 23, -1)).isEqualTo("EINVAL");
        assertThat(set(TCP, 30, 1)).as("TCP_FASTOPEN_CONNECT").isEqualTo("0");
        assertThat(set(TCP, 30, 2)).isEqualTo("EINVAL");
        assertThat(set(TCP, 34, 1)).as("TCP_FASTOPEN_NO_COOKIE").isEqualTo("0");
        assertThat(set(TCP, 34, 2)).isEqualTo("EINVAL");
        for (int octets : new int[] {0, 3, 16, 17, 32, 33}) {
            assertThat(drill.outcome(new Request.SetOption(socket, TCP, 33, new byte[octets])))
                    .as("TCP_FASTOPEN_KEY of %d octets", octets)
                    .isEqualTo(octets == 16 || octets == 32 ? "0" : "EINVAL");
        }
    }

    @Test
    void whatTheEngineLacksIsSaidByName() {
        assertThat(drill.call(drill.set(socket, TCP, 14, 5)).unsupported()).contains("TCP_MD5SIG");
        assertThat(drill.call(drill.set(socket, SOCKET, 60, 1)).unsupported()).contains("SO_ZEROCOPY");
        assertThat(drill.call(drill.set(socket, TCP, 6, 1)).unsupported()).contains("TCP_KEEPCNT of 1");
        assertThat(drill.outcome(drill.set(socket, SOCKET, 60, 0)))
                .as("switching off what is off")
                .isEqualTo("0");
        assertThat(drill.get(socket, TCP, 4)).as("TCP_KEEPIDLE").isEqualTo(7200);
    }

    @Test
    void lingerIsReadBack() {
        var value = new byte[] {1, 0, 0, 0, 5, 0, 0, 0};
        assertThat(drill.call(new Request.GetOption(socket, SOCKET, 13, 8)).octets())
                .containsOnly(0);
        drill.outcome(new Request.SetOption(socket, SOCKET, 13, value));
        assertThat(drill.call(new Request.GetOption(socket, SOCKET, 13, 8)).octets())
                .isEqualTo(value);
    }

    @Test
    void aMaximumSegmentIsOffered() {
        assertThat(set(TCP, 2, 1100)).isEqualTo("0");
        drill.nonBlocking(socket);
        drill.outcome(new Request.Connect(socket, drill.remote()));
        drill.next();

        assertThat(drill.options).startsWith(2, 4, 1100 >> 8, 1100 & 0xff);
    }

    @Test
    void corkAndNoDelayAreCarriedOutOnAnOpenConnection() {
        int open = drill.established(drill.listener(1));
        assertThat(drill.outcome(drill.set(open, TCP, 3, 1))).isEqualTo("0");
        drill.outcome(Drill.write(open, 40));
        drill.silence(10);
        assertThat(drill.outcome(drill.set(open, TCP, 3, 0))).isEqualTo("0");

        assertThat(drill.next()).startsWith("P. 1:41(40)");
        assertThat(drill.outcome(drill.set(open, TCP, 1, 1))).isEqualTo("0");
        drill.outcome(Drill.write(open, 10));
        assertThat(drill.next()).startsWith("P. 41:51(10)");
        assertThat(drill.get(open, TCP, 1)).isEqualTo(1);
    }

    @Test
    void optionsOfAListenerAreInherited() {
        int listener = drill.listener(1);
        drill.outcome(drill.set(listener, TCP, 1, 1));
        int accepted = drill.established(listener);

        assertThat(drill.get(accepted, TCP, 1)).isEqualTo(1);
        drill.outcome(Drill.write(accepted, 10));
        assertThat(drill.next()).startsWith("P. 1:11(10)");
        drill.outcome(Drill.write(accepted, 10));
        assertThat(drill.next()).startsWith("P. 11:21(10)");
    }
}
