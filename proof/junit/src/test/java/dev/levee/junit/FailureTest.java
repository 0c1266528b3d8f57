package dev.levee.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.levee.path.SeededRandom;
import dev.levee.sim.Pattern;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.Times;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.opentest4j.AssertionFailedError;

/// How failures look, and how seeds are counted.
class FailureTest {
    @LeveeNetwork(delay = "10ms", seed = 17)
    static class Failing {
        @Test
        void anAssertion(SimNetwork network, SimHost client, SimHost server) {
            server.listen(7);
            client.connect(server, 7).send("hello".getBytes(UTF_8));
            network.runFor(Times.seconds(1));
            assertEquals(4, 5, "the sum");
        }

        @Test
        void anException() {
            throw new IllegalStateException("broken");
        }

        @Test
        void withoutAMessage() {
            throw new AssertionError();
        }

        @Test
        void aWaitInVain(SimNetwork network, SimHost client, SimHost server) {
            waitInVain(network, client, server);
        }

        private static void waitInVain(SimNetwork network, SimHost client, SimHost server) {
            var socket = client.connect(server, 7);
            network.runUntil("it is connected", Times.seconds(1), socket::connected);
        }

        @Test
        @LeveeNetwork(delay = "10ms", trace = false)
        void withoutATrace(SimNetwork network, SimHost client, SimHost server) {
            waitInVain(network, client, server);
        }

        @Test
        void anAssumption(SimHost client) {
            assumeTrue(client.address().isV4() && client.name().isEmpty(), "not here");
        }

        @Test
        void aLongTransfer(SimNetwork network, SimHost client, SimHost server) {
            server.listen(7).onAccept(socket -> socket.readEverything());
            for (int i = 0; i < 6; i++) {
                client.connect(server, 7).send(Pattern.bytes(0, 1_000_000)).finish();
                network.runFor(Times.seconds(5));
            }
            throw new AssertionError("over");
        }
    }

    private static String message(Throwable failure) {
        return requireNonNull(failure.getMessage());
    }

    @Test
    void aFailureTellsSeedMomentConnectionsAndPackets() {
        var failure = Inner.failure(Failing.class, "anAssertion");
        assertThat(message(failure).lines())
                .startsWith(
                        "the sum ==> expected: <4> but was: <5>",
                        "",
                        "This was seed 17 of a network with delay=10ms. To see it again: -Dlevee.seed=17, or"
                                + " @LeveeNetwork(seed = 17)",
                        "  at 1.000 s, after 6 steps");
        assertThat(message(failure))
                .contains("  client\n    198.18.0.1:", "written 5 acknowledged 5")
                .contains("\n  4 packets sent, 0 lost on the way\n")
                .doesNotContain("Nothing has happened")
                .containsPattern("client port \\d+ and server port 7, seconds since the first packet:\n")
                .contains("SYN seq 0 win 65535", "PSH,ACK seq 1:6 ack 1");
    }

    @Test
    void whatToolsReadFromAFailureStays() {
        var failure = Inner.failure(Failing.class, "anAssertion");
        assertThat(failure).isInstanceOf(AssertionFailedError.class);
        var error = (AssertionFailedError) failure;
        assertThat(error.getExpected().getEphemeralValue()).isEqualTo(4);
        assertThat(error.getActual().getEphemeralValue()).isEqualTo(5);
        assertThat(error.getCause()).hasMessage("the sum ==> expected: <4> but was: <5>");
        assertThat(error.getStackTrace())
                .isEqualTo(requireNonNull(error.getCause()).getStackTrace());
    }

    @Test
    void anyOtherExceptionStaysAnErrorOfItsKind() {
        var failure = Inner.failure(Failing.class, "anException");
        assertThat(message(failure)).contains("\n  Nothing has happened yet: time passes in SimNetwork.runUntil");
        assertThat(failure).isNotInstanceOf(AssertionError.class).hasRootCauseMessage("broken");
        assertThat(message(failure))
                .startsWith(
                        "java.lang.IllegalStateException: broken\n\nThis was seed 17 of a network with delay=10ms.");
    }

    @Test
    void aFailureWithoutWordsIsExplainedToo() {
        assertThat(message(Inner.failure(Failing.class, "withoutAMessage"))).startsWith("This was seed 17");
    }

    @Test
    void theStateIsToldOnce() {
        var message = message(Inner.failure(Failing.class, "aWaitInVain"));
        assertThat(message).startsWith("not within 1.000 s: it is connected");
        assertThat(message.split("at 1.000 s, after", -1)).hasSize(2);
        assertThat(message).contains("RST,ACK");
    }

    @Test
    void withoutTraceThereAreNoPackets() {
        var message = message(Inner.failure(Failing.class, "withoutATrace"));
        assertThat(message).contains("This was seed 1 of").doesNotContain("RST,ACK", "packets sent");
    }

    @Test
    void anAssumptionIsNoFailure() {
        var results = Inner.run(Failing.class);
        assertThat(results.testEvents().aborted().count()).isEqualTo(1);
        assertThat(results.testEvents().failed().count()).isEqualTo(6);
    }

    @Test
    void theMessageIsBounded() {
        var message = message(Inner.failure(Failing.class, "aLongTransfer"));
        assertThat(message.lines().count()).isBetween(100L, 260L);
        assertThat(message).contains(" lines left out", "(earlier connections left out: 2)", "win 1508");
    }

    @LeveeNetwork
    static class FailingAround {
        @BeforeEach
        void before(SimHost client) {
            assertThat(client.name()).isEqualTo("another");
        }

        @Test
        void test() {}

        @AfterEach
        void after(SimHost client) {
            throw new IllegalStateException("after");
        }
    }

    @Test
    void failuresBeforeAndAfterATestAreExplainedToo() {
        var failure = Inner.failure(FailingAround.class);
        assertThat(message(failure)).contains("another", "This was seed 1 of a perfect network");
        assertThat(failure.getSuppressed()).hasSize(1);
        assertThat(message(failure.getSuppressed()[0])).contains("after", "This was seed 1");
    }

    static class Seeded {
        static final List<Long> FIRST_NUMBERS = Collections.synchronizedList(new ArrayList<>());

        @SeededTest(seeds = 10)
        @LeveeNetwork(loss = 0.5, seed = 100)
        void allPass(SimNetwork network, SimHost client, SeededRandom random) {
            assertThat(network.elapsedNanos()).isZero();
            network.runFor(1);
            FIRST_NUMBERS.add(random.nextLong());
        }

        @SeededTest(seeds = 50)
        void oneFails(SeededRandom random) {
            FIRST_NUMBERS.add(random.nextLong());
            assertThat(FIRST_NUMBERS).hasSizeLessThan(8);
        }

        @Execution(ExecutionMode.CONCURRENT)
        @SeededTest(seeds = 40)
        void manyAtOnce(SimNetwork network, SimHost client, SimHost server, SeededRandom random) {
            server.listen(7).onAccept(socket -> socket.readEverything().finish());
            var socket =
                    client.connect(server, 7).send(Pattern.bytes(0, 100_000)).finish();
            network.runUntil("it is over", Times.seconds(60), socket::ended);
            FIRST_NUMBERS.add(random.nextLong());
        }
    }

    private static List<Long> firstNumbers(int failures, String method, String... parameters) {
        Seeded.FIRST_NUMBERS.clear();
        assertThat(Inner.failures(Inner.runMethod(Seeded.class, method, parameters)))
                .hasSize(failures);
        return List.copyOf(Seeded.FIRST_NUMBERS);
    }

    private static List<Long> expected(long firstSeed, int count) {
        var numbers = new ArrayList<Long>();
        for (int i = 0; i < count; i++) {
            numbers.add(new NetworkRun(NetworkSettings.PERFECT.seed(firstSeed + i))
                    .random()
                    .nextLong());
        }
        return numbers;
    }

    @Test
    void aSeededTestRunsOnceForEachSeed() {
        assertThat(firstNumbers(0, "allPass")).isEqualTo(expected(100, 10));
        var results = Inner.runMethod(Seeded.class, "allPass");
        assertThat(results.testEvents().started().stream()
                        .map(event -> event.getTestDescriptor().getDisplayName()))
                .startsWith("seed 100", "seed 101")
                .hasSize(10);
    }

    @Test
    void theFirstSeedThatFailsEndsTheTestAndIsTold() {
        Seeded.FIRST_NUMBERS.clear();
        var failure = Inner.failure(Seeded.class, "oneFails");
        assertThat(message(failure)).contains("This was seed 8 of a perfect network", "-Dlevee.seed=8,");
        assertThat(Seeded.FIRST_NUMBERS).hasSize(8);
    }

    @Test
    void theParameterPicksOneSeed() {
        assertThat(firstNumbers(0, "oneFails", "levee.seed", "8")).isEqualTo(expected(8, 1));
    }

    @Test
    void theParameterChangesTheCount() {
        assertThat(firstNumbers(0, "allPass", "levee.seeds", "3")).isEqualTo(expected(100, 3));
    }

    @Test
    void runsAtTheSameTimeDoNotMeet() {
        var parallel = new String[] {
            "junit.jupiter.execution.parallel.enabled", "true",
            "junit.jupiter.execution.parallel.config.strategy", "fixed",
            "junit.jupiter.execution.parallel.config.fixed.parallelism", "4"
        };
        assertThat(firstNumbers(0, "manyAtOnce", parallel)).containsExactlyInAnyOrderElementsOf(expected(1, 40));
    }
}
