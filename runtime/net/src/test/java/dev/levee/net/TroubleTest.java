package dev.levee.net;

import static dev.levee.net.TwoHosts.async;
import static dev.levee.net.TwoHosts.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.CloseCause.IcmpReason;
import dev.levee.tcp.TcpConfigBuilder;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class TroubleTest {
    private static final long MINUTE = 60_000_000_000L;

    /// Gives an open connection up quickly, but has time to open it.
    private static TcpConfigBuilder impatient(TcpConfigBuilder config) {
        return TwoHosts.impatient(config).r2SynNanos(MINUTE);
    }

    @ParameterizedTest
    @CsvSource({"198.18.0.1, 198.18.0.2", "2001:db8::1, 2001:db8::2"})
    @Rfc({"9293:MUST-47", "9293:SHLD-25"})
    void whatTheNetworkSaysIsToldAndIsTheLastWordOfAConnectionGivenUp(String from, String to) throws Exception {
        try (var hosts = new TwoHosts(1500, TroubleTest::impatient);
                var connection = hosts.connect(from, to)) {
            var client = connection.client();
            var told = new LinkedBlockingQueue<Trouble>();
            client.onTrouble(told::add);
            hosts.cable.answerUnreachable();
            client.output().write(new byte[4]);

            var first = told.poll(30, TimeUnit.SECONDS);
            assertThat(first).isNotNull();
            assertThat(first.icmp()).isEqualTo(IcmpReason.PORT);
            assertThat(first.describe()).contains("port unreachable");
            assertThat(client.trouble().icmp()).isEqualTo(IcmpReason.PORT);

            assertThat(thrownBy(async(() -> client.input().read()))).isInstanceOfSatisfying(TcpException.class, e -> {
                assertThat(e.closeCause())
                        .isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 4, IcmpReason.PORT));
                assertThat(e).hasMessageContaining("data was not acknowledged (the network says: port unreachable)");
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"198.18.0.1, 198.18.0.2", "2001:db8::1, 2001:db8::2"})
    @Rfc({"9293:MUST-48", "9293:SHLD-21"})
    void theTrafficClassMayChangeWhileTheConnectionIsOpen(String from, String to) throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect(from, to)) {
            var client = connection.client();
            assertThat(client.getOption(StandardSocketOptions.IP_TOS)).isZero();
            client.setOption(StandardSocketOptions.IP_TOS, 0xb8);
            client.output().write(1);
            assertThat(connection.server().input().read()).isEqualTo(1);
            assertThat(hosts.cable.lastTrafficClass()).isEqualTo(0xb8);
            client.asSocket().setTrafficClass(0x20);
            client.output().write(2);
            assertThat(connection.server().input().read()).isEqualTo(2);
            assertThat(hosts.cable.lastTrafficClass()).isEqualTo(0x20);
            assertThat(client.asSocket().getTrafficClass()).isEqualTo(0x20);
        }
    }

    @Test
    void theUserSaysHowLongAnAcknowledgementMayTake() throws Exception {
        try (var hosts = new TwoHosts(1500, config -> impatient(config).r2Nanos(3_600_000_000_000L));
                var connection = hosts.connect()) {
            var client = connection.client();
            assertThat(client.userTimeout()).isZero();
            for (var wrong : List.of(Duration.ofSeconds(-1), Duration.ofDays(31), Duration.ofSeconds(Long.MAX_VALUE))) {
                assertThatIllegalArgumentException().isThrownBy(() -> client.userTimeout(wrong));
            }
            client.userTimeout(Duration.ofMillis(100));
            assertThat(client.userTimeout()).isEqualTo(Duration.ofMillis(100));
            hosts.cable.cut();
            client.output().write(new byte[3]);
            assertThat(thrownBy(async(() -> client.input().read())))
                    .isInstanceOfSatisfying(
                            TcpException.class,
                            e -> assertThat(e.closeCause())
                                    .isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.USER, 3)));
        }
    }

    @Test
    void silenceIsTroubleTooAndItsEndIsTold() throws Exception {
        try (var hosts = new TwoHosts(1500, config -> impatient(config).r2Nanos(MINUTE));
                var connection = hosts.connect()) {
            var client = connection.client();
            var told = new LinkedBlockingQueue<Trouble>();
            hosts.cable.cut();
            client.output().write(new byte[4]);
            client.onTrouble(told::add);
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(new Trouble(null, true));
            hosts.cable.mend();
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(Trouble.NONE);
            assertThat(client.trouble().isNone()).isTrue();
        }
    }

    @Test
    @Rfc("9293:SHLD-20")
    void whoDoesNotWantToKnowIsNotTold() {
        var troubles = new Troubles();
        var told = new LinkedBlockingQueue<Trouble>();
        troubles.publish(IcmpReason.HOST, false);
        troubles.tell(told::add);
        assertThat(take(told)).isEqualTo(new Trouble(IcmpReason.HOST, false));
        troubles.tell(null);
        troubles.publish(IcmpReason.NETWORK, false);
        assertThat(troubles.now().icmp()).isEqualTo(IcmpReason.NETWORK);
        troubles.publish(null, false);
        // Had anybody been told of these, it would have been before this one.
        troubles.tell(told::add);
        troubles.publish(IcmpReason.HOPS, true);
        assertThat(take(told)).isEqualTo(new Trouble(IcmpReason.HOPS, true));
        assertThat(told).isEmpty();
    }

    private static Trouble take(LinkedBlockingQueue<Trouble> told) {
        try {
            return told.take();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyTroubleHasItsWords() {
        assertThat(Trouble.NONE.describe()).isEqualTo("no trouble");
        assertThat(new Trouble(null, true).describe()).isEqualTo("the peer does not answer");
        for (var reason : IcmpReason.values()) {
            assertThat(new Trouble(reason, false).describe()).isEqualTo(reason.describe());
            assertThat(new Trouble(reason, true).describe())
                    .isEqualTo("the peer does not answer; the network says: " + reason.describe());
        }
    }
}
