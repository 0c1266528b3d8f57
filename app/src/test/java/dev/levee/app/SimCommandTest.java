package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimCommandTest {
    @Test
    void goodRunsEndWithZeroAndASummary() {
        var run = Run.of("sim", "--runs", "6", "--scenario", "clean");
        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("6 runs, 0 failed; ").hasLineCount(1);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void theSameSeedsPrintTheSameOctets() {
        String[] words = {"sim", "--seed", "40", "--runs", "12", "--json"};
        var first = Run.of(words).out();
        assertThat(first).startsWith("{\"runs\":12,\"failed\":0,\"seed\":40,").hasLineCount(1);
        assertThat(Run.of(words).out()).isEqualTo(first);
    }

    @Test
    void aSingleRunCanBeDrawn() {
        var run = Run.of("sim", "--seed", "3", "--knobs", "hosts=2,flows=1,bytes=500,delay=5", "--trace");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("flow 0", "SYN", "ESTABLISHED", "seed 3: hosts=2,flows=1,bytes=500,delay=5");
        assertThat(run.out().lines().toList().getLast()).startsWith("1 run, 0 failed; ");
    }

    @Test
    void badArgumentsAreOneSentenceAndTwo() {
        var scenario = Run.of("sim", "--scenario", "nope");
        assertThat(scenario.code()).isEqualTo(2);
        assertThat(scenario.err()).hasLineCount(1).contains("there is no scenario 'nope'; there are default, clean");
        var knobs = Run.of("sim", "--knobs", "loss=200");
        assertThat(knobs.code()).isEqualTo(2);
        assertThat(knobs.err()).hasLineCount(1).contains("loss must lie in 1..100, but is 200");
        assertThat(Run.of("sim", "--runs", "0").code()).isEqualTo(2);
        var many = Run.of("sim", "--runs", "many");
        assertThat(many.code()).isEqualTo(2);
        assertThat(many.err()).contains("'many' is no whole number").doesNotContain(" int");
        var both = Run.of("sim", "--scenario", "clean", "--knobs", "loss=2");
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err()).hasLineCount(1).contains("leave --scenario out");
        assertThat(knobs.out() + scenario.out()).isEmpty();
    }
}
