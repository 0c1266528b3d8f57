package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Who adds an oracle adds the lie that it must see: the sources of the tests say of each.
class EveryOracleTest {
    private static final Pattern LIE = Pattern.compile("refuses\\(\\s*Oracle\\.([A-Z_]+),");

    @Test
    void everyOracleIsShownALie() throws IOException {
        var seen = EnumSet.noneOf(Oracle.class);
        try (var files = Files.list(sources())) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                LIE.matcher(Files.readString(file)).results().forEach(lie -> seen.add(Oracle.valueOf(lie.group(1))));
            }
        }
        assertThat(EnumSet.complementOf(seen)).isEmpty();
    }

    /// Tests run in the module's directory or in the repository's.
    private static Path sources() {
        var inside = Path.of("src/test/java/dev/levee/sim/swarm");
        return Files.isDirectory(inside) ? inside : Path.of("proof/sim").resolve(inside);
    }
}
