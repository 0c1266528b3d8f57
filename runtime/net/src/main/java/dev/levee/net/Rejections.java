package dev.levee.net;

import dev.levee.stack.SocketException;
import java.io.IOException;
import java.net.BindException;
import java.net.NoRouteToHostException;
import org.jspecify.annotations.Nullable;

/// What the stack says about calls that cannot be carried out, as the exceptions that users of `java.net` know.
final class Rejections {
    private Rejections() {}

    /// @param error what the stack said; null when the host has ended
    /// @param reason why the host has ended, if not because it was closed
    static IOException of(@Nullable SocketException error, @Nullable Throwable reason, String what) {
        if (error == null) {
            return hostEnded(what, reason);
        }
        String text = what + ": " + error.getMessage();
        var exception = switch (error.error()) {
            case ADDRESS_IN_USE, ADDRESS_NOT_OURS, NO_PORT_FREE -> new BindException(text);
            case BAD_DESTINATION, NO_ROUTE -> new NoRouteToHostException(text);
            case LIMIT_REACHED, CLOSED -> new java.net.SocketException(text);
        };
        exception.initCause(error);
        return exception;
    }

    static IOException hostEnded(String what, @Nullable Throwable reason) {
        String why = reason == null ? "the host is closed" : "the host has failed: " + reason;
        var exception = new java.net.SocketException(what + ": " + why);
        if (reason != null) {
            exception.initCause(reason);
        }
        return exception;
    }
}
