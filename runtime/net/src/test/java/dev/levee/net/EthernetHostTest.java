package dev.levee.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.link.Link;
import dev.levee.link.MemoryLink;
import dev.levee.stack.EthernetConfig.DuplicateDetection;
import dev.levee.wire.MacAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Hosts at an Ethernet cable in memory.
@Timeout(60)
class EthernetHostTest {
    private static final MacAddress STATION = MacAddress.parse("02:00:5e:10:00:01");

    private final MemoryLink.Pair cable = MemoryLink.ethernet(1500);

    @AfterEach
    void close() {
        cable.close();
    }

    private static Host.Builder host(Link link, int number) {
        return Host.builder().link(link).address("198.18.0." + number + "/24").address("2001:db8::" + number + "/64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.0.2", "2001:db8::2"})
    void hostsFindEachOtherAndTalk(String address) throws Exception {
        try (var a = host(cable.a(), 1).mac(STATION).start();
                var b = host(cable.b(), 2).start();
                var listener = b.listen(7)) {
            a.awaitAddresses();
            b.awaitAddresses();
            var client = a.connect(address, 7);
            var server = listener.accept();
            client.output().write(new byte[100_000]);
            client.shutdownOutput();
            assertThat(server.input().readAllBytes()).hasSize(100_000);
            client.abort();
            server.abort();
            assertThat(a.mac()).isEqualTo(STATION);
            assertThat(b.mac()).isNotNull().isNotEqualTo(STATION);
        }
    }

    @Test
    void whatAnotherStationHasIsToldAndNotUsed() throws Exception {
        try (var first = host(cable.a(), 2).mac(STATION).start()) {
            first.awaitAddresses();
            try (var second = host(cable.b(), 2).start()) {
                assertThatThrownBy(second::awaitAddresses)
                        .isInstanceOf(BindException.class)
                        .hasMessage("2001:db8::2 is used by another station, 02:00:5e:10:00:01; choose another"
                                + " address");
                assertThatThrownBy(() -> second.connect("2001:db8::1", 7))
                        .isInstanceOf(BindException.class)
                        .hasMessageContaining("02:00:5e:10:00:01");
            }
        }
    }

    @Test
    void withoutDetectionAddressesWorkAtOnce() throws Exception {
        try (var host = host(cable.a(), 1)
                .duplicateDetection(DuplicateDetection.OFF)
                .clock(() -> 0)
                .start()) {
            host.awaitAddresses();
        }
    }

    @Test
    void whoWaitsForAHostThatEndsIsTold() throws Exception {
        // Time stands still, so the asking never ends.
        try (var host = host(cable.a(), 1).clock(() -> 0).start()) {
            var waiting = TwoHosts.async(() -> {
                host.awaitAddresses();
                return 0;
            });
            cable.a().close();
            assertThat(TwoHosts.thrownBy(waiting))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("host");
        }
    }

    @Test
    void otherNetworksNeedAGateway() throws Exception {
        try (var host = host(cable.a(), 1).start()) {
            host.awaitAddresses();
            assertThatThrownBy(() -> host.connect("198.19.0.1", 7))
                    .isInstanceOf(NoRouteToHostException.class)
                    .hasMessageContaining("give it a gateway");
        }
        try (var host = host(cable.b(), 1)
                .gateway("198.18.0.254")
                .duplicateDetection(DuplicateDetection.OFF)
                .start()) {
            // It is tried: nobody answers for the gateway here.
            assertThatThrownBy(() -> host.connect("198.19.0.1", 7, Duration.ofMillis(1)))
                    .isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @Test
    void whatCannotBeIsRefusedInASentence() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> host(cable.a(), 1).mac(MacAddress.BROADCAST).start())
                .withMessageContaining("cannot be a station's address");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> host(cable.a(), 1).gateway("198.18.0.1").start())
                .withMessageContaining("this host's own address");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> host(cable.a(), 1)
                        .gateway("198.18.0.3")
                        .gateway("198.18.0.4")
                        .start())
                .withMessageContaining("one gateway of each family");
        try (var plain = MemoryLink.pair(1500)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> host(plain.a(), 1).gateway("198.18.0.3").start())
                    .withMessageContaining("carries IP packets");
            assertThatIllegalStateException()
                    .isThrownBy(() -> host(plain.a(), 1).mac(STATION).start())
                    .withMessageContaining("carries IP packets");
        }
    }
}
