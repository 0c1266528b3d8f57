package dev.levee.net;

import static java.net.StandardSocketOptions.SO_KEEPALIVE;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPCOUNT;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPINTERVAL;

import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpConfigBuilder;
import java.net.SocketOption;
import java.util.Set;

/// The options of keep-alive by their names in `java.net` and `jdk.net`, times in seconds.
///
/// Threads: any.
final class KeepAliveOptions {
    static final Set<SocketOption<?>> ALL = Set.of(SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTERVAL, TCP_KEEPCOUNT);

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private KeepAliveOptions() {}

    /// The settings with that option set.
    ///
    /// @throws IllegalArgumentException when it lies outside its range, in a sentence that names it
    static TcpConfig set(TcpConfig settings, SocketOption<?> option, Object value) {
        TcpConfigBuilder to = settings.toBuilder();
        if (option.equals(SO_KEEPALIVE)) {
            to.keepAlive((Boolean) value);
        } else if (option.equals(TCP_KEEPIDLE)) {
            to.keepAliveIdleNanos((Integer) value * NANOS_PER_SECOND);
        } else if (option.equals(TCP_KEEPINTERVAL)) {
            to.keepAliveIntervalNanos((Integer) value * NANOS_PER_SECOND);
        } else {
            to.keepAliveProbes((Integer) value);
        }
        return to.build();
    }

    static Object get(TcpConfig settings, SocketOption<?> option) {
        if (option.equals(SO_KEEPALIVE)) {
            return settings.keepAlive();
        }
        if (option.equals(TCP_KEEPIDLE)) {
            return seconds(settings.keepAliveIdleNanos());
        }
        return option.equals(TCP_KEEPINTERVAL)
                ? (Object) seconds(settings.keepAliveIntervalNanos())
                : (Object) settings.keepAliveProbes();
    }

    private static int seconds(long nanos) {
        return (int) ((nanos + NANOS_PER_SECOND - 1) / NANOS_PER_SECOND);
    }
}
