package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class CleanupTest {
    @Test
    void theLastTakenIsGivenBackFirstAndOnlyOnce() {
        var order = new ArrayList<Integer>();
        var cleanup = Cleanup.atExit();
        cleanup.add(() -> order.add(1));
        cleanup.add(() -> order.add(2));
        cleanup.close();
        cleanup.close();
        assertThat(order).containsExactly(2, 1);
    }

    @Test
    void whatComesTooLateIsGivenBackAtOnce() {
        var order = new ArrayList<Integer>();
        var cleanup = Cleanup.atExit();
        cleanup.close();
        cleanup.add(() -> order.add(1));
        assertThat(order).containsExactly(1);
    }

    @Test
    void oneFailureDoesNotKeepTheRest() {
        var order = new ArrayList<Integer>();
        var cleanup = Cleanup.atExit();
        cleanup.add(() -> order.add(1));
        cleanup.add(() -> {
            throw new java.io.IOException("no");
        });
        cleanup.close();
        assertThat(order).containsExactly(1);
    }
}
