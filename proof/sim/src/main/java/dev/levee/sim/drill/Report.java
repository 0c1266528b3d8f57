package dev.levee.sim.drill;

import dev.levee.sim.drill.script.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is printed about a script that failed.
final class Report {
    private static final int STACK_MAX = 12;

    private final String name;
    private final String text;
    private final String mode;

    /// @param text of the script
    /// @param mode over which IP; empty when it did not come to a run
    Report(String name, String text, String mode) {
        this.name = name;
        this.text = text;
        this.mode = mode;
    }

    /// Of a script that cannot be read: line and column.
    String unreadable(Position at, DrillFailure failure) {
        return of(at.line() + ":" + at.column(), at, failure, null);
    }

    /// Place, line, what was expected, what came, and what happened before.
    String of(Position at, DrillFailure failure, @Nullable Trace trace) {
        return of(String.valueOf(at.line()), at, failure, trace);
    }

    private String of(String place, Position at, DrillFailure failure, @Nullable Trace trace) {
        var report = new StringBuilder(name).append(':').append(place).append(": ");
        if (!mode.isEmpty()) {
            report.append(mode).append(": ");
        }
        report.append(failure.sentence()).append('\n');
        var line = line(at.line());
        if (!line.isBlank()) {
            report.append("  line      ").append(line.strip()).append('\n');
        }
        for (var detail : failure.details()) {
            report.append("  ").append(detail).append('\n');
        }
        if (trace != null) {
            report.append(trace.draw());
        }
        return report.toString();
    }

    private String line(int number) {
        return text.lines().skip(Math.max(0, number - 1)).findFirst().orElse("");
    }

    /// Where the system broke.
    static List<String> stack(Throwable thrown) {
        var lines = new ArrayList<String>();
        for (var frame : thrown.getStackTrace()) {
            if (lines.size() == STACK_MAX) {
                break;
            }
            lines.add("at " + frame);
        }
        return lines;
    }
}
