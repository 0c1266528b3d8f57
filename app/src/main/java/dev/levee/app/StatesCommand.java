package dev.levee.app;

import dev.levee.tcp.Transitions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `levee states`.
@Command(
        name = "states",
        description = "Print the states of a connection and what leads from one to another.",
        footer = {
            "",
            "This is the table that the engine runs on (RFC 9293, section 3.3.2), not a drawing of it.",
            "",
            "Example:",
            "  levee states --mermaid > states.mmd"
        })
final class StatesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @ArgGroup
    private @Nullable Form form;

    /// At most one of these.
    static final class Form {
        @Option(names = "--mermaid", description = "Print a Mermaid state diagram.")
        private boolean mermaid;

        @Option(names = "--markdown", description = "Print the whole page docs/state-machine.md.")
        private boolean markdown;
    }

    @Override
    public void run() {
        var out = spec.commandLine().getOut();
        var wanted = form;
        if (wanted == null) {
            out.print(Transitions.toText());
        } else if (wanted.mermaid) {
            out.print(Transitions.toMermaid());
        } else if (wanted.markdown) {
            out.print(Transitions.toDocument());
        }
        out.flush();
    }
}
