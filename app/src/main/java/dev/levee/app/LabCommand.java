package dev.levee.app;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `levee lab`.
@Command(
        name = "lab",
        description = "A small network of its own to try things in: nothing reaches the real one.",
        subcommands = {LabCommand.Up.class, LabCommand.Down.class, LabCommand.Shell.class},
        footer = {
            "",
            "Two network namespaces, joined by a cable:",
            "  levee-lab          where you run levee; routes 198.18.0.0/24 and 2001:db8::/64 to it",
            "  levee-lab-client   a second machine: 198.18.1.2 and 2001:db8:1::2",
            "",
            "Example (as root):",
            "  levee lab up",
            "  levee lab shell",
            "    levee serve --link tun:levee0 --address 198.18.0.2/24 --http 80 --root . &",
            "    curl http://198.18.0.2/",
            "    exit",
            "  levee lab down",
        })
final class LabCommand implements Runnable {
    private static final int CAP_SYS_ADMIN = 21;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /// `ip`, and the right to use it.
    private static Commands commands() throws Problem {
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
        return new Commands(ip.get());
    }

    /// `levee lab up`.
    @Command(name = "up", description = "Make the namespaces. Those that exist are left as they are.", footer = "")
    static final class Up implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws Problem {
            var commands = commands();
            var out = spec.commandLine().getOut();
            var present = commands.namespaces();
            if (present.containsAll(Lab.NAMESPACES)) {
                out.println("the lab is up already; 'levee lab shell' enters it");
                return 0;
            }
            // What is left of half a lab is of no use.
            down(commands, present);
            try {
                for (var arguments : Lab.up()) {
                    commands.run(arguments);
                }
            } catch (Problem e) {
                down(commands, commands.namespaces());
                throw e;
            }
            out.println("the lab is up: levee-lab and levee-lab-client; 'levee lab shell' enters it");
            return 0;
        }
    }

    /// `levee lab down`.
    @Command(name = "down", description = "Remove the namespaces, if they are there.", footer = "")
    static final class Down implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws Problem {
            var commands = commands();
            var present = commands.namespaces();
            boolean any = down(commands, present);
            spec.commandLine().getOut().println(any ? "the lab is gone" : "there is no lab");
            return 0;
        }
    }

    private static boolean down(Commands commands, List<String> present) throws Problem {
        boolean any = false;
        for (var namespace : Lab.NAMESPACES) {
            if (present.contains(namespace)) {
                commands.run(List.of("netns", "delete", namespace));
                any = true;
            }
        }
        return any;
    }

    /// `levee lab shell`.
    @Command(
            name = "shell",
            description = "A shell, or a command, inside the lab.",
            footer = {"", "Examples:", "  levee lab shell", "  levee lab shell client curl http://198.18.0.2/"})
    static final class Shell implements Callable<Integer> {
        @Parameters(
                paramLabel = "[client] [COMMAND...]",
                arity = "0..*",
                description = "'client' enters levee-lab-client instead; then what to run (default: $SHELL).")
        private List<String> words = new ArrayList<>();

        @Override
        public Integer call() throws Problem {
            var commands = commands();
            var arguments = new ArrayList<>(words);
            var namespace = Lab.NAMESPACES.getFirst();
            if (!arguments.isEmpty() && arguments.getFirst().equals("client")) {
                namespace = Lab.NAMESPACES.getLast();
                arguments.removeFirst();
            }
            if (!commands.namespaces().contains(namespace)) {
                throw new Problem("there is no lab; make it with 'levee lab up'");
            }
            if (arguments.isEmpty()) {
                arguments.add(System.getenv().getOrDefault("SHELL", "/bin/sh"));
            }
            var whole = new ArrayList<>(List.of("netns", "exec", namespace));
            whole.addAll(arguments);
            return commands.attached(whole);
        }
    }

    /// Runs `ip`.
    private record Commands(String ip) {
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
                var process =
                        new ProcessBuilder(command).redirectErrorStream(true).start();
                process.getOutputStream().close();
                var said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
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

        private List<String> command(List<String> arguments) {
            var command = new ArrayList<String>();
            command.add(ip);
            command.addAll(arguments);
            return command;
        }
    }
}
