package dev.levee.e2e;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/// The built command with one mistake in its engine: the changed class is put before the one of the product.
///
/// Assertions are as they are for users: off, so that the engine gets no chance to accuse itself, but in `sim`, which
/// turns them on.
///
/// Threads: any.
final class PlantedBug {
    private static final String SOURCES = "src/main/java";

    private final @Nullable Patch patch;
    private final Path classes;

    private PlantedBug(@Nullable Patch patch, Path classes) {
        this.patch = patch;
        this.classes = classes;
    }

    /// The product as it is.
    static PlantedBug none() {
        return new PlantedBug(null, Path.of(""));
    }

    /// Compiles the changed file against the built modules.
    ///
    /// @param directory an empty one
    static PlantedBug plant(Patch patch, Path directory) throws IOException {
        var source = Files.createDirectories(directory.resolve("source"));
        var classes = Files.createDirectories(directory.resolve("classes"));
        var inTree = patch.target();
        var file = source.resolve(module(inTree).resolve(SOURCES).relativize(inTree));
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, patch.apply(Tools.home()));
        compile(patch, source, file, classes);
        return new PlantedBug(patch, classes);
    }

    private static void compile(Patch patch, Path source, Path file, Path classes) throws IOException {
        var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "tests need a JDK");
        var options = List.of(
                "-proc:none",
                "-nowarn",
                "--module-path",
                modules() + File.pathSeparator + annotations(),
                "--patch-module",
                moduleName(patch.target()) + "=" + source,
                "-d",
                classes.toString());
        var said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var task = compiler.getTask(said, files, null, options, null, files.getJavaFileObjects(file));
            if (!task.call()) {
                throw new AssertionError(patch.name() + " does not compile:\n" + said);
            }
        }
    }

    /// What the sources are annotated with; the compiler wants to see it, the product does without.
    private static Path annotations() {
        var source = Objects.requireNonNull(Nullable.class.getProtectionDomain().getCodeSource());
        return Path.of(URI.create(source.getLocation().toString()));
    }

    private static Path modules() {
        return Tools.home().resolve("app/target/modules");
    }

    /// `engine/tcp`.
    private static Path module(Path target) {
        return target.subpath(0, 2);
    }

    private static String moduleName(Path target) {
        return "dev.levee." + target.getName(1);
    }

    /// The command with this mistake, to be run in the root of the tree.
    ProcessBuilder command(List<String> words) {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("--module-path", modules().toString(), "--enable-native-access=dev.levee.link"));
        if (patch != null) {
            command.addAll(List.of("--patch-module", moduleName(patch.target()) + "=" + classes));
        }
        command.addAll(List.of("-m", "dev.levee.app/dev.levee.app.Main"));
        command.addAll(words);
        var builder = new ProcessBuilder(command).directory(Tools.home().toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder;
    }
}
