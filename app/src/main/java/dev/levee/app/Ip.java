package dev.levee.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Runs `ip`, where network namespaces can be made.
///
/// Threads: any.
record Ip(String ip) {
    private static final int CAP_SYS_ADMIN = 21;

    /// `ip`, and the right to use it.
    static Ip here() throws Problem {
        var machine = Machine.here();
        Optional<String> ip = machine.find("ip");
        if (!machine.linux()) {
            throw new Problem("network namespaces need Linux");
        }
        if (ip.isEmpty()) {
            throw new Problem("there is no 'ip' command; install it (Debian: apt-get install iproute2)");
        }
        if ((Doctor.effectiveCapabilities(machine.procStatus()) >>> CAP_SYS_ADMIN & 1) == 0) {
            throw new Problem("network namespaces need root; run 'sudo levee lab ...'");
        }
        return new Ip(ip.get());
    }

    List<String> namespaces() throws Problem {
        // A line is a name, and perhaps an identifier behind it.
        return run(List.of("netns", "list"))
                .lines()
                .map(line -> line.split(" ", -1)[0])
                .toList();
    }

    /// @return what it said
    String run(List<String> arguments) throws Problem {
        var command = command(arguments);
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new Problem(1, "'" + String.join(" ", command) + "' failed: " + said);
            }
            return said;
        } catch (IOException e) {
            throw new Problem(1, "'" + String.join(" ", command) + "' failed: " + Problem.reason(e));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new Problem(1, "interrupted");
        }
    }

    /// Runs with our own terminal; a stop of ours stops it too.
    int attached(List<String> arguments) throws Problem {
        var command = command(arguments);
        try (var cleanup = Cleanup.atExit()) {
            var process = new ProcessBuilder(command).inheritIO().start();
            cleanup.add(process::destroy);
            return process.waitFor();
        } catch (IOException e) {
            throw new Problem(1, "'" + String.join(" ", command) + "' failed: " + Problem.reason(e));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /// The words of a command inside a namespace.
    List<String> inside(String namespace, List<String> words) {
        var arguments = new ArrayList<>(List.of("netns", "exec", namespace));
        arguments.addAll(words);
        return command(arguments);
    }

    private List<String> command(List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(ip);
        command.addAll(arguments);
        return command;
    }
}
