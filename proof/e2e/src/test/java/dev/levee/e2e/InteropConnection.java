package dev.levee.e2e;

import dev.levee.net.TcpException;
import dev.levee.net.TcpStream;
import dev.levee.tcp.CloseCause;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// One connection between Levee and the kernel, from the first SYN to what both sides know at the end.
///
/// Threads: one.
final class InteropConnection implements Callable<@Nullable String> {
    /// Not a verdict about speed: beyond it, both TCPs would have given up a peer that is silent.
    private static final Duration RECEIPT_PATIENCE = Duration.ofMinutes(2);

    private final InteropLane lane;
    private final InteropKnobs knobs;
    private volatile String stage = "opening";
    private volatile @Nullable InteropSide levee;
    private volatile @Nullable InteropSide kernel;
    private volatile @Nullable TcpStream stream;

    InteropConnection(InteropLane lane, InteropKnobs knobs) {
        this.lane = lane;
        this.knobs = knobs;
    }

    /// @return what is wrong; null: nothing
    @Override
    public @Nullable String call() throws Exception {
        var pair = lane.open(knobs);
        var ourStream = pair.levee().stream();
        var ours = new InteropSide(knobs, true, pair.levee());
        var theirs = new InteropSide(knobs, false, pair.kernel());
        stream = ourStream;
        levee = ours;
        kernel = theirs;
        stage = "open";
        var tasks = new FutureTask<?>[] {
            start(ours::write),
            start(theirs::write),
            start(() -> ours.readAndEnd(theirs)),
            start(() -> theirs.readAndEnd(ours))
        };
        for (var task : tasks) {
            task.get();
        }
        stage = "judged";
        var wrong =
                knobs.manner().orderly() ? judgeOrderly(ours, theirs, ourStream) : judgeBroken(ours, theirs, ourStream);
        lane.forget(knobs, pair);
        close(pair.levee());
        close(pair.kernel());
        return wrong;
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private static FutureTask<?> start(Step step) {
        var task = new FutureTask<@Nullable Void>(() -> {
            step.run();
            return null;
        });
        Thread.startVirtualThread(task);
        return task;
    }

    private static void close(InteropEnd end) {
        try {
            end.close();
        } catch (IOException e) {
            // Judged before.
        }
    }

    private @Nullable String judgeOrderly(InteropSide ours, InteropSide theirs, TcpStream stream)
            throws InterruptedException {
        if (ours.failure() != null || theirs.failure() != null) {
            return "a connection that nobody broke off has failed: Levee " + ours.failure() + ", kernel "
                    + theirs.failure();
        }
        if (!sha256(ours.received()).equals(sha256(knobs.text(false)))) {
            return "Levee has read something else than the kernel has written";
        }
        if (!sha256(theirs.received()).equals(sha256(knobs.text(true)))) {
            return "the kernel has read something else than Levee has written";
        }
        try {
            stream.receipt().await(RECEIPT_PATIENCE);
        } catch (SocketTimeoutException e) {
            return "the kernel has read everything, and Levee still does not know: " + e.getMessage();
        } catch (IOException e) {
            return "the kernel has read everything, and Levee says otherwise: " + e.getMessage();
        }
        return null;
    }

    private @Nullable String judgeBroken(InteropSide ours, InteropSide theirs, TcpStream stream)
            throws InterruptedException {
        boolean byLevee = knobs.manner().breaksOff(true);
        if (!startsWith(knobs.text(byLevee), byLevee ? theirs.received() : ours.received())) {
            return "what was read before the reset is not what was written";
        }
        if ((byLevee ? theirs : ours).failure() == null) {
            return "the reset was never told";
        }
        var receipt = stream.receipt();
        long told = 0;
        try {
            receipt.await(RECEIPT_PATIENCE);
        } catch (TcpException e) {
            told = e.undeliveredBytes();
            boolean right =
                    byLevee ? e.closeCause() instanceof CloseCause.Aborted : e.closeCause() instanceof CloseCause.Reset;
            if (!right) {
                return "the wrong cause: " + e.closeCause();
            }
        } catch (IOException e) {
            return "no receipt after the reset: " + e.getMessage();
        }
        var seen = lane.acknowledged(stream);
        long claimed = receipt.position() - told;
        long most = Math.min(seen.most(), receipt.position());
        long least = byLevee ? 0 : Math.min(seen.least(), receipt.position());
        if (claimed < least || claimed > most) {
            return "Levee says that " + claimed + " octets were acknowledged, on the wire it was " + least + " to "
                    + most;
        }
        return null;
    }

    /// Whether this begins as the other, and is no longer but for what is written to learn of the reset.
    private static boolean startsWith(byte[] text, byte[] read) {
        int common = Math.min(text.length, read.length);
        return Arrays.equals(text, 0, common, read, 0, common) && read.length <= text.length;
    }

    private static String sha256(byte[] octets) {
        try {
            return java.util.HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// How far it has come, for the report about one that hangs.
    String progress() {
        return stage + "; " + levee + "; " + kernel + "; " + stream;
    }

    /// Ends it, whatever it waits for.
    void abandon() {
        var open = stream;
        if (open != null) {
            open.abort();
        }
    }

    @Override
    public String toString() {
        return knobs + ", " + lane;
    }

    /// The reason behind a failed task.
    static Throwable reason(ExecutionException e) {
        var cause = e.getCause();
        return cause == null ? e : cause;
    }
}
