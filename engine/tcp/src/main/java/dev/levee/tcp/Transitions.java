package dev.levee.tcp;

import static dev.levee.tcp.TcpEvent.ACTIVE_OPEN;
import static dev.levee.tcp.TcpEvent.FIN_ACKED;
import static dev.levee.tcp.TcpEvent.FIN_ARRIVES;
import static dev.levee.tcp.TcpEvent.GIVE_UP;
import static dev.levee.tcp.TcpEvent.PASSIVE_OPEN;
import static dev.levee.tcp.TcpEvent.RST_ARRIVES;
import static dev.levee.tcp.TcpEvent.SYN_ACKED;
import static dev.levee.tcp.TcpEvent.SYN_ACK_ARRIVES;
import static dev.levee.tcp.TcpEvent.SYN_ARRIVES;
import static dev.levee.tcp.TcpEvent.TIME_WAIT_ENDS;
import static dev.levee.tcp.TcpEvent.USER_ABORTS;
import static dev.levee.tcp.TcpEvent.USER_CLOSES;
import static dev.levee.tcp.TcpState.CLOSED;
import static dev.levee.tcp.TcpState.CLOSE_WAIT;
import static dev.levee.tcp.TcpState.CLOSING;
import static dev.levee.tcp.TcpState.ESTABLISHED;
import static dev.levee.tcp.TcpState.FIN_WAIT_1;
import static dev.levee.tcp.TcpState.FIN_WAIT_2;
import static dev.levee.tcp.TcpState.LAST_ACK;
import static dev.levee.tcp.TcpState.LISTEN;
import static dev.levee.tcp.TcpState.SYN_RECEIVED;
import static dev.levee.tcp.TcpState.SYN_SENT;
import static dev.levee.tcp.TcpState.TIME_WAIT;

import org.jspecify.annotations.Nullable;

/// The state machine of RFC 9293 §3.3.2 as a table: the only place where a state follows from another. It
/// prints itself as a table and as a diagram, so that the documents cannot differ from the code.
///
/// Threads: any; immutable.
public final class Transitions {
    private static final TcpState[] STATES = TcpState.values();
    private static final TcpEvent[] EVENTS = TcpEvent.values();
    private static final @Nullable TcpState[][] TABLE = new @Nullable TcpState[STATES.length][EVENTS.length];

    static {
        on(CLOSED, PASSIVE_OPEN, LISTEN);
        on(CLOSED, ACTIVE_OPEN, SYN_SENT);
        on(LISTEN, SYN_ARRIVES, SYN_RECEIVED);
        on(LISTEN, USER_CLOSES, CLOSED);
        on(SYN_SENT, SYN_ARRIVES, SYN_RECEIVED);
        on(SYN_SENT, SYN_ACK_ARRIVES, ESTABLISHED);
        on(SYN_RECEIVED, SYN_ACKED, ESTABLISHED);
        on(ESTABLISHED, USER_CLOSES, FIN_WAIT_1);
        on(ESTABLISHED, FIN_ARRIVES, CLOSE_WAIT);
        on(FIN_WAIT_1, FIN_ACKED, FIN_WAIT_2);
        on(FIN_WAIT_1, FIN_ARRIVES, CLOSING);
        on(FIN_WAIT_2, FIN_ARRIVES, TIME_WAIT);
        on(CLOSE_WAIT, USER_CLOSES, LAST_ACK);
        on(CLOSING, FIN_ACKED, TIME_WAIT);
        on(LAST_ACK, FIN_ACKED, CLOSED);
        on(TIME_WAIT, TIME_WAIT_ENDS, CLOSED);
        for (TcpState state : STATES) {
            if (state != CLOSED && state != LISTEN) {
                on(state, RST_ARRIVES, CLOSED);
                on(state, USER_ABORTS, CLOSED);
                if (state != TIME_WAIT) {
                    on(state, GIVE_UP, CLOSED);
                }
            }
        }
    }

    private Transitions() {}

    private static void on(TcpState from, TcpEvent event, TcpState to) {
        TABLE[from.ordinal()][event.ordinal()] = to;
    }

    /// The state after `event`, or null when the event cannot happen in that state.
    public static @Nullable TcpState next(TcpState state, TcpEvent event) {
        return TABLE[state.ordinal()][event.ordinal()];
    }

    /// The whole document `docs/state-machine.md`.
    public static String toDocument() {
        return """
                # The states of a connection

                Printed by `./levee states --markdown` from the table that the engine runs on (RFC 9293 §3.3.2). A listener is in
                LISTEN; each connection that it makes starts there. An empty cell: the event cannot happen in that state.

                ```mermaid
                """ + toMermaid() + "```\n\n" + toMarkdown();
    }

    /// All transitions as a Markdown table: a row per state, a column per event.
    public static String toMarkdown() {
        var text = new StringBuilder("| state |");
        for (TcpEvent event : EVENTS) {
            text.append(' ').append(event).append(" |");
        }
        text.append("\n|---|").append("---|".repeat(EVENTS.length)).append('\n');
        for (TcpState state : STATES) {
            text.append("| ").append(state).append(" |");
            for (TcpEvent event : EVENTS) {
                var to = next(state, event);
                text.append(to == null ? " |" : " " + to + " |");
            }
            text.append('\n');
        }
        return text.toString();
    }

    /// All transitions, one a line: `ESTABLISHED --FIN arrives--> CLOSE-WAIT`.
    public static String toText() {
        var text = new StringBuilder();
        for (TcpState state : STATES) {
            for (TcpEvent event : EVENTS) {
                var to = next(state, event);
                if (to != null) {
                    text.append(String.format("%-12s --%s--> %s\n", state, event, to));
                }
            }
        }
        return text.toString();
    }

    /// The regular life of a connection as a Mermaid diagram; resets, aborts and time limits, which lead from
    /// every state to CLOSED, are left to the table.
    public static String toMermaid() {
        var text = new StringBuilder("stateDiagram-v2\n");
        for (TcpState state : STATES) {
            text.append("    state \"")
                    .append(state)
                    .append("\" as ")
                    .append(state.name())
                    .append('\n');
        }
        text.append("    [*] --> CLOSED\n");
        for (TcpState state : STATES) {
            for (TcpEvent event : EVENTS) {
                var to = next(state, event);
                boolean regular = event != RST_ARRIVES && event != USER_ABORTS && event != GIVE_UP;
                if (to != null && regular) {
                    text.append("    ").append(state.name()).append(" --> ").append(to.name());
                    text.append(" : ").append(event).append('\n');
                }
            }
        }
        return text.toString();
    }
}
