package dev.levee.app.get;

import dev.levee.app.Problem;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Where the body goes: a stream, or a file that gets its name only when it is complete.
///
/// Threads: one owner; [#close] any.
public final class Output implements Closeable {
    private final OutputStream stream;
    private final @Nullable Path file;
    private final @Nullable Path partial;
    private boolean done;

    private Output(OutputStream stream, @Nullable Path file, @Nullable Path partial) {
        this.stream = stream;
        this.file = file;
        this.partial = partial;
    }

    public static Output to(OutputStream stream) {
        return new Output(stream, null, null);
    }

    /// @throws Problem when the file cannot be written there
    public static Output to(Path file) throws Problem {
        var name = file.getFileName();
        if (name == null || Files.isDirectory(file)) {
            throw new Problem("-o " + file + " is a directory; give the name of a file");
        }
        var partial =
                file.resolveSibling("." + name + "." + ProcessHandle.current().pid() + ".part");
        try {
            if (Files.exists(file) && !Files.isWritable(file)) {
                throw new Problem("-o " + file + " cannot be written: permission denied");
            }
            var stream = Files.newOutputStream(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new Output(stream, file, partial);
        } catch (IOException e) {
            throw new Problem("-o " + file + " cannot be written: " + Problem.reason(e));
        }
    }

    public void write(byte[] octets, int count) throws Problem {
        try {
            stream.write(octets, 0, count);
        } catch (IOException e) {
            throw new Problem(Failures.WRITE_ERROR, "the output cannot be written: " + Problem.reason(e));
        }
    }

    /// Everything is there.
    public void complete() throws Problem {
        var from = partial;
        var to = file;
        try {
            stream.flush();
            if (from != null && to != null) {
                stream.close();
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            done = true;
        } catch (IOException e) {
            throw new Problem(Failures.WRITE_ERROR, "the output cannot be written: " + Problem.reason(e));
        }
    }

    /// Removes what is not complete. Again: no effect.
    @Override
    public void close() throws IOException {
        var from = partial;
        if (from != null && !done) {
            stream.close();
            Files.deleteIfExists(from);
        }
    }
}
