package dev.levee.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/// A platform thread that does what it is told, one thing after the other. The network namespace belongs to the
/// thread: a thread that is started inside begins inside.
///
/// Threads: any.
final class Worker {
    /// How long a thread may take to end. Far more than a signal needs.
    private static final long END_MILLIS_MAX = 10_000;
    /// Between two signals: one may come just before the call that it is meant for.
    private static final long SIGNAL_MILLIS = 1;

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Thread thread;
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile boolean ending;
    private volatile int tid;

    /// Starts it, from the thread whose namespaces it is to have.
    Worker(String name) {
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
        try {
            started.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KernelException("interrupted while a network namespace was made");
        }
    }

    private void run() {
        try (var arena = Arena.ofConfined()) {
            tid = (int) new Native(arena).call(Function.GETTID);
        }
        started.countDown();
        while (!ending) {
            try {
                tasks.take().run();
            } catch (InterruptedException e) {
                // Nobody interrupts this thread; if somebody did, the flag would decide.
            }
        }
    }

    void begin(Runnable task) {
        tasks.add(task);
    }

    /// Does something there, and waits for it.
    <T> T ask(Callable<T> task) {
        var future = new FutureTask<>(task);
        begin(future);
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError("in " + thread.getName(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KernelException("interrupted while the kernel was asked");
        }
    }

    int tid() {
        return tid;
    }

    /// Whether the thread is asleep inside a system call other than those with which Java itself waits.
    boolean asleepInCall() {
        var task = Path.of("/proc/self/task/" + tid);
        try {
            var stat = Files.readString(task.resolve("stat"));
            // After the name, which may hold anything, in parentheses.
            if (stat.charAt(stat.lastIndexOf(')') + 2) != 'S') {
                return false;
            }
            var call = Files.readString(task.resolve("syscall"));
            return !call.startsWith("running") && !call.startsWith(Machine.FUTEX + " ");
        } catch (IOException e) {
            // The thread has ended, or this kernel does not say: then time decides.
            return false;
        }
    }

    /// Ends the thread, whatever it waits for.
    ///
    /// @param calls the caller's own
    void end(Native calls) {
        ending = true;
        begin(() -> {});
        long pid = calls.call(Function.GETPID);
        long deadlineNanos = System.nanoTime() + END_MILLIS_MAX * 1_000_000;
        boolean interrupted = false;
        while (thread.isAlive() && System.nanoTime() - deadlineNanos < 0) {
            if (asleepInCall()) {
                Machine.interruptCalls(calls, pid, tid);
            }
            try {
                thread.join(SIGNAL_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new KernelException("a thread of the kernel target does not end: " + thread.getName());
        }
    }
}
