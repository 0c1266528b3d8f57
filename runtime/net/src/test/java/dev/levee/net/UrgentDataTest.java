package dev.levee.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Urgent data between programs (RFC 9293 §3.8.5, RFC 6093).
@Timeout(60)
@SuppressWarnings("try")
class UrgentDataTest {
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String readSome(TcpStream stream) throws IOException {
        var octets = new byte[100];
        int count = stream.read(octets, 0, octets.length);
        return count < 0 ? "" : new String(octets, 0, count, StandardCharsets.US_ASCII);
    }

    /// Both ends, with everything that the client wrote there to be read at the server.
    private static TwoHosts.Connection told(TwoHosts hosts) throws Exception {
        var connection = hosts.connect();
        var arrived = new CountDownLatch(1);
        connection.server().onUrgent(arrived::countDown);
        connection.client().write(ascii("before"), 0, 6);
        connection.client().sendUrgent('!');
        connection.client().write(ascii("after"), 0, 5);
        connection.client().awaitDelivered(java.time.Duration.ofSeconds(30));
        arrived.await();
        // What is acknowledged is told to its reader within the same round of the server, and this is of a later one.
        var _ = hosts.b.stats();
        return connection;
    }

    @Test
    @Rfc({"9293:MUST-30", "9293:MUST-32", "9293:MUST-33"})
    void theReaderIsToldReadsUpToTheMarkAndKnowsHowMuchIsUrgent() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = told(hosts)) {
            var reader = connection.server();
            assertThat(reader.urgentAhead()).isEqualTo(7);
            assertThat(readSome(reader)).isEqualTo("before");
            assertThat(reader.urgentAhead()).isEqualTo(1);
            assertThat(readSome(reader)).isEqualTo("!after");
            assertThat(reader.urgentAhead()).isZero();
        }
    }

    @Test
    void outOfLineTheOctetIsLeftOut() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = told(hosts)) {
            var reader = connection.server();
            reader.urgentInLine(false);
            assertThat(reader.input().available()).isEqualTo(6);
            assertThat(readSome(reader)).isEqualTo("before");
            assertThat(reader.input().available()).isEqualTo(5);
            assertThat(readSome(reader)).isEqualTo("after");
            connection.client().sendUrgent('?');
            connection.client().shutdownOutput();
            assertThat(readSome(reader)).as("the end, not the octet").isEmpty();
        }
    }

    @Test
    void whoIsToldLateIsToldOfWhatIsAhead() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = told(hosts)) {
            var told = new LinkedBlockingQueue<Long>();
            connection.server().onUrgent(() -> told.add(connection.server().urgentAhead()));
            assertThat(told.take()).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTheProgramThrowsWhenItIsToldEndsNothing(boolean error) throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            var told = new LinkedBlockingQueue<Long>();
            connection.server().onUrgent(() -> {
                told.add(connection.server().urgentAhead());
                Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {});
                if (error) {
                    throw new AssertionError("the program's own");
                }
                throw new IllegalStateException("the program's own");
            });
            connection.client().sendUrgent('a');
            assertThat(told.take()).isEqualTo(1);
            connection.client().sendUrgent('b');
            assertThat(told.take()).isEqualTo(2);
        }
    }

    @Test
    void socketsOfJavaNetSendItAndSayWhereItIsRead() throws Exception {
        try (var hosts = new TwoHosts();
                var server = hosts.b.serverSocketFactory().createServerSocket(80);
                var client = hosts.a.socketFactory().createSocket()) {
            assertThat(client.getOOBInline()).isTrue();
            client.setOOBInline(false);
            assertThat(client.getOOBInline()).isFalse();
            client.connect(new InetSocketAddress("198.18.0.2", 80), 10_000);
            assertThat(client.getOOBInline()).isFalse();
            try (var served = server.accept()) {
                assertThat(served.getOOBInline()).isTrue();
                served.getOutputStream().write('a');
                served.sendUrgentData(0x100 | 'b');
                served.getOutputStream().write('c');
                served.shutdownOutput();
                client.sendUrgentData('d');
                client.shutdownOutput();
                assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("ac");
                assertThat(served.getInputStream().readAllBytes()).asString().isEqualTo("d");
            }
        }
    }
}
