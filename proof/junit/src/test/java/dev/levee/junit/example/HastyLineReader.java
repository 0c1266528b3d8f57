package dev.levee.junit.example;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The one with the bug: it believes that a read gives whole lines. So it is, nearly always.
final class HastyLineReader implements Lines {
    private final InputStream in;
    private final byte[] chunk = new byte[4096];

    HastyLineReader(InputStream in) {
        this.in = in;
    }

    @Override
    public @Nullable List<String> next() throws IOException {
        int count = in.read(chunk);
        return count < 0 ? null : List.of(new String(chunk, 0, count, US_ASCII).split("\n"));
    }
}
