package dev.levee.junit;

import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.SimulationFailure;
import dev.levee.sim.Times;
import dev.levee.tcp.Deadlines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Runs ordinary blocking code, with input and output streams, on the hosts of a simulated network.
///
///     var listener = programs.listen(server, 7);
///     programs.service("echo", () -> {
///         try (var stream = listener.accept()) {
///             stream.input().transferTo(stream.output());
///         }
///     });
///     try (var stream = programs.connect(client, server, 7)) {
///         stream.output().write("hello".getBytes(UTF_8));
///         assertThat(stream.input().readNBytes(5)).asString().isEqualTo("hello");
///     }
///
/// Each program has a thread of its own, but only one of them runs at a time: until it waits for the network,
/// in a read, write, connect, accept, [#sleep] or [Program#await]. Then the next one has its turn, and when
/// none can go on, virtual time does. So a seed replays a run with programs as exactly as one without, and no
/// program can wait for anything else: a lock, a queue or a future that another program would have to serve
/// stops everything.
///
/// The test itself may make the same calls: while it waits, the network and the programs go on.
///
/// - A program that ends with an exception fails the test at once.
/// - A test ends when its programs have ended; [#service]s are stopped then, wherever they wait.
/// - Whoever waits for an hour of virtual time, or for what can never happen, fails the test.
///
/// Threads: the test's and those of its programs.
public final class Programs {
    /// How long the test waits for anything, in virtual time.
    public static final Duration PATIENCE = Duration.ofHours(1);

    /// A program's code.
    @FunctionalInterface
    public interface Code {
        /// Runs the program. Whatever it throws fails the test.
        void run() throws Exception;
    }

    /// Stops a program that waits. An error, so that programs do not take it for a failure of their own.
    private static final class Stopped extends Error {
        private static final long serialVersionUID = 1L;

        private Stopped() {
            super("the test is over", null, false, false);
        }
    }

    private final SimNetwork network;
    private final List<Program> programs = new ArrayList<>();
    /// The turn of the test, which runs the network.
    private final Semaphore testsTurn = new Semaphore(0);

    /// Whose turn it is; null: the test's.
    private @Nullable Program running;

    private boolean stopping;

    /// Programs on a network.
    Programs(SimNetwork network) {
        this.network = network;
    }

    /// A program, running or not.
    ///
    /// Threads: the test's and those of its programs.
    public final class Program {
        private final String name;
        private final boolean service;
        private final Thread thread;
        private final Semaphore turn = new Semaphore(0);
        private final Signal ended = new Signal(Programs.this);
        private String waitsFor = "its first turn";
        private boolean scheduled;
        private boolean over;
        private @Nullable Throwable failure;

        private Program(String name, boolean service, Code code) {
            this.name = name;
            this.service = service;
            thread = Thread.ofVirtual().name(name).unstarted(() -> live(code));
        }

        private void live(Code code) {
            turn.acquireUninterruptibly();
            try {
                if (!stopping) {
                    code.run();
                }
            } catch (Stopped _) {
                // The test is over, and so is this program.
            } catch (Throwable e) {
                failure = e;
            }
            over = true;
            ended.give();
            testsTurn.release();
        }

        /// Waits until the program has ended.
        public void await() {
            while (!over) {
                waitFor("the end of " + name, ended, Deadlines.NONE, () -> over);
            }
        }

        /// Whether the program has ended.
        public boolean ended() {
            return over;
        }

        private void pass() {
            testsTurn.release();
            turn.acquireUninterruptibly();
        }

        /// Name, what it waits for, and where in the user's code.
        @Override
        public String toString() {
            if (over) {
                return name + " has ended";
            }
            for (var frame : thread.getStackTrace()) {
                if (!inner(frame.getClassName())) {
                    return name + " waits for " + waitsFor + " in " + frame;
                }
            }
            return name + " waits for " + waitsFor;
        }
    }

    /// Whether a frame of a program's stack is of Levee or of Java.
    private static boolean inner(String className) {
        int nested = className.indexOf('$');
        var outer = nested < 0 ? className : className.substring(0, nested);
        return outer.startsWith("java.")
                || outer.startsWith("jdk.")
                || outer.equals(Programs.class.getName())
                || outer.equals(BlockingStream.class.getName())
                || outer.equals(BlockingListener.class.getName());
    }

    /// Starts a program that the test waits for at its end. It has its first turn when the test waits.
    public Program start(String name, Code code) {
        return add(new Program(name, false, code));
    }

    /// Starts a program that runs until the test has ended, or shorter.
    public Program service(String name, Code code) {
        return add(new Program(name, true, code));
    }

    private Program add(Program program) {
        programs.add(program);
        program.thread.start();
        schedule(program);
        return program;
    }

    /// Listens on a port of a host.
    ///
    /// @throws IllegalStateException when somebody does already
    public BlockingListener listen(SimHost host, int port) {
        return new BlockingListener(this, host.listen(port), host.name() + " port " + port);
    }

    /// Connects to another host's first address, and waits until that is done.
    ///
    /// @throws java.net.ConnectException when nobody listens there
    /// @throws IOException when the connection fails in another way
    public BlockingStream connect(SimHost from, SimHost to, int port) throws IOException {
        checkTurn();
        var stream = new BlockingStream(this, from.connect(to, port));
        stream.awaitConnected();
        return stream;
    }

    /// Lets virtual time pass.
    public void sleep(Duration duration) {
        long endNanos = nowNanos() + Math.max(1, duration.toNanos());
        var never = new Signal(this);
        while (!Deadlines.due(nowNanos(), endNanos)) {
            waitFor("time to pass", never, endNanos, () -> false);
        }
    }

    /// Waits until all programs but the services have ended.
    public void await() {
        // Programs may start others.
        for (int i = 0; i < programs.size(); i++) {
            var program = programs.get(i);
            if (!program.service) {
                program.await();
            }
        }
    }

    long nowNanos() {
        return network.clock().nowNanos();
    }

    /// Gives up the turn until the signal comes, the deadline passes, or earlier: the caller looks again.
    ///
    /// @param what in words, for messages
    /// @param ready whether there is no reason to wait any longer
    void waitFor(String what, Signal signal, long deadlineNanos, BooleanSupplier ready) {
        checkTurn();
        var program = running;
        if (program == null) {
            runNetwork(what, deadlineNanos, ready);
            return;
        }
        signal.add(program);
        if (deadlineNanos != Deadlines.NONE) {
            network.after(deadlineNanos - nowNanos(), () -> schedule(program));
        }
        program.waitsFor = what;
        program.pass();
        checkStopping();
    }

    private void runNetwork(String what, long deadlineNanos, BooleanSupplier ready) {
        checkStopping();
        boolean hasDeadline = deadlineNanos != Deadlines.NONE;
        long limitNanos = hasDeadline ? deadlineNanos - nowNanos() : PATIENCE.toNanos();
        if (!network.tryUntil(limitNanos, ready) && !hasDeadline) {
            throw new SimulationFailure(
                    "the test has waited " + Times.format(limitNanos) + " s of virtual time for " + what + network);
        }
    }

    private void checkStopping() {
        if (stopping) {
            throw new Stopped();
        }
    }

    /// Only who has the turn may do anything.
    void checkTurn() {
        var program = running;
        if (program != null && !program.thread.equals(Thread.currentThread())) {
            throw new IllegalStateException("this thread is not the program that runs, " + program.name
                    + ": start further threads with Programs.start");
        }
    }

    /// A program can go on: it has its turn as soon as what happens now is done.
    void schedule(Program program) {
        if (!program.scheduled && !program.over) {
            program.scheduled = true;
            network.after(0, () -> resume(program));
        }
    }

    private void resume(Program program) {
        program.scheduled = false;
        if (program.over) {
            return;
        }
        running = program;
        program.turn.release();
        try {
            testsTurn.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    program.name + " has run too long without waiting for the network: "
                            + List.of(program.thread.getStackTrace()),
                    e);
        }
        running = null;
        var failure = program.failure;
        if (failure != null && !stopping) {
            program.failure = null;
            if (failure instanceof AssertionError error) {
                throw error;
            }
            throw new ProgramFailure(program.name, failure);
        }
    }

    /// Stops everything that still waits.
    void stop() {
        stopping = true;
        if (running != null) {
            // It was interrupted in the middle of something, and may never give up its turn.
            return;
        }
        // Programs that start others while they end are met, too.
        for (int i = 0; i < programs.size(); i++) {
            var program = programs.get(i);
            for (int turns = 0; !program.over && turns < STOPS_MAX; turns++) {
                resume(program);
            }
        }
    }

    /// How often a program that waits again and again is told that it is over.
    private static final int STOPS_MAX = 1000;

    /// All programs, a line each.
    @Override
    public String toString() {
        var text = new StringBuilder();
        programs.forEach(program -> text.append("\n  program ").append(program));
        return text.toString();
    }
}
