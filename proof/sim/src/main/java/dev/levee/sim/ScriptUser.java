package dev.levee.sim;

import dev.levee.stack.ListenOptions;
import dev.levee.stack.Listener;
import dev.levee.stack.SocketException;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.Deadlines;
import dev.levee.tcp.FourTuple;
import dev.levee.tcp.TcpCounters;
import dev.levee.tcp.TcpState;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.SipHash;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The stack under test of a [Script] and its one user.
///
/// Threads: one owner.
final class ScriptUser {
    private static final int SERVER_PORT = 80;
    private static final int CLIENT_PORT = 40_000;
    private static final int BUFFER_BYTES = 1 << 20;

    private final Script script;
    private final Stack stack;
    private final FourTuple tuple;
    private final ScriptPeer peer;
    private final long startNanos;
    private final Frame out;
    private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_BYTES);
    private final NearWrap.Passive wrap;
    private boolean polled;
    private long elapsedNanos;
    private @Nullable Listener listener;
    private @Nullable TcpSocket socket;

    ScriptUser(Script script, boolean active) {
        this.script = script;
        var address = Cidr.parse(script.v6() ? "2001:db8::2/64" : "198.18.0.2/24");
        var remote =
                Cidr.parse(script.v6() ? "2001:db8::1/64" : "198.18.0.1/24").address();
        var config = new StackConfig(List.of(address), script.mtu(), new SipHash(7, 11), script.limits());
        int localPort = active ? CLIENT_PORT : SERVER_PORT;
        int remotePort = active ? SERVER_PORT : CLIENT_PORT;
        tuple = new FourTuple(address.address(), localPort, remote, remotePort);
        startNanos = active
                ? NearWrap.activeStart(config, tuple.localAddress(), localPort, remote, remotePort)
                : Times.seconds(1_000);
        wrap = new NearWrap.Passive(0, 1 << 16);
        stack = new Stack(config);
        peer = new ScriptPeer(tuple);
        out = FrameSlab.single(script.mtu());
    }

    ScriptPeer peer() {
        return peer;
    }

    long elapsedNanos() {
        return elapsedNanos;
    }

    void elapse(long untilNanos) {
        elapsedNanos = untilNanos;
    }

    private long now() {
        return startNanos + elapsedNanos;
    }

    /// When the stack has something to do, in the script's time; `Long.MAX_VALUE` when never.
    long nextNanos() {
        long deadline = stack.nextDeadline();
        return deadline == Deadlines.NONE ? Long.MAX_VALUE : deadline - startNanos;
    }

    String describeNext() {
        return nextNanos() == Long.MAX_VALUE
                ? "nothing will be sent by itself"
                : "its next deadline is at " + Times.format(nextNanos());
    }

    /// Whether the stack has a packet for the network now.
    boolean poll() {
        if (!polled) {
            polled = stack.poll(now(), out);
        }
        while (stack.pollReady() != null || stack.pollReadyListener() != null) {
            // Scripts look for themselves.
        }
        return polled;
    }

    Frame takePolled() {
        polled = false;
        return out;
    }

    void receive(Frame packet) {
        wrap.arrives(now(), stack, packet);
        stack.onFrame(now(), packet);
    }

    /// Does what a line says.
    ///
    /// @return what is wrong with the outcome; empty when all is well
    String command(String line, Supplier<String> quiet) {
        var words = line.split("\\s+", -1);
        return switch (words[0]) {
            case "listen" -> listen();
            case "connect" -> connect();
            case "accept" -> accept();
            case "stop" -> done(() -> stack.shutdown(now()));
            case "nothing" -> "";
            case "quiet" -> quiet.get();
            case "state" -> differ("state", argument(words, 1), state().toString());
            case "connections" -> differ("connections", argument(words, 1), "" + stack.connectionCount());
            case "counter" -> differ(argument(words, 1), argument(words, 2), counter(argument(words, 1)));
            default -> socketCommand(words);
        };
    }

    private String socketCommand(String[] words) {
        var user = socket;
        if (user == null) {
            throw new IllegalStateException("there is no connection yet: accept or connect first");
        }
        return switch (words[0]) {
            case "read" -> read(user, argument(words, 1));
            case "write" -> write(user, words);
            case "shutdown" -> done(() -> user.shutdownOutput(now()));
            case "shutdownInput" -> done(() -> user.shutdownInput(now()));
            case "close" -> done(() -> user.close(now()));
            case "abort" -> done(() -> user.abort(now()));
            case "linger" -> done(() -> user.lingerNanos((long) (number(words[1]) * Times.SECOND)));
            case "nodelay" -> done(() -> user.noDelay(now(), argument(words, 1).equals("on")));
            case "lingering" -> differ("close complete", "false", "" + user.closeComplete());
            case "settled" -> differ("close complete", "true", "" + user.closeComplete());
            case "cause" -> cause(user, words);
            default -> throw new IllegalArgumentException("there is no action " + words[0]);
        };
    }

    private static String argument(String[] words, int index) {
        if (index >= words.length) {
            throw new IllegalArgumentException(words[0] + " needs more words");
        }
        return words[index];
    }

    private static double number(String word) {
        return Double.parseDouble(word);
    }

    private static String done(Runnable action) {
        action.run();
        return "";
    }

    private static String differ(String what, String expected, String got) {
        return expected.equals(got) ? "" : what + ": expected " + expected + ", got " + got;
    }

    private String listen() {
        try {
            var options = new ListenOptions(script.backlog(), 4096, script.options());
            listener = stack.listen(tuple.localAddress(), tuple.localPort(), options);
            return "";
        } catch (SocketException e) {
            return e.error() + ": " + e.getMessage();
        }
    }

    private String connect() {
        try {
            socket = stack.connect(
                    now(), null, tuple.localPort(), tuple.remoteAddress(), tuple.remotePort(), script.options());
            return "";
        } catch (SocketException e) {
            return e.error() + ": " + e.getMessage();
        }
    }

    private String accept() {
        var accepted = listener == null ? null : listener.accept();
        if (accepted == null) {
            return "no connection waits to be accepted";
        }
        socket = accepted;
        return "";
    }

    private String read(TcpSocket user, String expected) {
        long position = user.connection().bytesRead();
        boolean count = Character.isDigit(expected.charAt(0));
        int wanted = count ? Integer.parseInt(expected) : BUFFER_BYTES;
        int got = user.read(now(), buffer, 0, wanted);
        var text = new byte[Math.max(0, got)];
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, text, 0, text.length);
        int wrong = Pattern.mismatch(position, text);
        if (wrong >= 0) {
            return "octet " + (position + wrong) + " read is not what was sent";
        }
        return differ("read", expected, outcome(got));
    }

    private String write(TcpSocket user, String[] words) {
        int count = Integer.parseInt(argument(words, 1));
        var expected = words.length > 3 ? words[3] : words[1];
        var text = Pattern.bytes(user.connection().bytesWritten(), count);
        MemorySegment.copy(text, 0, buffer, ValueLayout.JAVA_BYTE, 0, count);
        return differ("write", expected, outcome(user.write(now(), buffer, 0, count)));
    }

    private static String outcome(int count) {
        return switch (count) {
            case TcpSocket.END -> "END";
            case TcpSocket.WOULD_BLOCK -> "WOULD_BLOCK";
            case TcpSocket.FAILED -> "FAILED";
            case TcpSocket.CLOSED -> "CLOSED";
            default -> "" + count;
        };
    }

    private static String cause(TcpSocket user, String[] words) {
        var cause = user.cause();
        var problem = differ("cause", argument(words, 1), name(cause));
        if (problem.isEmpty() && words.length > 2 && cause != null) {
            return differ("undelivered", words[2], "" + cause.undeliveredBytes());
        }
        return problem;
    }

    private static String name(@Nullable CloseCause cause) {
        return switch (cause) {
            case null -> "none";
            case CloseCause.Finished _ -> "Finished";
            case CloseCause.Refused _ -> "Refused";
            case CloseCause.Reset _ -> "Reset";
            case CloseCause.TimedOut timedOut -> "TimedOut." + timedOut.which().name();
            case CloseCause.Unreachable unreachable ->
                "Unreachable." + unreachable.reason().name();
            case CloseCause.Aborted aborted -> "Aborted." + aborted.reason().name();
        };
    }

    private TcpState state() {
        var user = socket;
        if (user != null) {
            return user.connection().state();
        }
        TcpState[] state = {listener == null ? TcpState.CLOSED : TcpState.LISTEN};
        stack.forEachHandshake(_ -> state[0] = TcpState.SYN_RECEIVED);
        stack.forEachSocket(any -> state[0] = any.connection().state());
        return state[0];
    }

    private String counter(String label) {
        for (var counter : TcpCounters.values()) {
            if (counter.label().equals(label)) {
                return "" + stack.tcpCounters().get(counter);
            }
        }
        throw new IllegalArgumentException("there is no counter " + label);
    }

    /// All connections, one a line.
    String describe() {
        var text = new StringBuilder();
        stack.forEachSocket(any -> text.append("\n  ").append(new Status(any)));
        return text.toString();
    }
}
