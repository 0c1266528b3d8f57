package dev.levee.sim.drill;

import dev.levee.sim.drill.script.DrillParser;
import dev.levee.sim.drill.script.DrillScript;
import dev.levee.sim.drill.script.ScriptSyntaxException;
import dev.levee.sim.drill.system.Setup.Profile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// The repository's own scripts.
public final class Corpus {
    private Corpus() {}

    /// A profile's scripts, in the order of their names.
    public static List<DrillScript> scripts(Profile profile) {
        var directory = root().resolve(profile.name().toLowerCase(Locale.ROOT));
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".pkt"))
                    .sorted()
                    .map(file -> parse(directory, file))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DrillScript parse(Path directory, Path file) {
        var name = directory.getFileName() + "/" + directory.relativize(file);
        try {
            return DrillParser.parse(name, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ScriptSyntaxException e) {
            throw new AssertionError(name + ", " + e.at() + ": " + e.getMessage(), e);
        }
    }

    /// Tests run in the module's directory or in the repository's.
    private static Path root() {
        for (var up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            var specs = up.resolve("specs/drill");
            if (Files.isDirectory(specs)) {
                return specs;
            }
        }
        throw new AssertionError("specs/drill is not above " + Path.of("").toAbsolutePath());
    }
}
