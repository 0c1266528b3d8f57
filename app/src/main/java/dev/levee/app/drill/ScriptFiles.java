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
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The script files that paths on the command line mean.
public final class ScriptFiles {
    private static final String SUFFIX = ".pkt";

    private ScriptFiles() {}

    /// Files as they are given; of a directory all `.pkt` files in it and below, sorted. Each file once.
    ///
    /// @throws Problem when a path does not exist, cannot be read, or has no scripts below it
    public static List<Path> find(List<Path> paths) throws Problem {
        var found = new LinkedHashSet<Path>();
        for (var path : paths) {
            if (Files.isDirectory(path)) {
                var inside = below(path);
                if (inside.isEmpty()) {
                    throw new Problem(path + ": there are no " + SUFFIX + " files in this directory or below it");
                }
                found.addAll(inside);
            } else if (!Files.exists(path)) {
                throw new Problem(path + ": there is no such file or directory");
            } else if (!Files.isReadable(path)) {
                throw new Problem(path + ": permission denied");
            } else {
                found.add(path.normalize());
            }
        }
        return List.copyOf(found);
    }

    /// Follows links, but none that leads back to where it is.
    private static List<Path> below(Path directory) throws Problem {
        Set<Path> found = new java.util.TreeSet<>();
        var visitor = new SimpleFileVisitor<Path>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(SUFFIX) && !attributes.isDirectory()) {
                    found.add(file.normalize());
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof FileSystemLoopException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        };
        try {
            Files.walkFileTree(directory, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor);
        } catch (IOException e) {
            throw new Problem(directory + ": " + Problem.reason(e));
        }
        return new ArrayList<>(found);
    }

    /// A script's text. Octets that are no UTF-8 do no harm in comments, where they occur.
    public static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
