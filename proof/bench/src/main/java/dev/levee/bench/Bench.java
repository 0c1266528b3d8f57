package dev.levee.bench;

import dev.levee.bench.flood.FloodBench;
import dev.levee.bench.flood.GrowthBench;
import java.util.List;

/// Entry of all benchmarks: `bulk`, `loss`, `memory`, `keepalive`, `flood` and `growth` for people, the other words
/// for the processes that it starts.
///
/// Threads: main.
public final class Bench {
    private static final String USAGE = """
            usage: bench bulk [--seconds S] [--rounds N] [--platform]
                   bench loss [--seconds S] [--seed N] [CELL...]
              bulk: transfer over TUN at MTU 1500, each way, beside the kernel's own veth with offloads off.
              --platform: the server's connections on platform threads instead of virtual ones.
              loss: goodput over lossy paths of 100 Mbit/s beside the kernel's CUBIC, as a table. A cell is
              LOSS:RTT:FLOWS, in per mille, ms, and transfers at once: 10:20:6; without any, the whole grid.
              Both need Linux, root, ip and ethtool; they make network namespaces of their own and remove them.
                   bench memory [--connections N] [--keep-alive S] [--seconds S]
              What idle connections cost: memory for one end of one, and what their keep-alives take from a busy one.
                   bench keepalive [--connections N] [--idle S] [--interval S] [--probes N]
              Idle connections of which half vanish, in virtual time: when each is freed, and what asking costs.
                   bench flood [--defence NAME|all] [--rate N|max] [--seconds S] [--svg OUT] [--json]
              Every defence under the same flood of SYNs, in memory: what it costs, and what becomes of legitimate
              clients. Without --rate, 80 % of what the default answers here; max: what the link takes, and it holds its
              senders back.
                   bench growth [--rows N] [--rounds N]
              How long batches of SYNs take while the table of handshakes grows to so many rows, and once more without
              growth.""";

    private Bench() {}

    /// Runs one benchmark; exit code 2 with one sentence when it cannot.
    public static void main(String[] args) throws Exception {
        var words = List.of(args);
        try {
            switch (words.isEmpty() ? "" : words.getFirst()) {
                case "bulk" ->
                    new BulkBench(
                                    option(words, "--seconds", 4),
                                    option(words, "--rounds", 3),
                                    words.contains("--platform") ? "platform" : "virtual")
                            .run();
                case "loss" ->
                    new LossBench(option(words, "--seconds", 50), option(words, "--seed", 1), cells(words)).run();
                case "loss-paths" -> LossPaths.run(words.get(1), words.get(2), words.get(3), words.get(4));
                case "loss-senders" -> LossPaths.kernelSenders(words.get(1));
                case "memory" ->
                    new MemoryBench(
                                    option(words, "--connections", 200_000),
                                    option(words, "--keep-alive", 10),
                                    option(words, "--seconds", 10))
                            .run();
                case "keepalive" -> {
                    var bench = new KeepAliveBench(
                            option(words, "--connections", 100_000),
                            option(words, "--idle", 60),
                            option(words, "--interval", 10),
                            option(words, "--probes", 5));
                    System.out.print(bench.table(bench.run()));
                }
                case "flood" -> FloodBench.parse(words.subList(1, words.size())).run(System.out, System.err);
                case "growth" ->
                    new GrowthBench(option(words, "--rows", 1_000_000), option(words, "--rounds", 5)).run(System.out);
                case "levee-server" -> BulkServer.levee(words.get(1), words.get(2), words.get(3), words.get(4));
                case "kernel-server" -> BulkServer.kernel(words.get(1), words.get(2));
                case "client" -> BulkClient.run(words.get(1), words.get(2), Integer.parseInt(words.get(3)));
                default -> throw new IllegalArgumentException(USAGE);
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    private static List<LossCell> cells(List<String> words) {
        var cells = words.stream()
                .filter(word -> word.contains(":"))
                .map(LossCell::parse)
                .toList();
        return cells.isEmpty() ? LossCell.grid() : cells;
    }

    private static int option(List<String> words, String name, int otherwise) {
        int at = words.indexOf(name);
        if (at < 0) {
            return otherwise;
        }
        try {
            int value = at + 1 < words.size() ? Integer.parseInt(words.get(at + 1)) : 0;
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, together with a number that is too small.
        }
        throw new IllegalArgumentException(name + " needs a number above 0");
    }
}
