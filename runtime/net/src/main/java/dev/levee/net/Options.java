package dev.levee.net;

import static java.net.StandardSocketOptions.IP_TOS;
import static java.net.StandardSocketOptions.SO_LINGER;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;

import dev.levee.stack.SocketOptions;
import java.net.SocketOption;
import java.util.HashSet;
import java.util.Set;

/// The options of a connection by their names in `java.net`.
final class Options {
    static final Set<SocketOption<?>> SUPPORTED = supported();

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Options() {}

    private static Set<SocketOption<?>> supported() {
        var all = new HashSet<SocketOption<?>>(
                Set.of(TCP_NODELAY, SO_LINGER, SO_RCVBUF, SO_SNDBUF, SO_REUSEADDR, IP_TOS));
        all.addAll(KeepAliveOptions.ALL);
        return Set.copyOf(all);
    }

    static <T> void set(SocketPort port, SocketOption<T> option, T value) {
        if (option.equals(TCP_NODELAY)) {
            port.noDelay((Boolean) value);
        } else if (option.equals(SO_LINGER)) {
            port.lingerNanos(lingerNanos((Integer) value));
        } else if (option.equals(SO_RCVBUF)) {
            port.receiveBufferBytes(checkSize((Integer) value));
        } else if (option.equals(SO_SNDBUF)) {
            port.sendBufferBytes(checkSize((Integer) value));
        } else if (option.equals(SO_REUSEADDR)) {
            port.reuseAddress((Boolean) value);
        } else if (option.equals(IP_TOS)) {
            port.trafficClass((Integer) value);
        } else if (KeepAliveOptions.ALL.contains(option)) {
            port.keepAlive(option, value);
        } else {
            throw unsupported(option);
        }
    }

    static <T> T get(SocketPort port, SocketOption<T> option) {
        if (option.equals(TCP_NODELAY)) {
            return option.type().cast(port.noDelay());
        }
        return get(new SocketOptions(port.tcp(), port.lingerNanos()), port.reuseAddress(), option);
    }

    static <T> T get(SocketOptions settings, boolean reuseAddress, SocketOption<T> option) {
        Object value;
        if (option.equals(TCP_NODELAY)) {
            value = settings.tcp().noDelay();
        } else if (option.equals(SO_LINGER)) {
            value = lingerSeconds(settings.lingerNanos());
        } else if (option.equals(SO_RCVBUF)) {
            value = settings.tcp().receiveBufferBytes();
        } else if (option.equals(SO_SNDBUF)) {
            value = settings.tcp().sendBufferBytes();
        } else if (option.equals(SO_REUSEADDR)) {
            value = reuseAddress;
        } else if (option.equals(IP_TOS)) {
            value = settings.tcp().trafficClass();
        } else if (KeepAliveOptions.ALL.contains(option)) {
            value = KeepAliveOptions.get(settings.tcp(), option);
        } else {
            throw unsupported(option);
        }
        return option.type().cast(value);
    }

    static UnsupportedOperationException unsupported(SocketOption<?> option) {
        return new UnsupportedOperationException("option " + option.name() + " is not supported");
    }

    /// Seconds as users say them: negative for no linger.
    static long lingerNanos(int seconds) {
        return seconds < 0 ? SocketOptions.LINGER_OFF : seconds * NANOS_PER_SECOND;
    }

    static int lingerSeconds(long nanos) {
        return nanos < 0 ? -1 : (int) Math.min(Integer.MAX_VALUE, (nanos + NANOS_PER_SECOND - 1) / NANOS_PER_SECOND);
    }

    static int checkSize(int bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("a buffer's size must be above 0, but is " + bytes);
        }
        return bytes;
    }
}
