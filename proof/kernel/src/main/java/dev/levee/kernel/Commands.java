package dev.levee.kernel;

import dev.levee.sim.drill.system.Target.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The few programs by which scripts configure their network, run in its namespace: they speak to the kernel
/// about the namespace that they are in and about nothing else. No shell sees what a script wrote.
final class Commands {
    private static final Set<String> OFFERED = Set.of("ip", "tc", "ethtool");
    /// `ip netns` would leave the namespace.
    private static final Set<String> IP_OBJECTS = Set.of("route", "tcp_metrics", "link", "address", "addr");

    private static final long SECONDS_MAX = 10;

    private Commands() {}

    static boolean offered(List<String> words) {
        if (words.isEmpty() || !OFFERED.contains(words.getFirst())) {
            return false;
        }
        return !words.getFirst().equals("ip")
                || words.stream()
                        .skip(1)
                        .dropWhile(word -> word.equals("-4") || word.equals("-6"))
                        .limit(1)
                        .allMatch(IP_OBJECTS::contains);
    }

    /// @param tid of a thread inside the namespace
    static Setting run(List<String> words, int tid) {
        if (!offered(words)) {
            return Setting.UNKNOWN;
        }
        var inside = "/proc/" + ProcessHandle.current().pid() + "/task/" + tid + "/ns/net";
        var command = new ArrayList<>(List.of("nsenter", "--net=" + inside));
        command.addAll(words);
        // The device has a queue of its own from the beginning.
        int verb = command.indexOf("qdisc") + 1;
        if (words.getFirst().equals("tc") && verb > 0 && command.get(verb).equals("add")) {
            command.set(verb, "replace");
        }
        return succeeds(command) ? Setting.APPLIED : Setting.UNKNOWN;
    }

    private static boolean succeeds(List<String> command) {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(Path.of("/dev/null").toFile())
                    .start();
            process.getOutputStream().close();
            if (process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
            return false;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
