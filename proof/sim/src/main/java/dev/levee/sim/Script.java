package dev.levee.sim;

import dev.levee.stack.Limits;
import dev.levee.stack.SocketOptions;
import dev.levee.tcp.TcpConfig;

/// A stack under test against a scripted peer, in virtual time: reads like a time sequence.
///
///     Script.run("""
///             listen
///             +0     < S  0 win 65535 <mss 1460>
///             +0     > S. 0 ack 1 <mss 1460>
///             +0.01  < .  1 ack 1 win 65535
///             accept
///             +0     < P. 1:101(100) ack 1 win 65535
///             +0.04  > .  1 ack 101
///             read 100
///             """);
///
/// Each line is a time, which may be left out, and an action. A time is `+0.5`: half a second after the line
/// before; `+*`: whenever it happens (only for `>`); without sign: since the script's beginning. Virtual time
/// is exact, so times are. What the stack sends must be expected, at that moment: a packet that no line expects
/// fails the script, as does one that comes earlier or later.
///
/// | action | what it does |
/// |---|---|
/// | `< PACKET` | the peer sends ([PacketSpec]) |
/// | `< icmp port seq N` | an ICMP error about a segment of the stack; also `protocol` |
/// | `> PACKET` | the stack must send this now |
/// | `listen`, `connect`, `accept` | as a user would |
/// | `read N`, `read END` | N octets must come, with the right content; or END, WOULD_BLOCK, FAILED, CLOSED |
/// | `write N`, `write N = M` | N octets are offered, all or M (or a failure as for `read`) must be taken |
/// | `shutdown`, `shutdownInput`, `close`, `abort` | as a user would |
/// | `stop` | the whole stack is shut down |
/// | `linger SECONDS`, `nodelay on` | options |
/// | `state NAME` | the connection's state: `FIN-WAIT-1` |
/// | `cause NAME`, `cause NAME N` | how it ended: `Reset`, with N undelivered octets |
/// | `lingering`, `settled` | whether a lingering close still waits |
/// | `counter NAME N` | a TCP counter, by its label |
/// | `connections N` | how many the stack holds |
/// | `nothing` | the stack has nothing to send; with a time: all the while |
/// | `quiet` | all deadlines pass, nothing is sent, and none is left |
///
/// `#` begins a comment. The stack's initial sequence number is [NearWrap#ISS], the peer's lies below the wrap,
/// too.
///
/// Threads: any; immutable.
///
/// @param options of the socket under test
/// @param v6 whether addresses are IPv6
/// @param mtu of the link
/// @param limits of the stack
/// @param backlog of the listener
public record Script(SocketOptions options, boolean v6, int mtu, Limits limits, int backlog) {
    /// No timestamps, no window scaling, no selective acknowledgements, every segment acknowledged at once:
    /// scripts show what they are about.
    public static final TcpConfig PLAIN = TcpConfig.builder()
            .timestamps(false)
            .selectiveAcks(false)
            .windowScaling(false)
            .delayedAckNanos(0)
            .build();

    private static final Script DEFAULT =
            new Script(new SocketOptions(PLAIN, SocketOptions.LINGER_OFF), false, 1500, Limits.DEFAULT, 16);

    /// A script with [#PLAIN] settings, IPv4, MTU 1500.
    public static Script plain() {
        return DEFAULT;
    }

    /// Runs a script with [#PLAIN] settings over IPv4.
    ///
    /// @throws SimulationFailure when the stack does not do what the script says, with the line, the difference
    ///     and all packets so far
    public static void run(String text) {
        DEFAULT.play(text);
    }

    public Script tcp(TcpConfig config) {
        return new Script(new SocketOptions(config, options.lingerNanos()), v6, mtu, limits, backlog);
    }

    public Script v6(boolean on) {
        return new Script(options, on, mtu, limits, backlog);
    }

    public Script mtu(int octets) {
        return new Script(options, v6, octets, limits, backlog);
    }

    public Script limits(Limits limits) {
        return new Script(options, v6, mtu, limits, backlog);
    }

    public Script backlog(int connections) {
        return new Script(options, v6, mtu, limits, connections);
    }

    /// Runs a script.
    ///
    /// @throws SimulationFailure when the stack does not do what the script says, with the line, the difference
    ///     and all packets so far
    /// @throws IllegalArgumentException when a line cannot be understood
    public void play(String text) {
        new ScriptRun(this, text).play();
    }
}
