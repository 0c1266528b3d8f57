package dev.levee.app.get;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.app.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
    @TempDir
    private Path directory;

    @Test
    void aFileAppearsWhenItIsComplete() throws Problem, IOException {
        var file = directory.resolve("a");
        try (var output = Output.to(file)) {
            output.write(new byte[] {1, 2, 3}, 2);
            assertThat(file).doesNotExist();
            output.complete();
        }
        assertThat(file).hasBinaryContent(new byte[] {1, 2});
        assertThat(directory.toFile().list()).containsExactly("a");
    }

    @Test
    void anIncompleteFileLeavesTheOldOne() throws Problem, IOException {
        var file = Files.writeString(directory.resolve("a"), "old");
        try (var output = Output.to(file)) {
            output.write(new byte[] {1, 2, 3}, 3);
        }
        assertThat(file).hasContent("old");
        assertThat(directory.toFile().list()).containsExactly("a");
    }
}
