package dev.levee.net;

import dev.levee.tcp.CloseCause;
import dev.levee.tcp.FourTuple;
import dev.levee.tcp.TcpState;
import java.net.SocketException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A connection ended otherwise than by both sides closing it. Says how, and how many of the octets that were
/// written the peer never acknowledged: those may or may not have arrived, all others did.
///
/// A [SocketException], so that code written for `java.net` treats it as such.
public final class TcpException extends SocketException {
    private static final long serialVersionUID = 1L;

    private final transient FourTuple tuple;
    private final transient CloseCause closeCause;
    private final long undeliveredBytes;

    TcpException(FourTuple tuple, TcpState lastState, CloseCause closeCause, @Nullable Throwable reason) {
        super(message(tuple, lastState, closeCause, reason));
        this.tuple = tuple;
        this.closeCause = closeCause;
        this.undeliveredBytes = closeCause.undeliveredBytes();
        if (reason != null) {
            initCause(reason);
        }
    }

    private static String message(FourTuple tuple, TcpState lastState, CloseCause cause, @Nullable Throwable reason) {
        var text = new StringBuilder(160).append(tuple).append(" (").append(lastState);
        text.append("): ").append(cause.describe());
        if (reason != null) {
            text.append(" because of ").append(reason);
        }
        long undelivered = cause.undeliveredBytes();
        if (undelivered == 1) {
            text.append("; 1 byte was written but never acknowledged");
        } else if (undelivered > 1) {
            text.append(String.format(Locale.ROOT, "; %,d bytes were written but never acknowledged", undelivered));
        }
        return text.toString();
    }

    /// The same with the octets counted that the application had written when the connection ended: it may have
    /// been ahead of the stack.
    static CloseCause withUndelivered(CloseCause cause, long bytes) {
        return switch (cause) {
            case CloseCause.Finished finished -> finished;
            case CloseCause.Refused _ -> new CloseCause.Refused(bytes);
            case CloseCause.Reset _ -> new CloseCause.Reset(bytes);
            case CloseCause.TimedOut timedOut -> new CloseCause.TimedOut(timedOut.which(), bytes, timedOut.softError());
            case CloseCause.Unreachable unreachable -> new CloseCause.Unreachable(unreachable.reason(), bytes);
            case CloseCause.Aborted aborted -> new CloseCause.Aborted(aborted.reason(), bytes);
        };
    }

    /// The connection's addresses and ports, this side first.
    public FourTuple tuple() {
        return tuple;
    }

    /// How the connection ended.
    public CloseCause closeCause() {
        return closeCause;
    }

    /// Octets that were written here and that the peer never acknowledged. In an exception of a
    /// [DeliveryReceipt]: of the octets that the receipt is about.
    public long undeliveredBytes() {
        return undeliveredBytes;
    }
}
