package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    @Test
    void helpNamesEveryCommand() {
        var run = Run.of("--help");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("serve", "get", "states", "lab", "doctor", "completion");
    }

    @Test
    void noCommandIsARequestForHelp() {
        assertThat(Run.of().out()).contains("Usage: levee");
    }

    @Test
    void versionSaysItsNumber() {
        assertThat(Run.of("--version").out()).matches("levee \\d+\\.\\d+\\.\\d+\\S* \\(Java .*\\)\\R");
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense, nothing called 'nonsense'",
        "--nonsense, no option '--nonsense'",
        "doctor --jsn, did you mean --json?",
    })
    void badArgumentsGetOneSentenceAndCode2(String arguments, String part) {
        var run = Run.of(arguments.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(part).hasLineCount(1);
    }

    @Test
    void completionIsAScriptForTheCommand() {
        assertThat(Run.of("completion").out()).startsWith("#!/usr/bin/env bash").contains("_complete_levee");
    }
}
