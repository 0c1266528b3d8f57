package dev.levee.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// The lines that a program says, kept as they come.
///
/// Threads: any.
final class Output {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    Output(InputStream stream, String name) {
        Thread.ofPlatform().daemon().name(name).start(() -> read(stream));
    }

    private void read(InputStream stream) {
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                add(line);
                line = reader.readLine();
            }
        } catch (IOException _) {
            // The program was ended; what it said is here.
        } finally {
            lock.lock();
            try {
                ended = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void add(String line) {
        lock.lock();
        try {
            lines.add(line);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Blocks until a line is as wanted.
    ///
    /// @return whether it came: false when the program ended or was silent for too long
    boolean await(Predicate<String> wanted, long guardNanos) throws InterruptedException {
        long leftNanos = guardNanos;
        int seen = 0;
        lock.lock();
        try {
            while (true) {
                while (seen < lines.size()) {
                    if (wanted.test(lines.get(seen++))) {
                        return true;
                    }
                }
                if (ended || leftNanos <= 0) {
                    return false;
                }
                leftNanos = changed.awaitNanos(leftNanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /// All that was said, once the program has closed this stream.
    String whole() throws InterruptedException {
        long leftNanos = TimeUnit.SECONDS.toNanos(10);
        lock.lock();
        try {
            while (!ended && leftNanos > 0) {
                leftNanos = changed.awaitNanos(leftNanos);
            }
            return text();
        } finally {
            lock.unlock();
        }
    }

    /// What was said so far.
    String soFar() {
        lock.lock();
        try {
            return text();
        } finally {
            lock.unlock();
        }
    }

    private String text() {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }
}
