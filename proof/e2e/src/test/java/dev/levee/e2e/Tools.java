package dev.levee.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Programs of this machine, and the one under test.
final class Tools {
    private static final List<Path> PATH = Stream.concat(
                    Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1)), Stream.of("/usr/sbin", "/sbin"))
            .filter(directory -> !directory.isBlank())
            .map(Path::of)
            .toList();

    private Tools() {}

    static Optional<Path> find(String name) {
        return PATH.stream()
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// The full path of a program that [RealNetwork] has found.
    static String path(String name) {
        return find(name)
                .orElseThrow(() -> new IllegalStateException("no " + name + " on the PATH"))
                .toString();
    }

    /// The source tree.
    static Path home() {
        return property("levee.home").toAbsolutePath().normalize();
    }

    /// Where tests may write.
    static Path scratch() {
        return property("levee.scratch").toAbsolutePath().normalize();
    }

    private static Path property(String name) {
        var value = System.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("run these tests with Maven, which sets " + name);
        }
        return Path.of(value);
    }
}
