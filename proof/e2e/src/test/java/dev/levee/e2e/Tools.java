package dev.levee.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    /// Lets `levee` run from the modules that Maven has just built and check itself as it goes, and programs
    /// speak plainly.
    static void prepare(Map<String, String> environment) {
        environment.keySet().removeIf(key -> key.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("LEVEE_JAVA_OPTS", "-ea");
        environment.put("LEVEE_MODULES", home().resolve("app/target/modules").toString());
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
