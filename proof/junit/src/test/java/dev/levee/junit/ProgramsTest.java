package dev.levee.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.path.Impairment;
import dev.levee.sim.Pattern;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.SimulationFailure;
import dev.levee.sim.Times;
import dev.levee.sim.VirtualClock;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Blocking code in virtual time.
@LeveeNetwork(loss = 0.05, delay = "20ms", jitter = "2ms")
class ProgramsTest {
    private static void echo(BlockingStream stream) throws IOException {
        try (stream) {
            stream.input().transferTo(stream.output());
        }
    }

    private static Programs.Code echoServer(BlockingListener listener) {
        return () -> {
            while (true) {
                echo(listener.accept());
            }
        };
    }

    @SeededTest(seeds = 20)
    void octetsComeBackWholeAndInOrder(Programs programs, SimHost client, SimHost server) throws IOException {
        programs.service("echo", echoServer(programs.listen(server, 7)));
        try (var stream = programs.connect(client, server, 7)) {
            var sent = Pattern.bytes(0, 20_000);
            stream.output().write(sent);
            assertThat(stream.input().readNBytes(sent.length)).isEqualTo(sent);
            stream.shutdownOutput();
            assertThat(stream.input().read()).isEqualTo(-1);
        }
    }

    /// More than the buffers on both sides hold: writers wait for readers.
    @Test
    void aWriterWaitsForRoom(Programs programs, SimHost client, SimHost server, SimNetwork network) throws IOException {
        network.path(client, server, Impairment.parse("delay=5ms"));
        network.path(server, client, Impairment.parse("delay=5ms"));
        var listener = programs.listen(server, 7);
        var sent = Pattern.bytes(3, 5_000_000);
        programs.start("writer", () -> {
            try (var stream = programs.connect(client, server, 7)) {
                stream.output().write(sent);
            }
        });
        try (var stream = listener.accept()) {
            programs.sleep(Duration.ofSeconds(10));
            assertThat(stream.input().readAllBytes()).isEqualTo(sent);
        }
    }

    @Test
    void programsAreRunAtTheEndOfATestThatNeverWaits(Programs programs, SimHost client, SimHost server) {
        assertThat(Inner.failures(Inner.runMethod(Mistakes.class, "failsOnlyWhenItRuns")))
                .hasSize(1);
    }

    @Test
    void programsWaitForEachOther(Programs programs, VirtualClock clock) {
        List<String> order = new ArrayList<>();
        var first = programs.start("first", () -> {
            programs.sleep(Duration.ofSeconds(5));
            order.add("first");
        });
        programs.start("second", () -> {
            first.await();
            order.add("second");
        });
        programs.await();
        assertThat(order).containsExactly("first", "second");
        assertThat(first.ended()).isTrue();
        assertThat(clock.nowNanos()).isEqualTo(Times.seconds(5));
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        assertThat(run(3)).isEqualTo(run(3)).isNotEqualTo(run(4));
    }

    /// Moments at which four clients got their answers.
    private static List<Long> run(long seed) {
        var path = Impairment.parse("loss=10%,delay=20ms,jitter=20ms");
        var run = new NetworkRun(new NetworkSettings(path, 1500, false, seed, false));
        var programs = run.programs();
        var listener = programs.listen(run.host("server"), 7);
        programs.service("accept", () -> {
            while (true) {
                var stream = listener.accept();
                programs.service("echo", () -> echo(stream));
            }
        });
        List<Long> moments = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 4; i++) {
            programs.start("client " + i, () -> {
                try (var stream = programs.connect(run.host("client"), run.host("server"), 7)) {
                    for (int n = 0; n < 10; n++) {
                        stream.output().write(Pattern.bytes(0, 1000));
                        stream.input().readNBytes(1000);
                        moments.add(run.network().elapsedNanos());
                    }
                }
            });
        }
        programs.await();
        run.close();
        return moments;
    }

    @Test
    void aPortThatNobodyListensOnRefuses(Programs programs, SimHost client, SimHost server) {
        assertThatThrownBy(() -> programs.connect(client, server, 7))
                .isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("connection refused: client 198.18.0.1:");
    }

    @Test
    void aReadMayTimeOut(Programs programs, SimHost client, SimHost server, VirtualClock clock) throws IOException {
        programs.service("echo", echoServer(programs.listen(server, 7)));
        try (var stream = programs.connect(client, server, 7).readTimeout(Duration.ofSeconds(3))) {
            long before = clock.nowNanos();
            assertThatThrownBy(() -> stream.input().read())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageStartingWith("nothing came within PT3S");
            assertThat(clock.nowNanos() - before).isEqualTo(Times.seconds(3));
            stream.output().write(65);
            assertThat(stream.input().read()).isEqualTo(65);
            assertThat(stream.input().available()).isZero();
        }
    }

    @Test
    void aProgramsReadMayTimeOut(Programs programs, SimHost client, SimHost server, VirtualClock clock) {
        programs.service("echo", echoServer(programs.listen(server, 7)));
        programs.start("client", () -> {
            try (var stream = programs.connect(client, server, 7).readTimeout(Duration.ofSeconds(3))) {
                long before = clock.nowNanos();
                assertThatThrownBy(() -> stream.input().read()).isInstanceOf(SocketTimeoutException.class);
                assertThat(clock.nowNanos() - before).isEqualTo(Times.seconds(3));
            }
        });
    }

    @Test
    void aResetIsToldWithWhatMayBeLost(Programs programs, SimHost client, SimHost server, SimNetwork network)
            throws IOException {
        var listener = programs.listen(server, 7);
        var stream = programs.connect(client, server, 7);
        var accepted = listener.accept();
        server.unplug();
        stream.output().write(Pattern.bytes(0, 300));
        network.runFor(Times.millis(1));
        server.plug();
        accepted.abort();
        assertThatThrownBy(() -> stream.input().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset by the peer")
                .hasMessageEndingWith("octets that the peer may not have: 300");
        assertThatThrownBy(() -> accepted.output().write(1))
                .isInstanceOf(SocketException.class)
                .hasMessageStartingWith("the stream is closed");
    }

    @Test
    void closingAListenerEndsTheWaitForAConnection(Programs programs, SimHost server) {
        var listener = programs.listen(server, 7);
        var waiting = programs.start(
                "accept",
                () -> assertThatThrownBy(listener::accept)
                        .isInstanceOf(SocketException.class)
                        .hasMessage("the listener of server port 7 is closed"));
        programs.sleep(Duration.ofSeconds(1));
        assertThat(waiting.ended()).isFalse();
        listener.close();
    }

    @Test
    void closingAStreamEndsTheWaitForData(Programs programs, SimHost client, SimHost server) throws IOException {
        programs.listen(server, 7);
        var stream = programs.connect(client, server, 7);
        programs.start(
                "reader",
                () -> assertThatThrownBy(() -> stream.input().read())
                        .isInstanceOf(SocketException.class)
                        .hasMessageStartingWith("the stream is closed"));
        programs.sleep(Duration.ofSeconds(1));
        stream.close();
    }

    @Test
    void servicesAreStoppedWhereverTheyWait() {
        var stopped = new ArrayList<String>();
        var run = new NetworkRun(NetworkSettings.PERFECT);
        var programs = run.programs();
        programs.service("stubborn", () -> {
            try {
                programs.listen(run.host("server"), 7).accept();
            } finally {
                stopped.add("accept");
            }
        });
        programs.service("sleeper", () -> {
            try {
                programs.sleep(Duration.ofDays(1));
            } finally {
                stopped.add("sleep");
            }
        });
        var never = programs.service("never", () -> stopped.add("never"));
        run.network().runFor(0);
        assertThat(stopped).containsExactly("never");
        run.close();
        assertThat(stopped).containsExactly("never", "accept", "sleep");
        assertThat(never.ended()).isTrue();
    }

    static class Mistakes {
        @Test
        @LeveeNetwork
        void failsOnlyWhenItRuns(Programs programs) {
            programs.start("client", () -> assertThat(1).isEqualTo(2));
        }

        @Test
        @LeveeNetwork
        void throwsSomething(Programs programs, SimHost client, SimHost server) {
            programs.service("server", () -> programs.listen(server, 7).accept());
            programs.start("client", () -> {
                programs.sleep(Duration.ofSeconds(1));
                throw new IOException("broken");
            });
        }

        @Test
        @LeveeNetwork
        void waitsForEver(Programs programs, SimHost client, SimHost server) throws IOException {
            programs.service(
                    "idle", () -> programs.listen(server, 7).accept().input().read());
            programs.sleep(Duration.ofSeconds(1));
            try (var stream = programs.connect(client, server, 7)) {
                stream.input().read();
            }
        }

        @Test
        @LeveeNetwork
        void usesAThreadOfItsOwn(Programs programs) {
            programs.start("parent", () -> {
                Throwable[] thrown = new Throwable[1];
                var child = new Thread(() -> programs.sleep(Duration.ofSeconds(1)));
                child.setUncaughtExceptionHandler((_, e) -> thrown[0] = e);
                child.start();
                child.join();
                throw new IOException(thrown[0]);
            });
        }
    }

    @Test
    void aFailedProgramFailsTheTestAtItsEnd() {
        var failure = Inner.failure(Mistakes.class, "throwsSomething");
        assertThat(failure).hasRootCauseMessage("broken");
        assertThat(failure.getMessage())
                .contains("the program client failed: java.io.IOException: broken")
                .contains("  at 1.000 s")
                .contains("program server waits for a connection to server port 7 in dev.levee.junit.ProgramsTest")
                .contains("program client has ended");
    }

    @Test
    void waitingInVainIsTold() {
        var failure = Inner.failure(Mistakes.class, "waitsForEver");
        assertThat(failure).hasCauseInstanceOf(SimulationFailure.class);
        assertThat(failure.getMessage())
                .startsWith("the test has waited 3600.000 s of virtual time for data on client 198.18.0.1:");
    }

    @Test
    void threadsThatAreNoProgramsAreRefused() {
        var failure = Inner.failure(Mistakes.class, "usesAThreadOfItsOwn");
        assertThat(failure)
                .hasRootCauseMessage(
                        "this thread is not the program that runs, parent: start further threads with Programs.start");
    }

    @Test
    void wordsOfAProgram(Programs programs, SimHost client, SimHost server) throws IOException {
        programs.service("echo", echoServer(programs.listen(server, 7)));
        try (var stream = programs.connect(client, server, 7)) {
            stream.output().write("hello".getBytes(UTF_8));
            assertThat(stream.input().readNBytes(5)).asString(UTF_8).isEqualTo("hello");
        }
    }
}
