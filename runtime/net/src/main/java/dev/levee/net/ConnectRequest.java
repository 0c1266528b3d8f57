package dev.levee.net;

import dev.levee.stack.SocketOptions;
import dev.levee.tcp.FourTuple;
import dev.levee.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// An active open as an application asks for it.
///
/// @param localAddress null: chosen by the stack
/// @param localPort 0: chosen by the stack
/// @param first what is written before the SYN is sent
record ConnectRequest(
        @Nullable IpAddress localAddress,
        int localPort,
        IpAddress remoteAddress,
        int remotePort,
        SocketOptions options,
        byte[] first) {
    private static final byte[] NOTHING = {};

    ConnectRequest(
            @Nullable IpAddress localAddress,
            int localPort,
            IpAddress remoteAddress,
            int remotePort,
            SocketOptions options) {
        this(localAddress, localPort, remoteAddress, remotePort, options, NOTHING);
    }

    @Override
    public String toString() {
        return "connection to " + FourTuple.endpoint(remoteAddress, remotePort);
    }
}
