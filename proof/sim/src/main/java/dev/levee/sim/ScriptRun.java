package dev.levee.sim;

import dev.levee.wire.Frame;
import java.util.ArrayList;
import java.util.List;

/// One run of a [Script]: lines, times and expectations. What users do is [ScriptUser]'s.
///
/// Threads: one owner.
final class ScriptRun {
    /// How long `+*` waits.
    private static final long WAIT_NANOS_MAX = Times.seconds(1000);

    private final Script script;
    private final String[] lines;
    private final ScriptUser user;
    private final List<String> trace = new ArrayList<>();
    private int lineNumber;

    ScriptRun(Script script, String text) {
        this.script = script;
        this.lines = text.split("\n", -1);
        this.user = new ScriptUser(script, opensActively());
    }

    private boolean opensActively() {
        for (var line : lines) {
            if (action(line).equals("connect")) {
                return true;
            }
        }
        return false;
    }

    private static String action(String line) {
        return line.replaceFirst("#.*", "").strip().replaceFirst("^[+]?[0-9*][0-9.]*\\s+", "");
    }

    void play() {
        for (var line : lines) {
            lineNumber++;
            var words = line.replaceFirst("#.*", "").strip();
            if (words.isEmpty()) {
                continue;
            }
            try {
                perform(words);
            } catch (IllegalArgumentException | IllegalStateException e) {
                throw new IllegalArgumentException(where() + e.getMessage(), e);
            } catch (AssertionError e) {
                throw e instanceof SimulationFailure ? e : failure("the engine failed: " + e.getMessage(), e);
            }
        }
        lineNumber++;
        expectNothing();
    }

    private void perform(String line) {
        int space = line.indexOf(' ');
        var first = space < 0 ? line : line.substring(0, space);
        boolean timed = first.matches("[+]?[0-9.]+|[+][*]");
        var rest = timed ? line.substring(first.length()).strip() : line;
        if (first.equals("+*")) {
            if (!rest.startsWith(">")) {
                throw new IllegalArgumentException("+* makes sense before > only");
            }
            waitForPacket();
        } else if (timed) {
            boolean relative = first.startsWith("+");
            long nanos = nanos(relative ? first.substring(1) : first);
            advance(relative ? user.elapsedNanos() + nanos : nanos);
        }
        if (rest.startsWith(">")) {
            expect(rest.substring(1));
            return;
        }
        expectNothing();
        if (rest.startsWith("<")) {
            send(rest.substring(1).strip());
        } else {
            var problem = user.command(rest, this::quiet);
            if (!problem.isEmpty()) {
                throw failure(problem);
            }
        }
    }

    private static long nanos(String seconds) {
        return Math.round(Double.parseDouble(seconds) * Times.SECOND);
    }

    /// Lets time pass; what is sent before its end is not expected.
    private void advance(long elapsedNanos) {
        if (elapsedNanos < user.elapsedNanos()) {
            throw new IllegalArgumentException("this time has passed already");
        }
        for (long next = user.nextNanos(); next < elapsedNanos; next = user.nextNanos()) {
            user.elapse(next);
            expectNothing();
        }
        user.elapse(elapsedNanos);
    }

    private void waitForPacket() {
        long end = user.elapsedNanos() + WAIT_NANOS_MAX;
        while (!user.poll()) {
            checkAtRest();
            long next = user.nextNanos();
            if (next > end) {
                throw failure("expected a packet, but none comes");
            }
            user.elapse(next);
        }
    }

    private void expect(String text) {
        var expected = PacketParser.parse(text);
        if (!user.poll()) {
            throw failure("expected a packet, but none is sent; " + user.describeNext());
        }
        var packet = user.takePolled();
        var differences = user.peer().compare(expected, packet);
        trace('>', user.peer().describe(packet, true));
        if (!differences.isEmpty()) {
            throw failure(String.join("; ", differences));
        }
    }

    private void expectNothing() {
        if (user.poll()) {
            var packet = user.takePolled();
            throw failure("sent, but not expected: " + user.peer().describe(packet, true));
        }
        checkAtRest();
    }

    private void checkAtRest() {
        if (user.nextNanos() <= user.elapsedNanos()) {
            throw failure("the stack has nothing to send, but its deadline is not in the future");
        }
    }

    private String quiet() {
        for (long next = user.nextNanos(); next != Long.MAX_VALUE; next = user.nextNanos()) {
            user.elapse(next);
            expectNothing();
        }
        return "";
    }

    private void send(String text) {
        var packet = text.startsWith("icmp ") ? icmp(text) : user.peer().write(PacketParser.parse(text));
        trace('<', user.peer().describe(packet, false));
        user.receive(packet);
    }

    private Frame icmp(String text) {
        var words = text.split("\\s+", -1);
        if (words.length != 4 || !words[2].equals("seq")) {
            throw new IllegalArgumentException("an ICMP error is written: icmp port seq 1");
        }
        return user.peer().icmp(words[1], Integer.parseInt(words[3]));
    }

    private void trace(char direction, String packet) {
        trace.add(Times.format(user.elapsedNanos()) + " " + direction + " " + packet);
    }

    private String where() {
        var line = lineNumber <= lines.length ? lines[lineNumber - 1].strip() : "(end of script)";
        return "line " + lineNumber + ": " + line + "\n  ";
    }

    private SimulationFailure failure(String problem) {
        return new SimulationFailure(message(problem));
    }

    private SimulationFailure failure(String problem, Throwable cause) {
        return new SimulationFailure(message(problem), cause);
    }

    private String message(String problem) {
        var text = new StringBuilder(where()).append(problem);
        text.append("\n  at ").append(Times.format(user.elapsedNanos())).append(" s, ");
        text.append(script.v6() ? "IPv6" : "IPv4").append("; packets so far:");
        for (var line : trace) {
            text.append("\n    ").append(line);
        }
        return text.append(user.describe()).toString();
    }
}
