package dev.levee.app.demo;

import dev.levee.path.Impairment;
import dev.levee.sim.Ladder;
import dev.levee.wire.Cidr;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What a demo is to show. Immutable.
///
/// @param impairment of both directions
/// @param seed where all chance comes from
/// @param sizeBytes of the download
/// @param v6 whether over IPv6
/// @param capture where to record packets, or null
/// @param style of the diagrams
public record Settings(
        Impairment impairment,
        long seed,
        long sizeBytes,
        boolean v6,
        @Nullable Path capture,
        Ladder.Style style) {
    static final int MTU = 1500;
    static final int HTTP_PORT = 80;
    static final int DISCARD_PORT = 9;
    static final int CLOSED_PORT = 81;
    /// What is written to the peer that vanishes.
    static final int LOST_BYTES = 100_000;
    /// What is written before the abort.
    static final int ABORT_BYTES = 1_000;

    Cidr client() {
        return Cidr.parse(v6 ? "2001:db8::1/64" : "198.18.0.1/24");
    }

    Cidr server() {
        return Cidr.parse(v6 ? "2001:db8::2/64" : "198.18.0.2/24");
    }
}
