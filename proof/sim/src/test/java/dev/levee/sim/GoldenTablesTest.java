package dev.levee.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `docs/goodput.md` says what the engine does.
class GoldenTablesTest {
    @Test
    void theTablesAreTrue() throws IOException {
        var file = Path.of(System.getProperty("basedir", "proof/sim"), "../../docs/goodput.md");
        var measured = GoldenTables.document();
        if (Boolean.getBoolean("levee.golden.write")) {
            Files.writeString(file, measured);
        }
        assertThat(measured)
                .as("docs/goodput.md; if the change is meant, write it anew with -Dlevee.golden.write=true, as the page"
                        + " says")
                .isEqualTo(Files.readString(file));
    }
}
