package dev.levee.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tcp.TcpState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `docs/handshake.md` shows what happens: its diagrams are drawn from the captures in `docs/captures`, and those are
/// what the engine sends.
class HandshakePageTest {
    private static final boolean WRITE = Boolean.getBoolean("levee.golden.write");
    private static final String HINT = "; if the change is meant, write it anew with -Dlevee.golden.write=true";
    /// A block of the page: its name in a comment, and the diagram.
    private static final Pattern BLOCK =
            Pattern.compile("<!-- captures/([a-z-]+)\\.pcapng -->\n```text\n(.*?)```\n", Pattern.DOTALL);

    private final Path docs = Path.of(System.getProperty("basedir", "proof/sim"), "../../docs");
    private final HandshakeScenes scenes = new HandshakeScenes();

    @ParameterizedTest
    @ValueSource(strings = {"handshake.md", "handshake.zh-CN.md"})
    void theDiagramsAreTrue(String page) throws IOException {
        var file = docs.resolve(page);
        var written = Files.readString(file);
        var shown = EnumSet.noneOf(TcpState.class);
        var blocks = BLOCK.matcher(written);
        var drawn = new StringBuilder();
        while (blocks.find()) {
            var name = blocks.group(1);
            var scene = scenes.run(name);
            var capture = docs.resolve("captures").resolve(name + ".pcapng");
            if (WRITE) {
                Files.createDirectories(capture.getParent());
                Files.write(capture, scene.file());
            }
            assertThat(scene.file()).as(capture + HINT).isEqualTo(Files.readAllBytes(capture));
            shown.addAll(scene.states());
            var diagram = scene.draw(Files.readAllBytes(capture));
            blocks.appendReplacement(
                    drawn,
                    Matcher.quoteReplacement("<!-- captures/" + name + ".pcapng -->\n```text\n" + diagram + "```\n"));
        }
        blocks.appendTail(drawn);
        if (WRITE) {
            Files.writeString(file, drawn);
        }
        assertThat(drawn.toString()).as(page + HINT).isEqualTo(Files.readString(file));
        assertThat(shown).isEqualTo(EnumSet.allOf(TcpState.class));
    }

    /// What the page is about: the same two old segments, given to a server that is content with two segments and to
    /// one that wants three.
    @Test
    void onlyATwoWayHandshakeTakesAnOldDuplicateForANewConnection() throws IOException {
        scenes.run("two-way");
        assertThat(scenes.delivered()).containsExactly("Pay 100.", "Pay 100.");
        scenes.run("three-way");
        assertThat(scenes.delivered()).containsExactly("Pay 100.");
    }

    @Test
    void everyCaptureIsShown() throws IOException {
        var shown = BLOCK.matcher(Files.readString(docs.resolve("handshake.md")))
                .results()
                .map(block -> block.group(1) + ".pcapng")
                .toList();
        try (var files = Files.list(docs.resolve("captures"))) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrderElementsOf(shown);
        }
    }
}
