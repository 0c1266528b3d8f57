package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimCommandTest {
    @Test
    void aRandomSeedIsSaidAndAnotherEachTime() {
        var first = Run.of("sim", "--seed", "random", "--runs", "2", "--scenario", "clean");
        var second = Run.of("sim", "--seed", "random", "--runs", "2", "--scenario", "clean");
        assertThat(first.out()).matches("first seed: [1-9]\\d*\n2 runs, 0 failed; [^\n]*\n");
        assertThat(first.out().lines().findFirst())
                .isNotEqualTo(second.out().lines().findFirst());
        var wrong = Run.of("sim", "--seed", "some");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("'some' is neither a whole number of at most 19 digits nor 'random'");
    }

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
        var drawn = Run.of("sim", "--seed", "3", "--json", "--trace");
        assertThat(drawn.code()).isEqualTo(2);
        assertThat(drawn.err()).hasLineCount(1).contains("leave --trace out");
        assertThat(drawn.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=99999999999999 | bytes must lie in 0..268435456, but is 99999999999999",
                "hosts=-99999999999999 | hosts must lie in 2..8, but is -99999999999999",
                "loss=99999999999999 | loss must lie in 1..100, but is 99999999999999",
                "loss=1.5 | loss must be a whole number, but is '1.5'",
                "loss= | loss must be a whole number, but is ''",
                "nope=99999999999999 | there is no knob 'nope'; there are hosts, flows, bytes, ",
                "loss=5,loss=6 | loss is there twice: leave one of them out",
                "flows=2,bytes=7,flows=2 | flows is there twice: leave one of them out",
            })
    void aKnobThatCannotBeIsOneSentence(String words, String sentence) {
        var run = Run.of("sim", "--knobs", words);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).hasLineCount(1).contains("--knobs: " + sentence);
        assertThat(run.out()).isEmpty();
    }
}
