package dev.levee.app.http;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A directory tree that is served. Nothing outside of it can be reached, through links neither.
///
/// Threads: any.
public final class Site {
    /// Names of uploads under way begin with this; they are neither listed nor served.
    static final String UPLOAD_PREFIX = ".levee-upload-";

    private final Path root;

    private Site(Path root) {
        this.root = root;
    }

    /// @throws IOException when the directory is missing, or is none
    public static Site of(Path directory) throws IOException {
        var root = directory.toRealPath();
        if (!Files.isDirectory(root)) {
            throw new NotDirectoryException(directory.toString());
        }
        return new Site(root);
    }

    /// A symbolic link anywhere in the tree that leads out of it. Links that lead nowhere do no harm.
    public Optional<Path> linkOut() throws IOException {
        var search = new LinkSearch();
        Files.walkFileTree(root, search);
        return Optional.ofNullable(search.found);
    }

    /// The file or directory that a request asks for, with all links resolved.
    Optional<Path> find(RequestPath path) {
        try {
            return Optional.of(unresolved(path).toRealPath()).filter(this::allowed);
        } catch (IOException | InvalidPathException _) {
            return Optional.empty();
        }
    }

    /// Where an upload goes: a name in a directory that exists.
    Optional<Path> place(RequestPath path) {
        if (path.directory() || path.segments().isEmpty()) {
            return Optional.empty();
        }
        var name = path.segments().getLast();
        var parent = new RequestPath(path.segments().subList(0, path.segments().size() - 1), true);
        try {
            return find(parent)
                    .filter(Files::isDirectory)
                    .map(directory -> directory.resolve(name))
                    .filter(this::allowed)
                    .filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS));
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    /// What a directory holds, but what could not be fetched anyway.
    List<Listing.Entry> list(Path directory) throws IOException {
        var entries = new ArrayList<Listing.Entry>();
        try (var files = Files.newDirectoryStream(directory)) {
            for (var file : files) {
                try {
                    if (allowed(file.toRealPath())) {
                        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                        entries.add(new Listing.Entry(
                                String.valueOf(file.getFileName()),
                                attributes.isDirectory(),
                                attributes.size(),
                                attributes.lastModifiedTime().toInstant()));
                    }
                } catch (IOException _) {
                    // Gone meanwhile, or a link to nowhere.
                }
            }
        }
        return entries;
    }

    private Path unresolved(RequestPath path) {
        var file = root;
        for (var segment : path.segments()) {
            file = file.resolve(segment);
        }
        return path.directory() && !path.segments().isEmpty() ? file.resolve(".") : file;
    }

    private boolean allowed(Path real) {
        var name = real.getFileName();
        return real.startsWith(root) && (name == null || !name.toString().startsWith(UPLOAD_PREFIX));
    }

    /// Stops at the first link out.
    private final class LinkSearch extends SimpleFileVisitor<Path> {
        private @Nullable Path found;

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isSymbolicLink() && leadsOut(file)) {
                found = file;
                return FileVisitResult.TERMINATE;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
        }

        private boolean leadsOut(Path link) {
            try {
                return !link.toRealPath().startsWith(root);
            } catch (IOException _) {
                return false;
            }
        }
    }
}
