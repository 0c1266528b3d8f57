package dev.levee.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The command line's root.
@Command(
        name = "levee",
        description = "A TCP/IP stack for the JVM: see it work, serve with it, fetch with it.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        subcommands = {
            DemoCommand.class,
            SimCommand.class,
            ServeCommand.class,
            GetCommand.class,
            StatesCommand.class,
            DrillCommand.class,
            LabCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
        },
        footer = {
            "",
            "Begin with:",
            "  levee demo      see TCP connections open, transfer, close and fail (no root, no network)",
            "  levee doctor    see what works on this machine, and what to do about the rest",
            "",
            "In a source tree, './levee test [--full]' runs all tests.",
            "",
            "'levee COMMAND --help' explains a command and shows examples.",
            "",
            "From a source tree also: ./levee test [--full] runs all tests, ./levee bench measures beside the kernel.",
        })
public final class Main implements Runnable {
    private static final int HELP_COLUMNS = 120;

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        int code = commandLine().execute(arguments);
        System.out.flush();
        System.err.flush();
        System.exit(code);
    }

    /// The whole command line, ready to execute: also for tests, which give it writers of their own.
    static CommandLine commandLine() {
        var line = new CommandLine(new Main());
        line.setParameterExceptionHandler(Main::usageProblem);
        line.setExecutionExceptionHandler((e, command, _) -> failure(e, command));
        line.setExecutionStrategy(Main::executed);
        // Wide enough for every example to stand on one line, so that it can be copied.
        line.setUsageHelpWidth(HELP_COLUMNS);
        line.setAbbreviatedOptionsAllowed(false);
        // A file whose name begins with "@" is a file like any other.
        line.setExpandAtFiles(false);
        // The options of a command that runs in the lab are its own.
        subcommand(subcommand(line, "lab"), "shell").setStopAtPositional(true);
        return line;
    }

    private static CommandLine subcommand(CommandLine line, String name) {
        return Objects.requireNonNull(line.getSubcommands().get(name));
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /// What cannot be written is not done, even if everything else was: a full disk must not look like success.
    private static int executed(ParseResult parsed) {
        int code = new CommandLine.RunLast().execute(parsed);
        var command = parsed.asCommandLineList().getLast();
        // The stream below keeps its failures to itself.
        if (!command.getOut().checkError() && !System.out.checkError()) {
            return code;
        }
        say(command.getErr(), command.getCommandSpec().qualifiedName() + ": the output cannot be written");
        return Problem.USAGE;
    }

    private static int usageProblem(ParameterException e, String[] arguments) {
        var command = e.getCommandLine();
        var name = command.getCommandSpec().qualifiedName();
        say(command.getErr(), name + ": " + Sentences.fromPicocli(e) + "; see " + name + " --help");
        return Problem.USAGE;
    }

    private static int failure(Exception e, CommandLine command) {
        var name = command.getCommandSpec().qualifiedName();
        if (e instanceof Problem problem) {
            if (!Cleanup.stopping()) {
                say(command.getErr(), name + ": " + problem.getMessage());
            }
            return problem.exitCode();
        }
        say(command.getErr(), name + ": this is a mistake in levee itself, please report it: " + e);
        e.printStackTrace(command.getErr());
        return CommandLine.ExitCode.SOFTWARE + 69;
    }

    private static void say(PrintWriter to, String sentence) {
        to.println(sentence);
        to.flush();
    }

    /// The version that Maven built, and the Java that runs it.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            return new String[] {"levee " + number() + " (Java " + Runtime.version() + ")"};
        }

        static String number() throws IOException {
            var properties = new Properties();
            try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
                if (in != null) {
                    properties.load(in);
                }
            }
            return properties.getProperty("version", "unknown");
        }
    }
}
