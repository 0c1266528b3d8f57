package dev.levee.app.demo;

import dev.levee.tcp.CloseCause;
import org.jspecify.annotations.Nullable;

/// How one connection of the demo went.
///
/// Threads: any.
///
/// @param name what it was for
/// @param clientEnd how it ended for the client; null when it did not
/// @param serverEnd the same for the server; null when it never had it
/// @param deliveredBytes octets that either side wrote and the other acknowledged
/// @param undeliveredBytes octets that either side wrote and was told about that they were not acknowledged
/// @param retransmissions segments sent again by both
/// @param nanos from the first packet to the client's end
public record Outcome(
        String name,
        @Nullable CloseCause clientEnd,
        @Nullable CloseCause serverEnd,
        long deliveredBytes,
        long undeliveredBytes,
        long retransmissions,
        long nanos) {

    /// The key of a cause in JSON.
    static String key(@Nullable CloseCause cause) {
        return switch (cause) {
            case null -> "open";
            case CloseCause.Finished _ -> "finished";
            case CloseCause.Refused _ -> "refused";
            case CloseCause.Reset _ -> "reset";
            case CloseCause.TimedOut _ -> "timedOut";
            case CloseCause.Unreachable _ -> "unreachable";
            case CloseCause.Aborted _ -> "aborted";
        };
    }
}
