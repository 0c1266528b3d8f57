package dev.levee.sim;

import dev.levee.path.Impairment;
import dev.levee.tcp.TcpCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Measures `docs/goodput.md` in virtual time: how fast one flow is by loss and round trip, and how several
/// flows share a line. Seeds are fixed, so the numbers are exact: any change of them is a change of the engine.
final class GoldenTables {
    private static final int[] LOSS_PER_MILLE = {0, 1, 10, 20, 50, 100};
    private static final int[] RTT_MILLIS = {1, 10, 50, 100, 200};
    private static final int[] FLOWS = {2, 4, 8, 16};

    private static final long RATE_BITS_PER_SECOND = 20_000_000;
    private static final int TRANSFER_BYTES = 10_000_000;
    private static final int PACKET_BYTES = 1500;
    /// What of a packet is payload: 40 octets of headers, 12 of timestamps.
    private static final int MSS = PACKET_BYTES - 52;
    private static final int QUEUE_BYTES_MIN = 64 * 1024;

    private static final int FAIRNESS_RTT_MILLIS = 40;
    private static final long FAIRNESS_APART_NANOS = Times.millis(100);
    private static final long FAIRNESS_WARM_UP_NANOS = Times.seconds(10);
    private static final long FAIRNESS_NANOS = Times.seconds(30);

    private static final byte[] CHUNK = Pattern.bytes(0, 1 << 16);

    /// One transfer.
    ///
    /// @param bitsPerSecond of payload, from the SYN to the last octet read
    /// @param retransmitted share of the data segments that were sent more than once
    private record Cell(double bitsPerSecond, double retransmitted) {}

    /// Flows over one line.
    private record Shares(List<Long> bytes) {
        /// Jain's index: 1 when all are equal, 1/n when one has everything.
        double jain() {
            double sum = total();
            double squares =
                    bytes.stream().mapToDouble(one -> (double) one * one).sum();
            return sum * sum / (bytes.size() * squares);
        }

        long total() {
            return bytes.stream().mapToLong(Long::longValue).sum();
        }
    }

    private GoldenTables() {}

    /// The whole document.
    static String document() {
        var cells = IntStream.of(LOSS_PER_MILLE)
                .mapToObj(loss -> IntStream.of(RTT_MILLIS)
                        .mapToObj(rtt -> transfer(loss, rtt))
                        .toList())
                .toList();
        return INTRODUCTION
                + table("Goodput in Mbit/s", cells, cell -> number(cell.bitsPerSecond() / 1e6))
                + MODEL
                + modelTable()
                + RETRANSMITTED
                + table(
                        "Data sent again",
                        cells,
                        cell -> String.format(Locale.ROOT, "%.1f %%", 100 * cell.retransmitted()))
                + FAIRNESS
                + fairnessTable();
    }

    /// A line with a queue that holds what is under way on it, but no less than 64 KiB.
    private static Impairment line(double loss, int rttMillis) {
        long underWayBytes = RATE_BITS_PER_SECOND / 8 * rttMillis / 1000;
        return Impairment.builder()
                .loss(loss)
                .delayNanos(Times.micros(rttMillis * 500L))
                .rateBitsPerSecond(RATE_BITS_PER_SECOND)
                .queueBytes(Math.max(underWayBytes, QUEUE_BYTES_MIN))
                .build();
    }

    private static Impairment wayBack(int rttMillis) {
        return Impairment.builder().delayNanos(Times.micros(rttMillis * 500L)).build();
    }

    private static Cell transfer(int lossPerMille, int rttMillis) {
        var pair = Pair.builder()
                .seed(1000L * lossPerMille + rttMillis)
                .toServer(line(lossPerMille / 1000.0, rttMillis))
                .toClient(wayBack(rttMillis))
                .build();
        var network = pair.network();
        long[] arrived = {0};
        pair.listen().onAccept(server -> server.onReadable(it -> arrived[0] += readAll(it)));
        var client = pair.connect();
        write(client, TRANSFER_BYTES);
        network.runUntil("all has arrived", Times.seconds(36_000), () -> arrived[0] == TRANSFER_BYTES);
        double seconds = network.elapsedNanos() / (double) Times.SECOND;
        var counters = pair.client().stack().tcpCounters();
        double segments = Math.ceil(TRANSFER_BYTES / (double) MSS);
        double again = counters.get(TcpCounters.RETRANSMITS) / segments;
        return new Cell(TRANSFER_BYTES * 8 / seconds, again);
    }

    /// Keeps the send buffer full until `total` octets were written.
    private static void write(SimSocket socket, long total) {
        long[] left = {total};
        socket.onWritable(it -> {
            int written;
            do {
                written = it.write(CHUNK, 0, (int) Math.min(CHUNK.length, left[0]));
                left[0] -= Math.max(0, written);
            } while (written > 0 && left[0] > 0);
            if (left[0] == 0) {
                it.onWritable(_ -> {});
            }
        });
    }

    private static long readAll(SimSocket socket) {
        return socket.received().length;
    }

    private static Shares share(int flows) {
        var pair = Pair.builder()
                .seed(flows)
                .toServer(line(0, FAIRNESS_RTT_MILLIS))
                .toClient(wayBack(FAIRNESS_RTT_MILLIS))
                .build();
        var network = pair.network();
        pair.listen().onAccept(server -> server.onReadable(GoldenTables::readAll));
        var clients = new ArrayList<SimSocket>();
        for (int i = 0; i < flows; i++) {
            var client = pair.connect();
            write(client, Long.MAX_VALUE);
            clients.add(client);
            network.runFor(FAIRNESS_APART_NANOS);
        }
        network.runFor(FAIRNESS_WARM_UP_NANOS);
        var before = acknowledged(clients);
        network.runFor(FAIRNESS_NANOS);
        var after = acknowledged(clients);
        return new Shares(IntStream.range(0, flows)
                .mapToObj(i -> after.get(i) - before.get(i))
                .toList());
    }

    private static List<Long> acknowledged(List<SimSocket> clients) {
        return clients.stream()
                .map(client -> client.tcp().connection().bytesAcknowledged())
                .toList();
    }

    /// What to expect, for orientation: Mathis, Semke, Mahdavi and Ott, "The macroscopic behavior of the TCP
    /// congestion avoidance algorithm" (1997): MSS / RTT * sqrt(3/2) / sqrt(p), without delayed
    /// acknowledgements. No more than the line takes.
    private static double model(int lossPerMille, int rttMillis) {
        double line = RATE_BITS_PER_SECOND * (double) MSS / PACKET_BYTES;
        if (lossPerMille == 0) {
            return line;
        }
        double window = MSS * 8 * Math.sqrt(1.5 / (lossPerMille / 1000.0));
        return Math.min(line, window / (rttMillis / 1000.0));
    }

    private static String number(double mbit) {
        return String.format(Locale.ROOT, mbit < 1 ? "%.3f" : "%.2f", mbit);
    }

    private interface CellText {
        String of(Cell cell);
    }

    private static String table(String title, List<List<Cell>> cells, CellText text) {
        return table(title, (row, column) -> text.of(cells.get(row).get(column)));
    }

    private static String modelTable() {
        return table("Model in Mbit/s", (row, column) -> number(model(LOSS_PER_MILLE[row], RTT_MILLIS[column]) / 1e6));
    }

    private interface PlaceText {
        String at(int row, int column);
    }

    private static String table(String title, PlaceText text) {
        var lines = new StringBuilder("\n| ").append(title).append(" |");
        for (int rtt : RTT_MILLIS) {
            lines.append(" RTT ").append(rtt).append(" ms |");
        }
        lines.append("\n|---|").append("---:|".repeat(RTT_MILLIS.length)).append('\n');
        for (int row = 0; row < LOSS_PER_MILLE.length; row++) {
            var percent = LOSS_PER_MILLE[row] % 10 == 0
                    ? Integer.toString(LOSS_PER_MILLE[row] / 10)
                    : LOSS_PER_MILLE[row] / 10 + "." + LOSS_PER_MILLE[row] % 10;
            lines.append("| loss ").append(percent).append(" % |");
            for (int column = 0; column < RTT_MILLIS.length; column++) {
                lines.append(' ').append(text.at(row, column)).append(" |");
            }
            lines.append('\n');
        }
        return lines.toString();
    }

    private static String fairnessTable() {
        var lines = new StringBuilder("\n| flows | Jain's index | all together | share of each flow, in the order of"
                + " their start |\n|---:|---:|---:|---|\n");
        for (int flows : FLOWS) {
            var shares = share(flows);
            double mbit = shares.total() * 8 / (FAIRNESS_NANOS / 1e9) / 1e6;
            var each = shares.bytes().stream()
                    .map(bytes -> String.format(Locale.ROOT, "%.1f", 100.0 * bytes / shares.total()))
                    .collect(Collectors.joining(", "));
            lines.append("| ").append(flows).append(" | ");
            lines.append(String.format(Locale.ROOT, "%.3f", shares.jain())).append(" | ");
            lines.append(number(mbit)).append(" Mbit/s | ").append(each).append(" % |\n");
        }
        return lines.toString();
    }

    private static final String INTRODUCTION = """
            # Goodput and fairness

            Measured in virtual time, so exact and the same on every machine; a test compares this page with what the engine
            does. After a change that is meant to change it, write it anew and look at the difference:

            ```
            mvn -pl proof/sim -am test -Dtest=GoldenTablesTest -Dsurefire.failIfNoSpecifiedTests=false -Dlevee.golden.write=true
            ```

            ## One flow, by loss and round trip

            10 MB over a line of 20 Mbit/s in packets of 1500 octets, with default settings (timestamps, window scaling, buffers
            that begin with 128 KiB and grow). The line's queue holds what is under way in one round trip, at least 64 KiB, and
            drops what comes when it is full. The given share of the data packets is lost besides, each by itself; the way back
            loses nothing. Counted is payload, from the SYN to the last octet read.

            From 50 ms on without other losses, the first slow start overflows the queue: HyStart++ goes by the least round-trip
            time of a round, which rises in the round after the one in which the window has passed what the path holds. What was
            lost is sent again within two round trips or three. A cell is one transfer: where a loss or two decide, at 0.1 % from
            50 ms on, other seeds give other numbers.
            """;

    private static final String MODEL = """

            For orientation, what the line takes (1448 of 1500 octets are payload), or what a window that is halved at every loss
            allows on average, MSS / RTT * sqrt(1.5 / loss) (Mathis and others, 1997), whichever is less. The model leaves out
            the beginning, which may be better (no loss yet) or worse (a small window), a queue that overflows, several losses
            in one window, and timeouts.
            """;

    private static final String RETRANSMITTED = """

            Octets cost the line whether they are new or not. Segments sent again, in percent of those that the transfer needs:
            """;

    private static final String FAIRNESS = """

            ## Several flows over one line

            All flows go from one host to another over one line of 20 Mbit/s with a round trip of 40 ms and a queue of 100 kB, and
            always have something to send. They begin 100 ms apart; what each got acknowledged is counted for 30 s, beginning 10 s
            after the last start (so what waits behind a lost segment at one end of these 30 s counts when it is acknowledged).
            Jain's index is 1 when all get the same, and 1/n when one of n gets everything.
            """;
}
