package dev.levee.net;

import static dev.levee.net.TwoHosts.async;
import static dev.levee.net.TwoHosts.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.tcp.CloseCause;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class DeliveryTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void receiptCompletesWhenThePeerHasAcknowledged() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.client().output().write(new byte[5000]);
            var receipt = connection.client().receipt();
            assertThat(receipt.position()).isEqualTo(5000);
            receipt.await(LONG);
            assertThat(receipt.delivered()).isTrue();
            assertThat(receipt.future()).isCompletedWithValue(null);
            assertThat(hosts.b.stats().connections())
                    .singleElement()
                    .satisfies(info -> assertThat(info.bytesReceived()).isEqualTo(5000));
        }
    }

    @Test
    void receiptOfNothingIsDoneAtOnce() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            assertThat(connection.client().receipt().delivered()).isTrue();
        }
    }

    @Test
    void receiptWaitsNoLongerThanAsked() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            hosts.cable.cut();
            connection.client().output().write(new byte[10]);
            assertThatThrownBy(() -> connection.client().awaitDelivered(Duration.ofMillis(20)))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("10 bytes are not acknowledged");
            hosts.cable.mend();
            connection.client().awaitDelivered(LONG);
        }
    }

    @ParameterizedTest
    @CsvSource({"198.18.0.1, 198.18.0.2", "2001:db8::1, 2001:db8::2"})
    void vanishedPeerIsReportedWithTheExactCount(String from, String to) throws Exception {
        try (var hosts = new TwoHosts(1500, TwoHosts::impatient);
                var connection = hosts.connect(from, to)) {
            var client = connection.client();
            client.output().write(new byte[4000]);
            var first = client.receipt();
            first.await(LONG);
            hosts.cable.cut();
            client.output().write(new byte[2345]);
            var second = client.receipt();
            client.output().write(new byte[10_000]);
            var third = client.delivered();
            assertThat(thrownBy(async(() -> client.input().read()))).isInstanceOfSatisfying(TcpException.class, e -> {
                assertThat(e.undeliveredBytes()).isEqualTo(12_345);
                assertThat(e.closeCause())
                        .isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 12_345));
                assertThat(e).hasMessageContaining("12,345 bytes were written but never acknowledged");
            });
            assertThatThrownBy(() -> second.await(LONG))
                    .isInstanceOfSatisfying(
                            TcpException.class,
                            e -> assertThat(e.undeliveredBytes()).isEqualTo(2345));
            assertThat(thrownBy(third))
                    .isInstanceOfSatisfying(
                            TcpException.class,
                            e -> assertThat(e.undeliveredBytes()).isEqualTo(12_345));
            assertThat(first.delivered()).isTrue();
            // It has been said: closing does not say it again.
            client.close();
            assertThat(hosts.a.counters().undeliveredBytes()).isEqualTo(12_345);
        }
    }

    @Test
    void closeSaysWhatNobodyHasSaidBefore() throws Exception {
        try (var hosts = new TwoHosts(1500, TwoHosts::impatient);
                var connection = hosts.connect()) {
            hosts.cable.cut();
            connection.client().output().write(new byte[77]);
            var receipt = connection.client().receipt();
            assertThatThrownBy(() -> receipt.await(LONG)).isInstanceOf(TcpException.class);
            assertThatThrownBy(() -> connection.client().close())
                    .isInstanceOfSatisfying(
                            TcpException.class,
                            e -> assertThat(e.undeliveredBytes()).isEqualTo(77));
            assertThat(connection.client().isClosed()).isTrue();
        }
    }

    @Test
    void receiptOfAClosedStreamStillComes() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.client().output().write(new byte[100_000]);
            var receipt = connection.client().receipt();
            connection.client().close();
            var read = async(() -> connection.server().input().readAllBytes().length);
            receipt.await(LONG);
            assertThat(read.join()).isEqualTo(100_000);
        }
    }

    @Test
    void abortFailsTheReceipts() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            hosts.cable.cut();
            connection.client().output().write(new byte[9]);
            var receipt = connection.client().receipt();
            connection.client().abort();
            assertThatThrownBy(() -> receipt.await(LONG))
                    .isInstanceOfSatisfying(
                            TcpException.class,
                            e -> assertThat(e.closeCause())
                                    .isEqualTo(new CloseCause.Aborted(CloseCause.AbortReason.USER, 9)));
        }
    }

    @Test
    void endOfTheHostFailsTheReceipts() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            hosts.cable.cut();
            connection.client().output().write(new byte[9]);
            var before = connection.client().delivered();
            hosts.a.close(Duration.ZERO);
            var after = connection.client().delivered();
            assertThat(thrownBy(before)).isInstanceOf(TcpException.class).hasMessageContaining("9 bytes");
            assertThat(thrownBy(after)).isInstanceOf(TcpException.class).hasMessageContaining("9 bytes");
        }
    }

    @Test
    void closeAndAwaitDeliveryReturnsWhenThePeerHasIt() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.client().output().write(new byte[1 << 16]);
            connection.client().closeAndAwaitDelivery(LONG);
            assertThat(connection.client().isClosed()).isTrue();
            assertThat(connection.server().input().readAllBytes()).hasSize(1 << 16);
        }
    }

    @Test
    void whatHangsOnAReceiptDoesNotRunOnTheShard() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            var ran = new CompletableFuture<Thread>();
            hosts.cable.cut();
            connection.client().output().write(1);
            var after = connection.client().delivered().thenRun(() -> ran.complete(Thread.currentThread()));
            hosts.cable.mend();
            after.join();
            assertThat(ran.join()).isNotSameAs(hosts.a.shard().thread());
        }
    }
}
