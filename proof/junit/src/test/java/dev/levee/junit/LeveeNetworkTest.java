package dev.levee.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.Impairment;
import dev.levee.path.SeededRandom;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.Times;
import dev.levee.sim.VirtualClock;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a test gets, used as a user would.
@LeveeNetwork(loss = 0.02, delay = "20ms", jitter = "1ms", seed = 5)
class LeveeNetworkTest {
    @Retention(RetentionPolicy.RUNTIME)
    @LeveeNetwork(rate = "10mbit", queue = "64k", delay = "10ms", ipv6 = true, mtu = 1280)
    @interface SlowLine {}

    private static Impairment path(SimNetwork network, SimHost from, SimHost to) {
        return network.path(from, to).impairment();
    }

    @Test
    void theClassSaysWhatIsWrongWithEveryPath(SimNetwork network, SimHost client, SimHost server) {
        assertThat(path(network, client, server)).hasToString("loss=2%,delay=20ms,jitter=1ms");
        assertThat(path(network, server, client)).hasToString("loss=2%,delay=20ms,jitter=1ms");
    }

    @Test
    @LeveeNetwork(delay = "7ms")
    void theMethodTakesThePlaceOfTheClassAsAWhole(SimNetwork network, SimHost client, SimHost server) {
        assertThat(path(network, client, server)).hasToString("delay=7ms");
    }

    @Test
    @LeveeNetwork(reorder = 0.1, duplicate = 0.2, corrupt = 0.3, delay = "1s", mtu = 9000)
    void everyWordReachesItsPlace(SimNetwork network, SimHost client, SimHost server) {
        assertThat(path(network, client, server)).hasToString("delay=1s,reorder=10%,duplicate=20%,corrupt=30%");
        assertThat(client.stack().config().mtu()).isEqualTo(9000);
    }

    @Test
    @SlowLine
    void anAnnotationOfTheUsersOwnCarriesANetwork(SimNetwork network, SimHost client, SimHost server) {
        assertThat(path(network, client, server)).hasToString("delay=10ms,rate=10mbit,queue=64k");
        assertThat(client.address()).hasToString("2001:db8::1");
        assertThat(server.address()).hasToString("2001:db8::2");
        assertThat(server.stack().config().mtu()).isEqualTo(1280);
    }

    @Test
    void aHostIsFoundByNameAndMadeOnce(
            SimHost client, @Host("client") SimHost same, @Host("a server") SimHost server, SimNetwork network) {
        assertThat(same).isSameAs(client);
        assertThat(client.name()).isEqualTo("client");
        assertThat(server.name()).isEqualTo("a server");
        assertThat(server).isNotSameAs(client);
        assertThat(server.address()).isNotEqualTo(client.address());
    }

    @Test
    void octetsArriveInVirtualTime(SimNetwork network, VirtualClock clock, SimHost client, SimHost server) {
        assertThat(clock).isSameAs(network.clock());
        server.listen(7).onAccept(socket -> socket.onReadable(it -> it.send(it.received())));
        var echo = client.connect(server, 7).readEverything().send("hello".getBytes(UTF_8));
        network.runUntil("the echo is back", Times.seconds(60), () -> echo.receivedCount() == 5);
        assertThat(new String(echo.received(), UTF_8)).isEqualTo("hello");
        // A round trip for the handshake and one for the echo, with jitter.
        assertThat(clock.nowNanos()).isGreaterThan(Times.millis(76));
    }

    @RepeatedTest(2)
    void theSameSeedGivesTheSameNumbers(SeededRandom random, SimHost client) {
        var again = new NetworkRun(NetworkSettings.PERFECT.seed(5));
        assertThat(random.nextLong()).isEqualTo(again.random().nextLong());
        assertThat(again.host("client").stack().config().secret().hash(1, 2, 3, 4, 5))
                .isEqualTo(client.stack().config().secret().hash(1, 2, 3, 4, 5));
        var other = new NetworkRun(NetworkSettings.PERFECT.seed(6));
        assertThat(random.nextLong()).isNotEqualTo(other.random().nextLong());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void parametersOfOtherKindsComeFirst(int number, SimHost client) {
        assertThat(number).isBetween(1, 2);
        assertThat(client.address()).hasToString("198.18.0.1");
    }

    @Nested
    class WithinAnotherClass {
        @Test
        void theOuterNetworkHolds(SimNetwork network, SimHost client, SimHost server) {
            assertThat(path(network, client, server)).hasToString("loss=2%,delay=20ms,jitter=1ms");
        }
    }

    @Nested
    @LeveeNetwork(loss = 0.5)
    class WithANetworkOfItsOwn {
        @Test
        void theInnerNetworkHolds(SimNetwork network, SimHost client, SimHost server) {
            assertThat(path(network, client, server)).hasToString("loss=50%");
        }
    }

    static class Base extends LeveeNetworkTest {}

    /// Run by [Inner]: builds leave static nested classes out.
    static class Inheriting extends Base {}

    @Test
    @LeveeNetwork
    void aSubclassInheritsTheNetwork() {
        var method = "theClassSaysWhatIsWrongWithEveryPath";
        assertThat(Inner.failures(Inner.runInherited(Inheriting.class, LeveeNetworkTest.class, method)))
                .isEmpty();
    }

    @Nested
    class AllOfOneTest {
        private final SimNetwork network;
        private SimHost before;

        AllOfOneTest(SimNetwork network, SimHost client) {
            this.network = network;
            this.before = client;
        }

        @BeforeEach
        void theSameInBeforeEach(SimNetwork network, SimHost client) {
            assertThat(network).isSameAs(this.network);
            assertThat(client).isSameAs(before);
            before = client;
        }

        @Test
        void theSameInTheTest(SimNetwork network, SimHost client) {
            assertThat(network).isSameAs(this.network);
            assertThat(client).isSameAs(before);
        }

        @AfterEach
        void theSameInAfterEach(SimNetwork network) {
            assertThat(network).isSameAs(this.network);
        }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class OneInstanceForAllTests {
        private final Set<SimNetwork> networks = new HashSet<>();

        @RepeatedTest(3)
        void everyRunHasANetworkOfItsOwn(SimNetwork network) {
            assertThat(networks.add(network)).isTrue();
            assertThat(network.elapsedNanos()).isZero();
            network.runFor(Times.seconds(1));
        }
    }
}
