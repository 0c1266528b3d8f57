package dev.levee.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every requirement of RFC 9293 has a test or a reason, and the document says which.
class LedgerTest {
    private static final Checkout CHECKOUT = Checkout.here();
    private static final boolean WRITE = Boolean.getBoolean("levee.golden.write");
    private static final Ledger LEDGER = ledger();

    private static Ledger ledger() {
        var tags = CHECKOUT.sources().stream()
                .flatMap(source -> RfcTag.of(source).stream())
                .toList();
        if (WRITE) {
            settle(tags);
        }
        return new Ledger(Requirements.read(CHECKOUT, 9293), tags);
    }

    /// Takes what is proven by now off the list of what is open.
    private static void settle(List<RfcTag> tags) {
        var file = CHECKOUT.root().resolve(Ledger.OPEN);
        var text = Checkout.read(file);
        for (var tag : tags) {
            text = text.replaceAll("\\s*\"" + Pattern.quote(tag.id()) + "\",?", "");
        }
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theTableHasEveryIdOfTheAppendix() {
        assertThat(LEDGER.requirements().rules().keySet())
                .containsExactlyElementsOf(Stream.of(ids("MUST", 69), ids("SHLD", 31), ids("MAY", 18), ids("REC", 1))
                        .flatMap(List::stream)
                        .toList());
    }

    private static List<String> ids(String kind, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> kind + "-" + i).toList();
    }

    @Test
    void everyRequirementHasATestOrAReason() {
        assertThat(LEDGER.findings()).isEmpty();
    }

    @Test
    void everyMustThatATestShowsHasAMutantThatTheTestNotices() {
        assertThat(Mutants.read(CHECKOUT, 9293).findings(LEDGER)).isEmpty();
    }

    @Test
    void theDocumentIsWhatTableTagsAndExceptionsMakeOfIt() throws IOException {
        var document = LEDGER.document();
        var file = CHECKOUT.root().resolve(Ledger.DOCUMENT);
        if (WRITE) {
            Files.writeString(file, document);
        }
        assertThat(Files.exists(file) ? Checkout.read(file) : "")
                .as(Ledger.DOCUMENT + " is not what the tags say; write it anew: " + Ledger.COMMAND)
                .isEqualTo(document);
    }

    @Test
    void noCellOfTheDocumentIsEmpty() {
        var rows =
                LEDGER.document().lines().filter(line -> line.startsWith("| ")).toList();
        assertThat(rows)
                .hasSizeGreaterThan(119)
                .filteredOn(row -> !row.startsWith("| | all "))
                .noneMatch(row -> row.contains("|  |") || row.contains("| |"));
    }
}
