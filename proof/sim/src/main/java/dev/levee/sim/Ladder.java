package dev.levee.sim;

import dev.levee.tcp.TcpState;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.IpPacket;
import dev.levee.wire.PacketText;
import dev.levee.wire.Segment;
import dev.levee.wire.Seq;
import dev.levee.wire.TcpFlags;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The packets of one connection as a ladder diagram: time runs downwards, one row for each packet, the states
/// that both sides enter at the ends of the arrows, sequence numbers relative to the initial ones.
///
///            client                                                                   server
///      0.000 SYN-SENT     ──── SYN seq 0 win 65535 ─────────────────────────────────▶ SYN-RECEIVED
///      0.010              ◀─── SYN,ACK seq 0 ack 1 win 65535 ────────────────────────
///
/// Rows come from the packets themselves: [LadderTap] takes them from a simulation; anybody else who sees
/// packets may call the same methods. Long runs of plain data and acknowledgements are drawn by their first
/// rows and a count.
///
/// Threads: one owner.
public final class Ladder {
    /// Which characters the arrows are made of.
    public enum Style {
        UNICODE("─", "▶", "◀", "✗", "⋮"),
        ASCII("-", ">", "<", "x", ":");

        private final String dash;
        private final String right;
        private final String left;
        private final String lost;
        private final String more;

        Style(String dash, String right, String left, String lost, String more) {
            this.dash = dash;
            this.right = right;
            this.left = left;
            this.lost = lost;
            this.more = more;
        }
    }

    /// Whose column.
    public enum Side {
        LEFT,
        RIGHT;

        public Side other() {
            return this == LEFT ? RIGHT : LEFT;
        }
    }

    /// What became of a packet.
    private enum Fate {
        UNDER_WAY,
        ARRIVED,
        CORRUPTED,
        LOST
    }

    /// One line of the diagram: a packet, or with an empty label a change of state without one.
    static final class Row {
        private final long nanos;
        private final Side from;
        private final String label;
        private final String options;
        private final int textBytes;
        private final boolean notable;
        private final boolean packet;
        private Fate fate = Fate.UNDER_WAY;
        private @Nullable TcpState leftState;
        private @Nullable TcpState rightState;

        private Row(
                long nanos, Side from, String label, String options, int textBytes, boolean notable, boolean packet) {
            this.nanos = nanos;
            this.from = from;
            this.label = label;
            this.options = options;
            this.textBytes = textBytes;
            this.notable = notable;
            this.packet = packet;
        }

        private void enter(Side side, TcpState state) {
            if (side == Side.LEFT) {
                leftState = state;
            } else {
                rightState = state;
            }
        }

        private boolean notable() {
            return notable || leftState != null || rightState != null;
        }
    }

    private static final int TIME_WIDTH = 10;
    private static final int STATE_WIDTH = 13;
    private static final int ARROW_WIDTH = 66;
    private static final int PLAIN_ROWS_MAX_DEFAULT = 4;

    private final String leftName;
    private final String rightName;
    private final Style style;
    private final int plainRowsMax;
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final ArrayDeque<Row> rows = new ArrayDeque<>();
    private final Map<Side, TcpState> states = new EnumMap<>(Side.class);
    private final Map<Side, Integer> initial = new EnumMap<>(Side.class);
    private final Map<Side, Integer> highest = new EnumMap<>(Side.class);
    private boolean begun;
    private boolean headed;
    private long beginNanos;
    private int plainRows;
    private long hiddenSegments;
    private long hiddenBytes;
    private long hiddenLost;

    /// An empty diagram.
    public Ladder(String leftName, String rightName, Style style) {
        this(leftName, rightName, style, PLAIN_ROWS_MAX_DEFAULT);
    }

    /// An empty diagram.
    ///
    /// @param plainRowsMax how many rows of plain data and acknowledgements are drawn in a row; those that
    ///     follow are only counted
    public Ladder(String leftName, String rightName, Style style, int plainRowsMax) {
        this.leftName = leftName;
        this.rightName = rightName;
        this.style = style;
        this.plainRowsMax = plainRowsMax;
    }

    /// The states before the first packet; they are drawn in a row of their own.
    public void begin(long nowNanos, TcpState left, TcpState right) {
        var row = stateRow(nowNanos);
        enter(row, Side.LEFT, left);
        enter(row, Side.RIGHT, right);
    }

    /// A packet was sent. What is not TCP is not drawn.
    ///
    /// @param state the sender's now, if known
    /// @return the row, for [#arrived] and [#lost]; null when nothing is drawn
    @Nullable
    Row sent(long nowNanos, Side from, Frame packet, @Nullable TcpState state) {
        if (ip.parse(packet) != DropReason.NONE || segment.parse() != DropReason.NONE) {
            return null;
        }
        if (!initial.containsKey(from) || segment.syn()) {
            initial.put(from, segment.seq());
        }
        boolean notable = (segment.flags() & (TcpFlags.SYN | TcpFlags.FIN | TcpFlags.RST)) != 0;
        boolean showOptions = notable || segment.sackCount() > 0;
        var options = showOptions ? PacketText.options(segment, base(from.other())) : "";
        var row = new Row(since(nowNanos), from, label(from), options, segment.payloadLength(), notable, true);
        rows.addLast(row);
        enter(row, from, state);
        return row;
    }

    /// A packet was sent, and nobody says what becomes of it: it is taken to arrive.
    ///
    /// @param senderState the sender's now, if known; the receiver's likewise, after the packet
    public void packet(
            long nowNanos, Side from, Frame packet, @Nullable TcpState senderState, @Nullable TcpState receiverState) {
        var row = sent(nowNanos, from, packet, senderState);
        if (row != null) {
            arrived(row, receiverState);
        }
    }

    /// A packet arrived.
    ///
    /// @param state the receiver's after it, if known
    void arrived(Row row, @Nullable TcpState state) {
        row.fate = Fate.ARRIVED;
        enter(row, row.from.other(), state);
    }

    /// A packet arrived with flipped bits.
    void corrupted(Row row) {
        row.fate = Fate.CORRUPTED;
    }

    /// A packet was lost.
    void lost(Row row) {
        row.fate = Fate.LOST;
    }

    /// The state of a side now. Drawn in a row of its own if it is news.
    public void state(long nowNanos, Side side, TcpState state) {
        if (states.get(side) != state) {
            enter(stateRow(nowNanos), side, state);
        }
    }

    private Row stateRow(long nowNanos) {
        var row = new Row(since(nowNanos), Side.LEFT, "", "", 0, true, false);
        row.fate = Fate.ARRIVED;
        rows.addLast(row);
        return row;
    }

    private void enter(Row row, Side side, @Nullable TcpState state) {
        if (state != null && states.put(side, state) != state) {
            row.enter(side, state);
        }
    }

    private long since(long nowNanos) {
        if (!begun) {
            begun = true;
            beginNanos = nowNanos;
        }
        return nowNanos - beginNanos;
    }

    private int base(Side side) {
        return initial.getOrDefault(side, 0);
    }

    private String label(Side from) {
        int seq = segment.seq() - base(from);
        int end = segment.seq() + segment.length();
        boolean again = segment.length() > 0 && highest.containsKey(from) && Seq.le(end, highest.get(from));
        if (segment.length() > 0 && !again) {
            highest.put(from, end);
        }
        var text = new StringBuilder(TcpFlags.format(segment.flags()));
        text.append(" seq ").append(Integer.toUnsignedString(seq));
        if (segment.payloadLength() > 0) {
            text.append(':').append(Integer.toUnsignedString(seq + segment.payloadLength()));
        }
        if (segment.hasAck()) {
            text.append(" ack ").append(Integer.toUnsignedString(segment.ack() - base(from.other())));
        }
        text.append(" win ").append(segment.window());
        return text.append(again ? " (again)" : "").toString();
    }

    /// The rows whose end is known and that were not given out yet, as text of whole lines; the names first.
    /// Empty when there is nothing new.
    public String drain() {
        var text = new StringBuilder();
        while (!rows.isEmpty() && rows.getFirst().fate != Fate.UNDER_WAY) {
            write(text, rows.removeFirst());
        }
        return text.toString();
    }

    /// All remaining rows, those with packets still under way too.
    public String finish() {
        var text = new StringBuilder();
        while (!rows.isEmpty()) {
            write(text, rows.removeFirst());
        }
        writeHidden(text);
        return text.toString();
    }

    private void write(StringBuilder text, Row row) {
        if (!headed) {
            headed = true;
            text.append(" ".repeat(TIME_WIDTH + 1)).append(leftName);
            text.append(" ".repeat(Math.max(1, STATE_WIDTH + ARROW_WIDTH + 1 - leftName.length())));
            text.append(rightName).append('\n');
        }
        if (!row.notable() && ++plainRows > plainRowsMax) {
            hiddenSegments++;
            hiddenBytes += row.textBytes;
            hiddenLost += row.fate == Fate.LOST ? 1 : 0;
            return;
        }
        if (row.notable()) {
            writeHidden(text);
            plainRows = 0;
        }
        var time = Times.format(row.nanos / 1000 * 1000);
        text.append(" ".repeat(Math.max(0, TIME_WIDTH - time.length())))
                .append(time)
                .append(' ');
        text.append(pad(name(row.leftState), STATE_WIDTH)).append(arrow(row)).append(' ');
        text.append(name(row.rightState));
        trimLine(text);
        if (!row.options.isEmpty()) {
            text.append(" ".repeat(TIME_WIDTH + 1 + STATE_WIDTH + 5))
                    .append('<')
                    .append(row.options)
                    .append(">\n");
        }
    }

    private void writeHidden(StringBuilder text) {
        if (hiddenSegments > 0) {
            text.append(" ".repeat(TIME_WIDTH + 1 + STATE_WIDTH))
                    .append("     ")
                    .append(style.more)
                    .append(' ');
            text.append(hiddenSegments)
                    .append(" more segments with ")
                    .append(hiddenBytes)
                    .append(" octets of text");
            text.append(hiddenLost > 0 ? ", " + hiddenLost + " of them lost" : "")
                    .append('\n');
            hiddenSegments = 0;
            hiddenBytes = 0;
            hiddenLost = 0;
        }
    }

    private String arrow(Row row) {
        if (!row.packet) {
            return " ".repeat(ARROW_WIDTH);
        }
        var note = row.fate == Fate.CORRUPTED ? " (corrupted)" : row.fate == Fate.UNDER_WAY ? " (under way)" : "";
        var label = " " + row.label + note + " ";
        boolean lost = row.fate == Fate.LOST;
        int dashes = Math.max(2, ARROW_WIDTH - 4 - label.length());
        return row.from == Side.LEFT
                ? style.dash.repeat(4) + label + style.dash.repeat(dashes - 1) + (lost ? style.lost : style.right)
                : (lost ? style.lost : style.left) + style.dash.repeat(3) + label + style.dash.repeat(dashes);
    }

    private static String name(@Nullable TcpState state) {
        return state == null ? "" : state.toString();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static void trimLine(StringBuilder text) {
        int length = text.length();
        while (length > 0 && text.charAt(length - 1) == ' ') {
            length--;
        }
        text.setLength(length);
        text.append('\n');
    }
}
