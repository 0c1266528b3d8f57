package dev.levee.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/// docs/conformance-freebsd.md lists the scripts that the list of edits has.
class SuiteEditsTest {
    private static final Checkout CHECKOUT = Checkout.here();
    private static final SuiteEdits EDITS = SuiteEdits.read(CHECKOUT);

    @Test
    void everyHabitHasItsReasonAndItsEditsAreNoMoreThanValues() {
        assertThat(EDITS.findings()).isEmpty();
    }

    @Test
    void noScriptIsBothEditedAndSkipped() {
        assertThat(EDITS.edited()).hasSizeGreaterThan(100);
        assertThat(EDITS.skipped())
                .allSatisfy(
                        group -> assertThat(group.scripts()).isNotEmpty().doesNotContainAnyElementsOf(EDITS.edited()));
    }

    @Test
    void thePageIsWhatTheListMakesOfIt() throws IOException {
        var document = EDITS.document();
        var file = CHECKOUT.root().resolve(SuiteEdits.DOCUMENT);
        if (Boolean.getBoolean("levee.golden.write")) {
            Files.writeString(file, document);
        }
        assertThat(Checkout.read(file))
                .as(SuiteEdits.DOCUMENT + " is not what " + SuiteEdits.FILE + " says; write it anew: "
                        + SuiteEdits.COMMAND)
                .isEqualTo(document);
    }
}
