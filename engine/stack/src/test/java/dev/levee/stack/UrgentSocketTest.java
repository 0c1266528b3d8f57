package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.TcpConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// What sockets make of urgent data (RFC 6093 §3).
class UrgentSocketTest {
    private static final SocketOptions OUT_OF_BAND =
            new SocketOptions(TcpConfig.builder().urgentInLine(false).build(), SocketOptions.LINGER_OFF);

    private final Net net = new Net();
    private final MemorySegment octet = Arena.ofAuto().allocate(1);

    private static void writeUrgent(Net net, TcpSocket socket, String text) {
        var octets = MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.writeUrgent(net.now, octets, 0, text.length())).isEqualTo(text.length());
    }

    /// The reader of a connection on which `abc` and then `de` were written, `c` urgent.
    private TcpSocket reader(SocketOptions options) throws SocketException {
        var pair = net.pair(true, SocketOptions.DEFAULT, options);
        writeUrgent(net, pair[0], "abc");
        net.write(pair[0], "de");
        net.settle();
        return pair[1];
    }

    private char taken(TcpSocket socket, boolean keep) {
        assertThat(socket.readUrgent(octet, 0, keep)).isEqualTo(1);
        return (char) octet.get(ValueLayout.JAVA_BYTE, 0);
    }

    @Test
    @Rfc({"9293:MUST-32", "9293:MUST-33"})
    void inLineAReadEndsBeforeTheMarkAndTheNextBeginsWithIt() throws SocketException {
        var socket = reader(SocketOptions.DEFAULT);
        assertThat(socket.urgentReady()).isTrue();
        assertThat(socket.urgentAhead()).isEqualTo(3);
        assertThat(socket.atMark()).isFalse();
        assertThat(net.read(socket)).isEqualTo("ab");
        assertThat(socket.atMark()).isTrue();
        assertThat(socket.urgentAhead()).isEqualTo(1);
        assertThat(socket.readUrgent(octet, 0, false)).isEqualTo(TcpSocket.NOT_URGENT);
        assertThat(net.read(socket)).isEqualTo("cde");
        assertThat(socket.urgentAhead()).isZero();
        assertThat(socket.urgentReady()).isFalse();
    }

    @Test
    void outOfBandTheOctetIsTakenOnceAndReadingSkipsIt() throws SocketException {
        var socket = reader(OUT_OF_BAND);
        assertThat(taken(socket, true)).isEqualTo('c');
        assertThat(taken(socket, false)).isEqualTo('c');
        assertThat(socket.readUrgent(octet, 0, false)).isEqualTo(TcpSocket.NOT_URGENT);
        assertThat(socket.readable()).isEqualTo(2);
        assertThat(net.read(socket)).isEqualTo("ab");
        assertThat(socket.readable()).isEqualTo(2);
        assertThat(socket.peek(octet, 0, 1)).isEqualTo(1);
        assertThat(octet.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'd');
        assertThat(net.read(socket)).isEqualTo("de");
        assertThat(socket.connection().bytesRead()).isEqualTo(5);
    }

    @Test
    void outOfBandTheOctetIsGoneOnceReadingHasPassedIt() throws SocketException {
        var socket = reader(OUT_OF_BAND);
        assertThat(net.read(socket)).isEqualTo("ab");
        assertThat(net.read(socket)).isEqualTo("de");
        assertThat(socket.readUrgent(octet, 0, false)).isEqualTo(TcpSocket.NOT_URGENT);
    }

    @Test
    void aLoneUrgentOctetIsNothingToReadAndTheEndComesBehindIt() throws SocketException {
        var pair = net.pair(true, SocketOptions.DEFAULT, OUT_OF_BAND);
        writeUrgent(net, pair[0], "a");
        net.settle();
        assertThat(pair[1].readStatus()).isEqualTo(TcpSocket.WOULD_BLOCK);
        assertThat(net.read(pair[1])).isEqualTo("<" + TcpSocket.WOULD_BLOCK + ">");
        pair[0].shutdownOutput(net.now);
        net.settle();
        assertThat(net.read(pair[1])).isEqualTo("<" + TcpSocket.END + ">");
        assertThat(pair[1].connection().available()).isZero();
    }

    @Test
    void afterTheEndOrAFailureThereIsNoOctetToWaitFor() throws SocketException {
        var pair = net.pair(true, SocketOptions.DEFAULT, OUT_OF_BAND);
        writeUrgent(net, pair[0], "a");
        net.settle();
        pair[0].abort(net.now);
        net.settle();
        assertThat(pair[1].readUrgent(octet, 0, false)).isEqualTo(TcpSocket.FAILED);
        pair[1].close(net.now);
        assertThat(pair[1].readUrgent(octet, 0, false)).isEqualTo(TcpSocket.CLOSED);
    }
}
