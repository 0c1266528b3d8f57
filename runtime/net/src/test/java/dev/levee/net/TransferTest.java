package dev.levee.net;

import static dev.levee.net.TwoHosts.async;
import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.SeededRandom;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class TransferTest {
    private static final int CHUNK_BYTES = 100_003;

    @ParameterizedTest
    @CsvSource({"198.18.0.1, 198.18.0.2, 1500", "2001:db8::1, 2001:db8::2, 1500", "198.18.0.1, 198.18.0.2, 65535"})
    void bothDirectionsAtOnceCarryEveryOctet(String from, String to, int mtu) throws Exception {
        long size = 64L << 20;
        try (var hosts = new TwoHosts(mtu, config -> config);
                var connection = hosts.connect(from, to)) {
            var client = connection.client();
            var server = connection.server();
            var upSent = async(() -> send(client.output(), client, 1, size));
            var downSent = async(() -> send(server.output(), server, 2, size));
            var upReceived = async(() -> receive(server.input(), size));
            var downReceived = async(() -> receive(client.input(), size));
            assertThat(upReceived.join()).isEqualTo(upSent.join());
            assertThat(downReceived.join()).isEqualTo(downSent.join());
        }
    }

    private static String send(OutputStream out, TcpStream stream, long seed, long size) throws Exception {
        var random = new SeededRandom(seed);
        var digest = MessageDigest.getInstance("SHA-256");
        var chunk = new byte[CHUNK_BYTES];
        long left = size;
        while (left > 0) {
            for (int i = 0; i + 8 <= chunk.length; i += 8) {
                long octets = random.nextLong();
                for (int j = 0; j < 8; j++) {
                    chunk[i + j] = (byte) (octets >>> 8 * j);
                }
            }
            int count = (int) Math.min(left, chunk.length);
            digest.update(chunk, 0, count);
            out.write(chunk, 0, count);
            left -= count;
        }
        stream.shutdownOutput();
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String receive(InputStream in, long size) throws Exception {
        var digest = MessageDigest.getInstance("SHA-256");
        var chunk = new byte[65_537];
        long total = 0;
        int count;
        while ((count = in.read(chunk)) >= 0) {
            digest.update(chunk, 0, count);
            total += count;
        }
        assertThat(total).isEqualTo(size);
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void twoHundredConnectionsAtOnceAreEchoed() throws Exception {
        int connections = 200;
        int octets = 20_000;
        try (var hosts = new TwoHosts();
                var listener = hosts.b.listen(7)) {
            var server = async(() -> {
                for (int i = 0; i < connections; i++) {
                    var stream = listener.accept();
                    Thread.startVirtualThread(() -> echo(stream));
                }
                return true;
            });
            var clients = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < connections; i++) {
                int number = i;
                clients.add(async(() -> {
                    try (var stream = hosts.a.connect(TwoHosts.B4, 7)) {
                        var sent = new byte[octets];
                        for (int k = 0; k < octets; k++) {
                            sent[k] = (byte) (k * 31 + number);
                        }
                        stream.output().write(sent);
                        stream.shutdownOutput();
                        assertThat(stream.input().readAllBytes()).isEqualTo(sent);
                        return true;
                    }
                }));
            }
            for (var client : clients) {
                assertThat(client.join()).isTrue();
            }
            assertThat(server.join()).isTrue();
            assertThat(hosts.a.counters().undeliveredBytes()).isZero();
        }
    }

    private static void echo(TcpStream stream) {
        try (stream) {
            stream.input().transferTo(stream.output());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
