package dev.levee.app.service;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.app.http.Site;
import dev.levee.link.MemoryLink;
import dev.levee.net.Host;
import dev.levee.net.TcpStream;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The services on Levee's own stack, over a cable in memory.
@Timeout(30)
class ServicesTest {
    private static final String SERVER = "198.18.0.2";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Host clientHost;
    private Host serverHost;
    private Server server;

    @BeforeEach
    void start() {
        var cable = MemoryLink.pair(1500);
        clientHost = Host.builder().link(cable.a()).address("198.18.0.1/24").start();
        serverHost = Host.builder().link(cable.b()).address(SERVER + "/24").start();
        server = new Server(serverHost);
    }

    @AfterEach
    void stop() {
        server.close();
        clientHost.close();
        serverHost.close();
    }

    private TcpStream connect(int port) throws IOException {
        var stream = clientHost.connect(SERVER, port, PATIENCE);
        stream.readTimeout(PATIENCE);
        return stream;
    }

    @Test
    void echoSendsBackAndClosesAfterTheClient() throws IOException {
        server.start(new Echo(), 7);
        var octets = new byte[100_000];
        new Random(1).nextBytes(octets);
        try (var stream = connect(7)) {
            stream.output().write(octets);
            stream.shutdownOutput();
            assertThat(stream.input().readAllBytes()).isEqualTo(octets);
        }
    }

    @Test
    void discardTakesEverything() throws Exception {
        server.start(new Discard(), 9);
        try (var stream = connect(9)) {
            stream.output().write(new byte[3_000_000]);
            stream.closeAndAwaitDelivery(PATIENCE);
        }
    }

    @Test
    void chargenGoesOnWithoutASeam() throws IOException {
        server.start(new Chargen(), 19);
        int period = 95 * 74;
        try (var stream = connect(19)) {
            var text = new String(stream.input().readNBytes(40 * period), US_ASCII);
            assertThat(text)
                    .startsWith(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg\r\n!");
            assertThat(text).isEqualTo(text.substring(0, period).repeat(40));
        }
    }

    @Test
    void filesAreServedOverOurOwnStack(@TempDir Path root) throws IOException {
        Files.writeString(root.resolve("a.txt"), "hello");
        server.start(new Http(Site.of(root), false), 80);
        try (var stream = connect(80)) {
            stream.output().write("GET /a.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
            assertThat(new String(stream.input().readAllBytes(), US_ASCII))
                    .contains(" 200 OK")
                    .endsWith("\r\n\r\nhello");
        }
    }

    @Test
    void aTakenPortIsRefused() throws IOException {
        server.start(new Echo(), 7);
        assertThatThrownBy(() -> server.start(new Discard(), 7)).isInstanceOf(BindException.class);
    }

    @Test
    void closingEndsConnectionsAndIsTold() throws IOException {
        server.start(new Echo(), 7);
        try (var stream = connect(7)) {
            stream.output().write(1);
            assertThat(stream.input().read()).isEqualTo(1);
            server.close();
            assertThatThrownBy(() -> stream.input().read()).isInstanceOf(IOException.class);
        }
        assertThat(server.ended()).isCompletedWithValue("");
        assertThat(server.accepted()).isEqualTo(1);
    }
}
