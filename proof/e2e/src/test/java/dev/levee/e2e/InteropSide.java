package dev.levee.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What one side of a connection does, by the knobs: a reader and a writer, and how they end.
///
/// Threads: one for [#write], one for [#readAndEnd].
final class InteropSide {
    private static final Duration PATIENCE = Duration.ofMillis(250);
    private static final int CALLS_BETWEEN_PAUSES = 8;

    private final InteropKnobs knobs;
    private final boolean levee;
    private final InteropEnd end;
    private final byte[] text;
    private final CountDownLatch heardEnd = new CountDownLatch(1);
    private final CountDownLatch written = new CountDownLatch(1);
    private final CountDownLatch ready = new CountDownLatch(1);
    private byte[] received = new byte[0];
    private int receivedBytes;
    private boolean endSeen;
    private volatile @Nullable IOException failure;

    InteropSide(InteropKnobs knobs, boolean levee, InteropEnd end) {
        this.knobs = knobs;
        this.levee = levee;
        this.end = end;
        this.text = knobs.text(levee);
    }

    /// Writes everything.
    void write() throws InterruptedException {
        try {
            if (knobs.manner().answers(levee)) {
                heardEnd.await();
            }
            int chunk = knobs.writes(levee);
            for (int at = 0, call = 1; at < text.length; at += chunk, call++) {
                end.write(text, at, Math.min(chunk, text.length - at));
                pause(call);
            }
            if (knobs.manner().halfCloses()) {
                end.shutdownOutput();
            }
        } catch (IOException e) {
            failed(e);
        } finally {
            written.countDown();
        }
    }

    /// Reads as much as the manner wants, and ends as it wants.
    ///
    /// @param other the other side: some ends wait for it
    void readAndEnd(InteropSide other) throws InterruptedException {
        try {
            if (!knobs.manner().orderly() && !knobs.manner().breaksOff(levee)) {
                suffer();
                return;
            }
            read();
            if (knobs.manner().breaksOff(levee)) {
                breakOff();
                return;
            }
            heardEnd.countDown();
            written.await();
            ready.countDown();
            if (knobs.manner() == InteropKnobs.Manner.BOTH_CLOSE) {
                other.ready.await();
            }
            end.close();
        } catch (IOException e) {
            failed(e);
        } finally {
            heardEnd.countDown();
            ready.countDown();
        }
    }

    private void read() throws IOException {
        boolean breaksOff = knobs.manner().breaksOff(levee);
        boolean counts = breaksOff || knobs.manner().closesFirst(levee);
        int wanted = breaksOff ? knobs.readBeforeEnd() : knobs.bytes(!levee);
        for (int call = 1; !endSeen && (!counts || receivedBytes < wanted); call++) {
            int room = counts ? wanted - receivedBytes : Integer.MAX_VALUE;
            take(Math.min(knobs.reads(levee), room));
            pause(call);
        }
    }

    private void breakOff() throws IOException {
        if (knobs.manner().resets()) {
            end.reset(knobs.abort());
        } else {
            end.close();
        }
    }

    /// The other side will break off. It may have been heard of only by who sends: a lost RST is sent again when
    /// something comes, so something has to.
    private void suffer() throws IOException, InterruptedException {
        end.patience(PATIENCE);
        for (int call = 1; ; call++) {
            int count = endSeen ? 0 : take(knobs.reads(levee));
            pause(call);
            if (endSeen) {
                written.await();
                LockSupport.parkNanos(PATIENCE.toNanos());
            }
            if (count <= 0 && written.getCount() == 0) {
                if (failure != null) {
                    return;
                }
                end.write(new byte[1], 0, 1);
            }
        }
    }

    private int take(int most) throws IOException {
        if (received.length < receivedBytes + most) {
            received = Arrays.copyOf(received, Math.max(receivedBytes + most, 2 * received.length));
        }
        var chunk = new byte[most];
        int count = end.read(chunk, most);
        endSeen = count < 0;
        if (count > 0) {
            System.arraycopy(chunk, 0, received, receivedBytes, count);
            receivedBytes += count;
        }
        return count;
    }

    private void pause(int call) {
        if (knobs.pauseMicros(levee) > 0 && call % CALLS_BETWEEN_PAUSES == 0) {
            LockSupport.parkNanos(1_000L * knobs.pauseMicros(levee));
        }
    }

    private void failed(IOException e) {
        if (failure == null) {
            failure = e;
        }
    }

    /// What went wrong first on this side; null: nothing.
    @Nullable
    IOException failure() {
        return failure;
    }

    byte[] received() {
        return Arrays.copyOf(received, receivedBytes);
    }

    @Override
    public String toString() {
        return (levee ? "Levee" : "kernel") + " has read " + receivedBytes + (endSeen ? " and the end" : "")
                + (written.getCount() == 0 ? ", written all" : ", is writing") + ", failure " + failure;
    }
}
