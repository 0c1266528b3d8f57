package dev.levee.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The checkout that is judged: its modules, their classes, and all text files under version control.
///
/// @param root the directory of the root pom
record Checkout(Path root) {
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

    /// The checkout that this build runs in.
    static Checkout here() {
        return new Checkout(Path.of(System.getProperty("levee.root", "../.."))
                .toAbsolutePath()
                .normalize());
    }

    /// The directories of all modules: `engine/wire`.
    List<String> modules() {
        return MODULE.matcher(read(root.resolve("pom.xml")))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    /// The class files of a module.
    List<Path> classes(String module) {
        return files(root.resolve(module).resolve("target/classes"), ".class");
    }

    /// The main and test sources of all modules.
    List<SourceFile> sources() {
        var sources = new ArrayList<SourceFile>();
        for (var module : modules()) {
            for (var tree : List.of("src/main/java", "src/test/java")) {
                for (var file : files(root.resolve(module).resolve(tree), ".java")) {
                    sources.add(SourceFile.parse(relative(file), read(file)));
                }
            }
        }
        return sources;
    }

    /// Files under version control, where there is version control; otherwise all but what builds leave behind.
    List<Path> tracked() {
        try {
            var git = new ProcessBuilder("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
                    .directory(root.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (git.waitFor() == 0) {
                return Pattern.compile("\0")
                        .splitAsStream(names)
                        .map(root::resolve)
                        .filter(Files::isRegularFile)
                        .toList();
            }
        } catch (IOException e) {
            // Without git, the directories are walked.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return files(root, "").stream().filter(this::notBuilt).toList();
    }

    private boolean notBuilt(Path file) {
        for (var part : root.relativize(file)) {
            if (part.toString().equals("target") || part.toString().equals(".git")) {
                return false;
            }
        }
        return true;
    }

    String relative(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> files(Path directory, String ending) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var walk = Files.walk(directory)) {
            return walk.filter(file -> file.toString().endsWith(ending))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
