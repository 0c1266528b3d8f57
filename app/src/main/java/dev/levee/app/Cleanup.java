package dev.levee.app;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Gives back what a command took, last first, exactly once: at the command's end, or when the process is told
/// to stop (SIGTERM, Ctrl-C). A stop never takes longer than [#STOP_MILLIS_MAX].
///
/// Threads: any.
final class Cleanup implements AutoCloseable {
    static final long STOP_MILLIS_MAX = 1_700;

    private static volatile boolean stopping;

    private final Deque<Action> actions = new ArrayDeque<>();
    private final Thread hook = new Thread(this::stop, "levee-stop");
    private final ReentrantLock closing = new ReentrantLock();
    private boolean closed;

    /// Watches for the process being told to stop.
    static Cleanup atExit() {
        var cleanup = new Cleanup();
        Runtime.getRuntime().addShutdownHook(cleanup.hook);
        return cleanup;
    }

    /// What to do at the end, before everything that was added earlier. When the end is already there it is
    /// done at once.
    void add(Action action) {
        synchronized (actions) {
            if (!closed) {
                actions.push(action);
                return;
            }
        }
        perform(action);
    }

    /// Returns when everything was given back, by whichever thread.
    @Override
    public void close() {
        closing.lock();
        try {
            for (var action = next(); action != null; action = next()) {
                perform(action);
            }
        } finally {
            closing.unlock();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The process is stopping: the hook runs, or has run.
        }
    }

    private @Nullable Action next() {
        synchronized (actions) {
            closed = true;
            return actions.poll();
        }
    }

    /// Whether the process has been told to stop: what fails now fails because of that.
    static boolean stopping() {
        return stopping;
    }

    private void stop() {
        stopping = true;
        var worker = Thread.ofPlatform().daemon().name("levee-cleanup").start(this::close);
        try {
            worker.join(STOP_MILLIS_MAX);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void perform(Action action) {
        try {
            action.run();
        } catch (Exception e) {
            System.err.println("levee: while cleaning up: " + Problem.reason(e));
        }
    }

    /// One thing to give back.
    interface Action {
        void run() throws Exception;
    }
}
