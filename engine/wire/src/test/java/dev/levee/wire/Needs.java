package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// What tests need of the machine: where it is missing they are skipped with a line that says why, and in
/// continuous integration, which sets LEVEE_REQUIRE_NET, they fail.
final class Needs {
    private Needs() {}

    static void orSkip(boolean there, String why) {
        if (System.getenv("LEVEE_REQUIRE_NET") != null) {
            assertThat(there).as(why).isTrue();
        }
        if (!there) {
            System.out.println("skipped: " + why);
        }
        assumeTrue(there, why);
    }
}
