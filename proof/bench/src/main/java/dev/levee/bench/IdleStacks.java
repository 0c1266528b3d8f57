package dev.levee.bench;

import dev.levee.stack.Limits;
import dev.levee.stack.ListenOptions;
import dev.levee.stack.Listener;
import dev.levee.stack.SocketException;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.TcpConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Two stacks back to back in virtual time, with idle connections between them: an octet has gone each way.
///
/// Threads: one owner.
final class IdleStacks {
    private static final int PER_PORT = 10_000;

    private final Frame frame = FrameSlab.single(1500);
    private final MemorySegment octet = Arena.ofAuto().allocate(1);
    private Stack client;
    private Stack server;
    private long nowNanos = 1;

    IdleStacks(int connections, long restNanos, long keepAliveNanos) {
        client = stack(1);
        server = stack(2);
        var config = TcpConfig.builder()
                .restNanos(restNanos)
                .keepAlive(true)
                .keepAliveIdleNanos(keepAliveNanos)
                .keepAliveIntervalNanos(keepAliveNanos)
                .build();
        var options = new SocketOptions(config, SocketOptions.LINGER_OFF);
        try {
            open(connections, options);
        } catch (SocketException e) {
            throw new IllegalStateException(e);
        }
        // Until after the first keep-alives.
        long end = nowNanos + restNanos + 2 * keepAliveNanos;
        for (long due = next(); due - end < 0; due = next()) {
            nowNanos = due;
            settle();
        }
    }

    private static Stack stack(int host) {
        var address = List.of(Cidr.parse("198.18.0." + host + "/24"));
        return new Stack(new StackConfig(address, 1500, new SipHash(host, ~host), Limits.DEFAULT));
    }

    private void open(int connections, SocketOptions options) throws SocketException {
        Listener listener = null;
        for (int i = 0; i < connections; i++) {
            int port = 1 + i / PER_PORT;
            if (i % PER_PORT == 0) {
                listener = server.listen(IpAddress.parse("198.18.0.2"), port, new ListenOptions(1024, 4096, options));
            }
            // As a peer's address comes out of a name or a packet: each connection has its own.
            var near = client.connect(nowNanos, null, 0, IpAddress.parse("198.18.0.2"), port, options);
            settle();
            var far = listener == null ? null : listener.accept();
            if (far == null) {
                throw new IllegalStateException("a connection was not accepted");
            }
            say(near, far);
            say(far, near);
            nowNanos += 1_000;
        }
    }

    private void say(TcpSocket from, TcpSocket to) {
        from.write(nowNanos, octet, 0, 1);
        settle();
        if (to.read(nowNanos, octet, 0, 1) != 1) {
            throw new IllegalStateException("an octet did not arrive");
        }
        settle();
    }

    private long next() {
        long one = client.nextDeadline();
        long other = server.nextDeadline();
        return one - other < 0 ? one : other;
    }

    private void settle() {
        boolean any = true;
        while (any) {
            boolean there = move(client, server);
            any = move(server, client) || there;
        }
    }

    private boolean move(Stack from, Stack to) {
        boolean any = false;
        while (from.poll(nowNanos, frame)) {
            to.onFrame(nowNanos, frame);
            any = true;
        }
        while (from.pollReady() != null || from.pollReadyListener() != null) {
            any = true;
        }
        return any;
    }

    /// Ends of connections that are there.
    long open() {
        return (long) client.connectionCount() + server.connectionCount();
    }

    long bufferBytes() {
        return client.buffers().bytesTaken() + server.buffers().bytesTaken();
    }

    /// Lets everything go.
    void end() {
        client = stack(1);
        server = stack(2);
    }
}
