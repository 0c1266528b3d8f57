package dev.levee.e2e;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/// The tests of the modules, on the class path, with one line of the product changed: the changed class is compiled
/// alone and put before all others. Each run is a program of its own.
///
/// Assertions are off: it is the test that has to notice.
///
/// Threads: any.
final class Mutant {
    private static final String SOURCES = "src/main/java";
    private static final List<String> HOMES = List.of("engine", "runtime", "proof");

    /// Tests with threads wait a minute before they say that something never came: the others go first.
    private static final Comparator<String> LAST_THREADS = Comparator.comparing(
                    (String test) -> test.startsWith("dev.levee.net."))
            .thenComparing(Comparator.naturalOrder());

    private final String classPath;

    private Mutant(String classPath) {
        this.classPath = classPath;
    }

    /// Nothing is changed.
    static Mutant none() throws IOException {
        return new Mutant(tested());
    }

    /// @param directory an empty one
    static Mutant of(Patch patch, Path directory) throws IOException {
        var classes = Files.createDirectories(directory.resolve("classes"));
        var target = patch.target();
        var inPackage = target.subpath(0, 2).resolve(SOURCES).relativize(target);
        var file = directory.resolve("source").resolve(inPackage);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, patch.apply(Tools.home()));
        var tested = tested();
        var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "tests need a JDK");
        var options = List.of("-proc:none", "-nowarn", "-implicit:none", "-cp", tested, "-d", classes.toString());
        var said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var task = compiler.getTask(said, files, null, options, null, files.getJavaFileObjects(file));
            if (!task.call()) {
                throw new AssertionError(patch.name() + " does not compile:\n" + said);
            }
        }
        return new Mutant(classes + File.pathSeparator + tested);
    }

    /// The class path of this test, which has the product, and the tests of all modules behind it.
    private static String tested() throws IOException {
        var own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var paths = new ArrayList<String>();
        paths.add(own);
        for (var home : HOMES) {
            try (var modules = Files.list(Tools.home().resolve(home))) {
                modules.map(module -> module.resolve("target/test-classes"))
                        .filter(Files::isDirectory)
                        .sorted()
                        .forEach(classes -> paths.add(classes.toString()));
            }
        }
        return String.join(File.pathSeparator, paths);
    }

    /// Whether one of these tests fails. Any other end than a verdict is an error.
    boolean isNoticedBy(Stream<String> tests) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                // From where tests look for documents: two steps up is the root for each of them.
                "-Dbasedir=" + Tools.home().resolve("engine/stack"),
                "-cp",
                classPath,
                MutantRun.class.getName()));
        command.addAll(tests.distinct().sorted(LAST_THREADS).toList());
        try (var program =
                new Program(new ProcessBuilder(command).directory(Tools.home().toFile()))) {
            var result = program.awaitEnd();
            boolean noticed = result.code() == MutantRun.FAILED;
            result.expect(noticed ? MutantRun.FAILED : MutantRun.PASSED);
            return noticed;
        }
    }
}
