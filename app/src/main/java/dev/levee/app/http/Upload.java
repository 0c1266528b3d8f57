package dev.levee.app.http;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;

/// Takes a file in: under a temporary name first, so that nobody ever sees half of it.
///
/// Threads: any.
final class Upload {
    private static final int BUFFER_BYTES = 128 * 1024;
    private static final AtomicLong NUMBER = new AtomicLong();

    private Upload() {}

    enum Result {
        CREATED,
        REPLACED,
        DENIED,
        NO_ROOM
    }

    /// @param body the file, null for an empty one
    /// @throws IOException when the body does not arrive whole: nothing has changed then
    static Result receive(@Nullable HttpEntity body, Path place) throws IOException {
        var temporary = place.resolveSibling(
                Site.UPLOAD_PREFIX + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet());
        FileChannel channel;
        try {
            channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileSystemException _) {
            return Result.DENIED;
        }
        try {
            boolean room;
            try (channel) {
                room = body == null || copy(body, channel);
            }
            return room ? move(temporary, place) : Result.NO_ROOM;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /// Whether everything could be written.
    private static boolean copy(HttpEntity body, FileChannel channel) throws IOException {
        var out = Channels.newOutputStream(channel);
        var buffer = new byte[BUFFER_BYTES];
        try (var in = body.getContent()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                try {
                    out.write(buffer, 0, count);
                } catch (IOException e) {
                    if (!channel.isOpen()) {
                        throw e;
                    }
                    return false;
                }
            }
        }
        return true;
    }

    private static Result move(Path temporary, Path place) throws IOException {
        boolean existed = Files.exists(place, LinkOption.NOFOLLOW_LINKS);
        try {
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AccessDeniedException _) {
            return Result.DENIED;
        }
        return existed ? Result.REPLACED : Result.CREATED;
    }
}
