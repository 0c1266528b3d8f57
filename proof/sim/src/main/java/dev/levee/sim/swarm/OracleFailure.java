package dev.levee.sim.swarm;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An oracle says no.
final class OracleFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final transient Oracle oracle;

    OracleFailure(Oracle oracle, String message) {
        super(message);
        this.oracle = oracle;
    }

    Oracle oracle() {
        return oracle;
    }

    /// Fails unless `holds`.
    @SuppressWarnings("AnnotateFormatMethod") // the annotation lives in a library that is not for this module
    static void check(boolean holds, Oracle oracle, String format, @Nullable Object... values) {
        if (!holds) {
            throw new OracleFailure(oracle, String.format(Locale.ROOT, format, values));
        }
    }
}
