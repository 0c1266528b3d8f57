package dev.levee.junit.example;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The right one: the end of what a read gave may be the beginning of a line, and is kept.
final class LineReader implements Lines {
    private final InputStream in;
    private final byte[] chunk = new byte[4096];
    private String rest = "";

    LineReader(InputStream in) {
        this.in = in;
    }

    @Override
    public @Nullable List<String> next() throws IOException {
        int count = in.read(chunk);
        if (count < 0) {
            return null;
        }
        var pieces = List.of((rest + new String(chunk, 0, count, US_ASCII)).split("\n", -1));
        rest = pieces.getLast();
        return pieces.subList(0, pieces.size() - 1);
    }
}
