package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.Handshake;
import dev.levee.wire.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// docs/syn-cookie-format.md tells others how cookies are made: its vectors are what the engine makes.
class CookieFormatTest {
    private static final Path PAGE = Path.of(System.getProperty("basedir", ""), "../../docs/syn-cookie-format.md");
    private static final long EPOCH = 112_500_000;

    private static List<String[]> vectors() throws IOException {
        var rows = new ArrayList<String[]>();
        boolean table = false;
        for (var line : Files.readAllLines(PAGE)) {
            if (table && line.startsWith("|") && !line.startsWith("|---")) {
                rows.add(line.substring(1).split("\\|"));
            }
            table |= line.startsWith("| from | to |");
        }
        return rows;
    }

    private static Handshake syn(String[] cells) {
        var from = endpoint(cells[0].strip());
        var to = endpoint(cells[1].strip());
        var syn = new Handshake();
        syn.tuple(to.high(), to.low(), from.high(), from.low(), port(cells[1]) << 16 | port(cells[0]));
        syn.irs(Integer.parseUnsignedInt(cells[2].strip(), 16));
        syn.options(
                Integer.parseInt(cells[3].strip()),
                Integer.parseInt(cells[4].strip()),
                cells[5].strip().equals("yes"),
                cells[6].strip().equals("yes"),
                !cells[8].strip().equals("-"));
        return syn;
    }

    private static IpAddress endpoint(String text) {
        return IpAddress.parse(text.substring(0, text.lastIndexOf(' ')));
    }

    private static int port(String cell) {
        return Integer.parseInt(cell.strip().substring(cell.strip().lastIndexOf(' ') + 1));
    }

    @Test
    void theVectorsAreWhatIsIssued() throws IOException {
        var octets = new byte[16];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) i;
        }
        var cookies = new SynCookies(new CookieKeys(CookieKeys.key(octets)));
        var vectors = vectors();
        assertThat(vectors).hasSize(8);
        for (var cells : vectors) {
            var syn = syn(cells);
            cookies.issue(syn, EPOCH);
            assertThat(Integer.toHexString(syn.iss()))
                    .as(String.join("|", cells))
                    .isEqualTo(cells[7].strip());
            if (syn.timestamps()) {
                assertThat(Integer.toHexString(syn.tsOffered())).isEqualTo(cells[8].strip());
            }
        }
    }
}
