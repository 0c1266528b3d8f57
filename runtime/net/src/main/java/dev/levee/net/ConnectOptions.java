package dev.levee.net;

import dev.levee.stack.SocketOptions;
import dev.levee.tcp.FastOpenUse;
import dev.levee.wire.IpAddress;
import java.time.Duration;
import java.util.Objects;

/// How to connect. Immutable.
///
/// @param timeout how long the handshake may take; [Duration#ZERO]: as long as the stack tries (`r2SynNanos`)
/// @param localAddress the address to connect from, one of the host's; `0.0.0.0` or `::`: chosen by the stack
/// @param localPort the port to connect from; 0: chosen by the stack
/// @param socket what the connection begins with
public record ConnectOptions(Duration timeout, IpAddress localAddress, int localPort, SocketOptions socket) {

    public ConnectOptions {
        Objects.requireNonNull(localAddress, "localAddress");
        Objects.requireNonNull(socket, "socket");
        Ports.check(localPort);
        Parking.nanos(timeout);
    }

    public ConnectOptions withTimeout(Duration timeout) {
        return new ConnectOptions(timeout, localAddress, localPort, socket);
    }

    public ConnectOptions withLocal(IpAddress address, int port) {
        return new ConnectOptions(timeout, address, port, socket);
    }

    public ConnectOptions withSocket(SocketOptions options) {
        return new ConnectOptions(timeout, localAddress, localPort, options);
    }

    /// Whether the first octets may travel with the SYN, see [Host#connect(IpAddress, int, ConnectOptions, byte\[\])].
    public ConnectOptions withFastOpen(FastOpenUse use) {
        var tcp = socket.tcp().toBuilder().fastOpen(use).build();
        return withSocket(new SocketOptions(tcp, socket.lingerNanos()));
    }

    long limitNanos() {
        return timeout.isZero() ? Long.MAX_VALUE : Parking.nanos(timeout);
    }
}
