package dev.levee.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// curl, one after the other for a time: each fetches the same small file by a connection of its own.
///
/// Threads: one owner.
final class Curls {
    /// How long one may take: as long as two lost SYNs and a little.
    private static final int PATIENCE_SECONDS = 4;

    private final List<Long> connectMicros = new ArrayList<>();
    private int begun;

    /// Runs them until the time is over; what has begun then ends by itself.
    ///
    /// @param command curl inside the namespace, and its options; the URL comes behind it
    /// @param countMax that many at the most
    void run(List<String> command, String url, long untilNanos, int countMax) throws IOException, InterruptedException {
        var words = new ArrayList<>(command);
        words.addAll(List.of(
                "-q",
                "-s",
                "-g",
                "--noproxy",
                "*",
                "-o",
                "/dev/null",
                "--max-time",
                Integer.toString(PATIENCE_SECONDS),
                "-w",
                "%{http_code} %{time_connect}",
                url));
        while (begun < countMax && System.nanoTime() - untilNanos < 0) {
            begun++;
            one(words);
        }
    }

    private void one(List<String> words) throws IOException, InterruptedException {
        var process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.getOutputStream().close();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .split(" ", -1);
            // curl has a time limit of its own; this is for one that does not keep it.
            if (process.waitFor(2L * PATIENCE_SECONDS, TimeUnit.SECONDS)
                    && process.exitValue() == 0
                    && said.length == 2
                    && said[0].equals("200")) {
                connectMicros.add(Math.round(Double.parseDouble(said[1]) * 1e6));
            }
        } finally {
            process.destroyForcibly();
        }
    }

    int begun() {
        return begun;
    }

    int succeeded() {
        return connectMicros.size();
    }

    /// How long a connect took of which `perMille` of a thousand were no slower, in microseconds; those that failed
    /// count as all their patience. 0 without any.
    long micros(int perMille) {
        if (begun == 0) {
            return 0;
        }
        var sorted = new ArrayList<>(connectMicros);
        Collections.sort(sorted);
        int rank = Math.max(1, (begun * perMille + 999) / 1_000);
        return rank <= sorted.size() ? sorted.get(rank - 1) : PATIENCE_SECONDS * 1_000_000L;
    }
}
