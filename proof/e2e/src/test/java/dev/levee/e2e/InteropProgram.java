package dev.levee.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// Many connections between Levee and the kernel that it runs on, in the namespace that it was started in: both
/// ends are in this process, Levee's over TUN. Arguments: the first seed, how many, and optionally the number of
/// the only one to run. Prints a line for each failure, with all knobs, and one at the end; exit code 1 after
/// failures. Runs as a process of its own.
///
/// Threads: a virtual one for each connection, and two for each side.
final class InteropProgram {
    private static final int LANES = 8;
    private static final int AT_ONCE = 160;
    /// Far beyond what any of them takes.
    private static final long PATIENCE_SECONDS = 150;

    private final long firstSeed;
    private final int count;
    private final InteropLane[] lanes = new InteropLane[LANES];
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final AtomicInteger right = new AtomicInteger();
    private final AtomicInteger wrong = new AtomicInteger();
    private final AtomicInteger hung = new AtomicInteger();

    private InteropProgram(long firstSeed, int count) {
        this.firstSeed = firstSeed;
        this.count = count;
    }

    public static void main(String[] arguments) throws Exception {
        var program = new InteropProgram(Long.parseLong(arguments[0]), Integer.parseInt(arguments[1]));
        int only = arguments.length > 2 ? Integer.parseInt(arguments[2]) : -1;
        boolean good = program.run(only);
        // Connections that hang have threads that do, too.
        System.exit(good ? 0 : 1);
    }

    private boolean run(int only) throws Exception {
        var settings = settings();
        for (int i = 0; i < LANES; i++) {
            lanes[i] = new InteropLane(i, firstSeed + i);
        }
        long begun = System.nanoTime();
        var threads = new Thread[count];
        for (int i = 0; i < count; i++) {
            if (only >= 0 && i != only) {
                continue;
            }
            int number = i;
            room.acquire();
            threads[i] = Thread.startVirtualThread(() -> one(number, settings));
        }
        for (var thread : threads) {
            if (thread != null) {
                thread.join();
            }
        }
        long millis = (System.nanoTime() - begun) / 1_000_000;
        System.out.println("done: " + right + " right, " + wrong + " wrong, " + hung + " hung, in " + millis + " ms");
        for (var lane : lanes) {
            lane.close();
        }
        return wrong.get() == 0 && hung.get() == 0;
    }

    private void one(int number, String settings) {
        var connection = new InteropConnection(lanes[number % LANES], InteropKnobs.of(firstSeed + number));
        var task = new FutureTask<>(connection);
        Thread.startVirtualThread(task);
        try {
            var what = task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (what == null) {
                right.incrementAndGet();
            } else {
                wrong.incrementAndGet();
                report("WRONG", number, what, connection, settings);
            }
        } catch (TimeoutException e) {
            hung.incrementAndGet();
            report("HUNG", number, "not over after " + PATIENCE_SECONDS + " s", connection, settings);
            connection.abandon();
        } catch (ExecutionException e) {
            wrong.incrementAndGet();
            report("WRONG", number, "" + InteropConnection.reason(e), connection, settings);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            room.release();
        }
    }

    private void report(String verdict, int number, String what, InteropConnection connection, String settings) {
        System.out.println(verdict + " first seed " + firstSeed + " number " + number + ": " + what + "\n  "
                + connection + "\n  kernel: " + settings + "\n  " + connection.progress());
    }

    /// Lets the seed choose what the kernel of this namespace offers.
    private String settings() throws IOException {
        var random = new SplittableRandom(~firstSeed);
        return set("tcp_sack", random.nextInt(5) > 0)
                + set("tcp_timestamps", random.nextInt(4) > 0)
                + set("tcp_window_scaling", random.nextInt(5) > 0);
    }

    private static String set(String name, boolean on) throws IOException {
        Files.writeString(Path.of("/proc/sys/net/ipv4", name), on ? "1" : "0");
        return name + "=" + (on ? 1 : 0) + " ";
    }
}
