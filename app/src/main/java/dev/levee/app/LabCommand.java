package dev.levee.app;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `levee lab`.
@Command(
        name = "lab",
        description = "A small network of its own to try things in: nothing reaches the real one.",
        subcommands = {
            LabCommand.Up.class,
            LabCommand.Down.class,
            LabCommand.Shell.class,
            LabFloodCommand.class,
            FloodSourceCommand.class,
            KernelServerCommand.class
        },
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
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /// `levee lab up`.
    @Command(name = "up", description = "Make the namespaces. Those that exist are left as they are.", footer = "")
    static final class Up implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws Problem {
            var commands = Ip.here();
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
            var commands = Ip.here();
            var present = commands.namespaces();
            boolean any = down(commands, present);
            spec.commandLine().getOut().println(any ? "the lab is gone" : "there is no lab");
            return 0;
        }
    }

    private static boolean down(Ip commands, List<String> present) throws Problem {
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
            var commands = Ip.here();
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
}
