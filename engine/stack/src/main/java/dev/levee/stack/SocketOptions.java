package dev.levee.stack;

import dev.levee.tcp.TcpConfig;
import java.util.Objects;

/// Settings of one socket at its birth. Immutable.
///
/// @param tcp the connection's settings
/// @param lingerNanos how long a close waits for the peer's last acknowledgement: negative: not at all (the
///     default), the close goes on in the background; 0: close aborts
public record SocketOptions(TcpConfig tcp, long lingerNanos) {
    /// Close in the background.
    public static final long LINGER_OFF = -1;

    public static final SocketOptions DEFAULT = new SocketOptions(TcpConfig.DEFAULT, LINGER_OFF);

    public SocketOptions {
        Objects.requireNonNull(tcp, "tcp");
    }
}
