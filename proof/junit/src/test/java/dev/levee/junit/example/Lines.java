package dev.levee.junit.example;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts what a connection brings into lines.
interface Lines {
    /// The next lines, as many as have come, perhaps none; null when the connection has ended.
    @Nullable
    List<String> next() throws IOException;
}
