package dev.levee.sim.flood;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a flood consists of: a [Flood], or a [Replay].
///
/// Threads: any.
public enum FloodKind {
    /// SYNs from anywhere in the source network, as Linux sends them: MSS, SACK, timestamps, window scale.
    RANDOM,
    /// The same from 256 addresses of it.
    SUBNET,
    /// The same from one address, its ports in turn.
    ONE,
    /// SYNs without any option.
    BARE,
    /// SYNs with 64 octets of text.
    TEXT,
    /// SYNs that ask for explicit congestion notification.
    ECN,
    /// Each SYN four times.
    DUPLICATES,
    /// SYN together with FIN or RST.
    CONTRADICTORY,
    /// Acknowledgements of nothing, with text of nobody.
    ACKS,
    /// Acknowledgements that guess a cookie of the layout that is easiest to guess: without timestamps.
    GUESSES,
    /// SYNs whose tuples fall into the same place of a table that hashes without a key.
    COLLISIONS,
    /// Segments of a capture: a [Replay].
    REPLAY;

    /// The name in options.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The kind of a name.
    ///
    /// @throws IllegalArgumentException for any other, in a sentence that lists them
    public static FloodKind of(String label) {
        return Stream.of(values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no flood '" + label + "'; choose one of "
                        + Stream.of(values()).map(FloodKind::label).collect(Collectors.joining(", "))));
    }
}
