package dev.levee.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A child process. It is ended by its own id and nobody else's.
///
/// Threads: one owner.
final class Program implements AutoCloseable {
    private static final long GUARD_NANOS = TimeUnit.SECONDS.toNanos(240);
    private static final long STOP_SECONDS_MAX = 10;

    private final List<String> command;
    private final Process process;
    private final Output out;
    private final Output err;

    Program(ProcessBuilder builder) throws IOException {
        command = List.copyOf(builder.command());
        process = builder.start();
        out = new Output(process.getInputStream(), "out of " + process.pid());
        err = new Output(process.getErrorStream(), "err of " + process.pid());
    }

    /// How a program ended, and what it said.
    record Result(List<String> command, int code, String out, String err) {
        /// @throws AssertionError with everything that was said, if the exit code is another
        Result expect(int wanted) {
            if (code != wanted) {
                throw new AssertionError("exit code " + code + " instead of " + wanted + ": " + this);
            }
            return this;
        }

        @Override
        public String toString() {
            return String.join(" ", command) + "\nexit code " + code + "\n--- out\n" + out + "--- err\n" + err;
        }
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /// Blocks until a line of standard output is this one.
    Program awaitOut(String line) throws InterruptedException {
        if (!out.await(line::equals, GUARD_NANOS)) {
            throw new AssertionError("never said '" + line + "': " + this);
        }
        return this;
    }

    /// Blocks until a line of standard error contains these words.
    Program awaitErr(String words) throws InterruptedException {
        if (!err.await(line -> line.contains(words), GUARD_NANOS)) {
            throw new AssertionError("never said '" + words + "': " + this);
        }
        return this;
    }

    Result awaitEnd() throws InterruptedException {
        if (!process.waitFor(GUARD_NANOS, TimeUnit.NANOSECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("does not end: " + this);
        }
        return new Result(command, process.exitValue(), out.whole(), err.whole());
    }

    /// Whether it ends within a time that is promised.
    boolean endsWithin(Duration promise) throws InterruptedException {
        return process.waitFor(promise.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Sends a signal: TERM, INT.
    void signal(String name) throws IOException, InterruptedException {
        if (alive()) {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
        }
    }

    /// Ends it, politely first.
    @Override
    public void close() {
        process.destroy();
        try {
            if (process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        return String.join(" ", command) + "\n--- out\n" + out.soFar() + "--- err\n" + err.soFar();
    }
}
