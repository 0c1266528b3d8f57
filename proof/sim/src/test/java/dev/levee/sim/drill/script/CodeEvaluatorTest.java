package dev.levee.sim.drill.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.script.CodeEvaluator.Outcome;
import dev.levee.sim.drill.script.CodeEvaluator.Verdict;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Assertions about a connection's state.
class CodeEvaluatorTest {
    private static final Map<String, Long> STATE =
            Map.of("tcpi_snd_cwnd", 10L, "tcpi_rtt", 20_000L, "tcpi_options", 5L, "TCPI_OPT_SACK", 2L, "zero", 0L);

    private final CodeEvaluator evaluator = new CodeEvaluator();

    private Outcome run(String text) {
        return evaluator.run(new Code(new Position(3, 5), text), STATE::get);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd",
                "assert 19000 <= tcpi_rtt <= 21000, 'srtt=%d us' % tcpi_rtt",
                "assert (tcpi_options & TCPI_OPT_SACK) == 0, tcpi_options",
                "assert tcpi_options & 1 and tcpi_options & 4",
                "assert not tcpi_options & 2",
                "assert 1 + 2 * 3 == 7 and (1 + 2) * 3 == 9",
                "assert 7 / 2 == 3.5 and 7 // 2 == 3 and -7 // 2 == -4 and -7 % 3 == 2",
                "assert 7.5 // 2 == 3 and -7.5 // 2 == -4 and -7.5 % 2 == 0.5 and 7.5 % -2 == -0.5",
                "assert 1 | 6 ^ 2 & 3 == 5 or True",
                "assert 1 << 4 == 16 and ~0 == -1 and 0xff >> 4 == 15",
                "assert 2 - 1 - 1 == 0 and 8 / 2 / 2 == 2",
                "assert tcpi_snd_cwnd in [9, 10, 11] and 3 not in (1, 2)",
                "assert (1, 'a') == (1, 'a') and (1,) != (2,)",
                "assert '%d of %s, %05.1f%% %x' % (3, 'x', 2.25, 255) == '3 of x, 002.2% ff'",
                "assert 'a' 'b' == \"ab\" and 'b' in 'abc' and 'a' < 'b'",
                "assert min(3, 1, 2) == 1 and max(1, 2) == 2 and abs(-5) == 5 and int(2.9) == 2",
                "assert 5 if zero else 1",
                "assert zero == 0 or unknown_name",
                "assert not zero and not not 1",
                "assert 1 < 2 < 3 != 4 and not 1 < 3 < 2",
                "assert 18446744073709551615 + 1 == 1 << 64",
                "assert True == 1 and False + True == 1",
                "x = 3; x += 4; x *= 2; assert x == 14",
                "x = 1, 2\nassert x == (1, 2) # why not",
                "assert tcpi_snd_cwnd == 10; \\\n   assert tcpi_rtt == 20000;\\",
                "assert (tcpi_snd_cwnd\n   == 10)",
                "# only a comment",
                "",
                "pass"
            })
    void whatIsTrueIsOk(String text) {
        assertThat(run(text)).extracting(Outcome::verdict, Outcome::reason).containsExactly(Verdict.OK, "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd; assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd [tcpi_snd_cwnd = 10]",
                "assert 1 <= tcpi_rtt <= 2, 'srtt=%d us' % tcpi_rtt; assert 1 <= tcpi_rtt <= 2, 'srtt=%d us' % tcpi_rtt: srtt=20000 us [tcpi_rtt = 20000]",
                "assert zero; assert zero [zero = 0]",
                "assert 1 == 2; assert 1 == 2",
                "assert 0, 1 / 0; assert 0, 1 / 0",
                "assert 1 / zero; stopped by a division by zero in: assert 1 / zero",
                "assert 'a' < 1; stopped by a comparison between a string and a number in: assert 'a' < 1",
                "print('%d' % (1, 2)); stopped by more values than the format wants in: print('%d' % (1, 2))"
            })
    void whatIsNotTrueFailsWithItsValues(String text, String reason) {
        assertThat(run(text)).extracting(Outcome::verdict, Outcome::reason).containsExactly(Verdict.FAILED, reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "assert tcpi_unheard_of == 1; the name tcpi_unheard_of",
                "for x in y: pass; the statement 'for'",
                "import os; the statement 'import'",
                "assert f(1); the function f",
                "assert x[0]; an index",
                "assert x.y; in this place",
                "print tcpi_rtt; in this place",
                "assert 2 ** 3; in this place",
                "assert 010 == 8; the number '010'",
                "assert f'x'; a string with a prefix",
                "assert 1 << 100000; a number of more than 4096 bits",
                "assert 1 @ 2; the character '@'",
                "assert '%q' % 1; format",
                "assert 'x' * 2 == 'xx'; the operator * between a string and a number",
                "assert [1] + [2] == [1, 2]; the operator + between a list and a list",
                "assert (1, 2) < (1, 3); the order of a tuple and a tuple",
                "assert 9007199254740993 / 3 > 1; a number of more than 53 bits as a fraction"
            })
    void whatIsNotOfferedHasNoVerdict(String text, String reason) {
        assertThat(run(text).verdict()).isEqualTo(Verdict.UNSUPPORTED);
        assertThat(run(text).reason()).startsWith("not offered here: ").contains(reason);
    }

    @Test
    void aStatementWithoutItsEndFails() {
        assertThat(run("assert (1").verdict()).isEqualTo(Verdict.FAILED);
        assertThat(run("assert 1 ==").reason()).contains("a line that ends too early");
    }

    @Test
    void nothingOfABlockRunsWhenItsEndIsNotOffered() {
        assertThat(run("assert 1 == 2\nwhile True: pass").verdict()).isEqualTo(Verdict.UNSUPPORTED);
        assertThat(run("assert 1 == 1\n  assert 2 == 2").reason()).contains("an indented line");
    }

    @Test
    void variablesLiveFromBlockToBlock() {
        assertThat(run("cwnd = 8").verdict()).isEqualTo(Verdict.OK);
        assertThat(run("cwnd += 2; assert tcpi_snd_cwnd == cwnd, tcpi_snd_cwnd").verdict())
                .isEqualTo(Verdict.OK);
        assertThat(run("cwnd += 2; assert tcpi_snd_cwnd == cwnd, tcpi_snd_cwnd").reason())
                .endsWith("[tcpi_snd_cwnd = 10, cwnd = 12]");
    }

    @Test
    void aVariableStandsBeforeAConstantButAFieldIsSaidAnew() {
        run("TCPI_OPT_SACK = 7; tcpi_rtt = 1; assert tcpi_rtt == 1");
        assertThat(run("assert TCPI_OPT_SACK == 7 and tcpi_rtt == 20000").verdict())
                .isEqualTo(Verdict.OK);
    }

    @Test
    void printedLinesAreKept() {
        assertThat(run("print(tcpi_snd_cwnd); print('a', (1,), [2.5, True])").printed())
                .containsExactly("10", "a (1,) [2.5, True]");
        assertThat(run("pass").printed()).isEmpty();
    }

    @Test
    void aFailureHasThePlaceOfItsStatement() {
        assertThat(run(" assert 1; assert 2 == 3").at()).isEqualTo(new Position(3, 18));
        assertThat(run("\nassert 1\nassert zero").at()).isEqualTo(new Position(5, 1));
    }

    @Test
    void anyTextHasAnOutcome() {
        String[] words = {
            "assert",
            "(",
            ")",
            "[",
            "]",
            ",",
            "1",
            "0x",
            "'",
            "\"",
            "%",
            "tcpi_rtt",
            "==",
            "not",
            "in",
            "or",
            "\n",
            ";",
            "\\",
            "#",
            "-",
            "~",
            "=",
            "+=",
            "if",
            "else",
            "1.5e",
            "print",
            " ",
            "*",
            "/",
            "'%d'",
            "<<",
            "99999999999"
        };
        for (int run = 0; run < 6_000; run++) {
            long seed = 0xC0DEL + run;
            var random = new SplittableRandom(seed);
            var text = new StringBuilder();
            for (int length = random.nextInt(20); length > 0; length--) {
                text.append(words[random.nextInt(words.length)]).append(random.nextBoolean() ? " " : "");
            }
            assertThat(run(text.toString()).verdict())
                    .as("seed %d: %s", seed, text)
                    .isNotNull();
        }
    }

    @Test
    void deepNestingHasNoVerdict() {
        assertThat(run("assert " + "(".repeat(50_000) + "1").verdict()).isEqualTo(Verdict.UNSUPPORTED);
        assertThat(run("assert " + "-".repeat(1_000) + "1").verdict()).isEqualTo(Verdict.UNSUPPORTED);
        assertThat(run("assert 1" + " + 1".repeat(900)).verdict()).isEqualTo(Verdict.OK);
    }
}
