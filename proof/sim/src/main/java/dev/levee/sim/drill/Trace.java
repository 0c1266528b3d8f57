package dev.levee.sim.drill;

import dev.levee.sim.drill.script.PacketLine;
import dev.levee.sim.drill.script.Position;
import java.util.ArrayList;
import java.util.List;

/// What has happened in a run so far, drawn as a ladder for the report of a failure: time runs downwards, the
/// scripted peer is on the left, the system on the right, packets are written as in scripts.
final class Trace {
    private static final int ARROW_WIDTH = 76;
    private static final int LINES_MAX = 200;

    private enum Kind {
        INJECTED,
        SENT,
        CALL
    }

    /// @param line of the script; 0: none
    private record Entry(long nanos, int line, Kind kind, Object what) {}

    private final List<Entry> entries = new ArrayList<>();

    /// @param text what the line says, with options
    void injected(long nanos, PacketLine line, String text) {
        entries.add(new Entry(nanos, line.at().line(), Kind.INJECTED, text));
    }

    /// @param packet with the script's sequence numbers
    /// @param line that it was compared with
    void sent(Packet packet, PacketLine line) {
        entries.add(new Entry(packet.nanos(), line.at().line(), Kind.SENT, packet));
    }

    /// A packet that no line was about.
    void unexpected(Packet packet) {
        entries.add(new Entry(packet.nanos(), 0, Kind.SENT, packet));
    }

    void called(long nanos, Position at, String call) {
        entries.add(new Entry(nanos, at.line(), Kind.CALL, call));
    }

    /// The ladder; of a long run only its end.
    String draw() {
        var text = new StringBuilder();
        text.append(String.format("%12s %5s  %-" + (ARROW_WIDTH - 6) + "s%s%n", "time", "line", "peer", "system"));
        int from = Math.max(0, entries.size() - LINES_MAX);
        if (from > 0) {
            text.append(String.format("%12s %5s  %d rows before these%n", ":", ":", from));
        }
        for (var entry : entries.subList(from, entries.size())) {
            var line = entry.line() == 0 ? "-" : String.valueOf(entry.line());
            text.append(String.format("%12s %5s  %s", Notation.seconds(entry.nanos()), line, row(entry))
                            .stripTrailing())
                    .append('\n');
        }
        return text.toString();
    }

    private static String row(Entry entry) {
        return switch (entry.kind()) {
            case CALL -> " ".repeat(ARROW_WIDTH) + "  " + entry.what();
            case INJECTED -> "--- " + filled(String.valueOf(entry.what())) + ">";
            case SENT -> "<-- " + filled(packet(entry.what())) + "-";
        };
    }

    private static String packet(Object what) {
        return what instanceof Packet packet ? Notation.of(packet) : String.valueOf(what);
    }

    private static String filled(String label) {
        return label + " " + "-".repeat(Math.max(1, ARROW_WIDTH - 6 - label.length()));
    }
}
