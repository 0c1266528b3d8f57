package dev.levee.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// Bulk transfer at MTU 1500 without offloads: a kernel client against Levee over TUN, and the same client
/// program against the same server program on the kernel's own sockets over veth. Rounds are interleaved; the
/// ratio is that of the medians. What Levee's process allocates meanwhile is told per segment.
///
/// Threads: main.
final class BulkBench {
    private static final String LEVEE_ADDRESS = "198.18.0.2";
    private static final String[] DIRECTIONS = {"up", "down"};

    private final int seconds;
    private final int rounds;
    private final String threads;

    /// @param threads `virtual` or `platform`: what serves each connection
    BulkBench(int seconds, int rounds, String threads) {
        this.seconds = seconds;
        this.rounds = rounds;
        this.threads = threads;
    }

    private record Allocation(long segments, long bytes) {}

    void run() throws IOException {
        try (var lab = new Lab();
                var _ = new Server(Lab.java(lab.server, "kernel-server", Lab.SERVER_ADDRESS, threads));
                var levee = new Server(Lab.java(
                        lab.client, "levee-server", "bench2", LEVEE_ADDRESS + "/24", "198.18.0.1/24", threads))) {
            System.out.println("MTU 1500, no offloads, one connection, " + seconds + " s a round, " + threads
                    + " threads, " + rounds + " rounds, medians; both ends on this machine");
            for (String direction : DIRECTIONS) {
                measure(lab, levee, direction);
            }
        }
    }

    private void measure(Lab lab, Server levee, String direction) throws IOException {
        var ours = new ArrayList<Double>();
        var theirs = new ArrayList<Double>();
        long segments = 0;
        long bytes = 0;
        for (int i = 0; i < rounds; i++) {
            var transfer = new Transfer(lab.client, LEVEE_ADDRESS, direction);
            // What asking costs is found by asking twice.
            var cost = levee.allocation();
            var before = levee.allocation();
            ours.add(transfer.gigabitsPerSecond());
            var after = levee.allocation();
            transfer.end();
            segments += after.segments() - before.segments();
            bytes += after.bytes() - before.bytes() - (before.bytes() - cost.bytes());
            var kernel = new Transfer(lab.client, Lab.SERVER_ADDRESS, direction);
            theirs.add(kernel.gigabitsPerSecond());
            kernel.end();
        }
        double our = median(ours);
        double their = median(theirs);
        System.out.println(String.format(
                Locale.ROOT,
                "%-4s  Levee over TUN %5.2f Gbit/s   kernel over veth %5.2f Gbit/s   ratio %.2f   allocated %d B in "
                        + "%d segments: %.4f B/segment",
                direction,
                our,
                their,
                our / their,
                bytes,
                segments,
                (double) bytes / Math.max(1, segments)));
    }

    /// One transfer by a client process: under way when constructed.
    private final class Transfer {
        private final Process process;
        private final BufferedReader lines;

        Transfer(String namespace, String address, String direction) throws IOException {
            process = Lab.java(namespace, "client", address, direction, Integer.toString(seconds));
            lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            if (!"begin".equals(lines.readLine())) {
                process.destroy();
                throw new IOException("the client got nowhere with " + address);
            }
        }

        /// Waits for the end of the time that counts; the connection stays open.
        double gigabitsPerSecond() throws IOException {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("the transfer broke off");
            }
            var numbers = line.split(" ", -1);
            return 8.0 * Long.parseLong(numbers[0]) / Long.parseLong(numbers[1]);
        }

        void end() throws IOException {
            process.getOutputStream().close();
            process.destroy();
        }
    }

    private static double median(List<Double> values) {
        Collections.sort(values);
        return values.get(values.size() / 2);
    }

    /// A server process and the conversation with it.
    private static final class Server implements AutoCloseable {
        private final Process process;
        private final BufferedReader lines;
        private final PrintWriter asks;

        Server(Process process) throws IOException {
            this.process = process;
            lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            asks = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
            if (!"ready".equals(lines.readLine())) {
                process.destroy();
                throw new IOException("a server did not start");
            }
        }

        Allocation allocation() throws IOException {
            asks.println();
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("a server has ended");
            }
            var numbers = line.split(" ", -1);
            return new Allocation(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
        }

        @Override
        public void close() {
            asks.close();
            process.destroy();
        }
    }
}
