package dev.levee.app.drill;

import dev.levee.app.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The script files that paths on the command line mean.
public final class ScriptFiles {
    private static final String SUFFIX = ".pkt";
    /// Far above any script.
    private static final int OCTETS_MAX = 16 * 1024 * 1024;

    private ScriptFiles() {}

    /// Files as they are given; of a directory all `.pkt` files in it and below, sorted. Each file once, by the
    /// name under which it came first, whatever links lead to it.
    ///
    /// @throws Problem when a path does not exist, cannot be read, is no file, or has no scripts below it
    public static List<Path> find(List<Path> paths) throws Problem {
        // By what they are, so that a second way to the same file is not run again.
        Map<Path, Path> found = new LinkedHashMap<>();
        for (var path : paths) {
            if (path.toString().isEmpty()) {
                throw new Problem("a path is empty; give a script or a directory");
            }
            if (Files.isDirectory(path)) {
                var inside = below(path);
                if (inside.isEmpty()) {
                    throw new Problem(path + ": there are no " + SUFFIX + " files in this directory or below it");
                }
                for (var file : inside) {
                    add(found, file);
                }
            } else if (!Files.exists(path)) {
                throw new Problem(path + ": there is no such file or directory");
            } else if (!Files.isRegularFile(path)) {
                throw new Problem(path + ": this is neither a file nor a directory");
            } else if (!Files.isReadable(path)) {
                throw new Problem(path + ": permission denied");
            } else {
                add(found, path);
            }
        }
        return List.copyOf(found.values());
    }

    private static void add(Map<Path, Path> found, Path file) {
        try {
            found.putIfAbsent(file.toRealPath(), file);
        } catch (IOException _) {
            // A link to nowhere: who reads it says so.
            found.putIfAbsent(file.toAbsolutePath(), file);
        }
    }

    /// Follows links, but none that leads back to where it is. What is no file, a pipe or a device, is no
    /// script.
    private static Set<Path> below(Path directory) throws Problem {
        Set<Path> found = new TreeSet<>();
        var failed = new Object() {
            Path file = directory;
        };
        var visitor = new SimpleFileVisitor<Path>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(SUFFIX) && (attributes.isRegularFile() || attributes.isSymbolicLink())) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof FileSystemLoopException) {
                    return FileVisitResult.CONTINUE;
                }
                failed.file = file;
                throw e;
            }
        };
        try {
            Files.walkFileTree(directory, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor);
        } catch (IOException e) {
            throw new Problem(failed.file + ": " + Problem.reason(e));
        }
        return found;
    }

    /// A script's text. Octets that are no UTF-8 do no harm in comments, where they occur.
    ///
    /// @throws IOException also when the file is too large for a script: no more than that much of it is read
    public static String read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var octets = in.readNBytes(OCTETS_MAX + 1);
            if (octets.length > OCTETS_MAX) {
                throw new IOException("it is larger than " + OCTETS_MAX / (1024 * 1024) + " MiB, which no script is");
            }
            return new String(octets, StandardCharsets.UTF_8);
        }
    }
}
