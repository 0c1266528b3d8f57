package dev.levee.app.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class EditTest {
    private static Edit edit(String old, String replacement) {
        return new Edit("habit", old, replacement, 1, 1);
    }

    private static String apply(String text, Edit... edits) throws Edit.Misfit {
        return Edit.apply(text, List.of(edits));
    }

    @Test
    void theOnePlaceIsChangedAndNothingElse() throws Edit.Misfit {
        assertThat(apply("a b c", edit("b", "x"))).isEqualTo("a x c");
        assertThat(apply("abc", edit("a", "1"))).isEqualTo("1bc");
        assertThat(apply("abc", edit("c", ""))).isEqualTo("ab");
        assertThat(apply("abc")).isEqualTo("abc");
    }

    @Test
    void aRunOfBlanksStandsForAnyRunOfBlanks() throws Edit.Misfit {
        assertThat(apply("> F.   1:1(0)\tack  2 win", edit("> F. 1:1(0) ack 2", "> .")))
                .isEqualTo("> . win");
        assertThat(apply("> F. x", edit(">  F.", "> ."))).isEqualTo("> . x");
        assertThatThrownBy(() -> apply(">F. x", edit("> F.", ""))).isInstanceOf(Edit.Misfit.class);
        assertThatThrownBy(() -> apply(">\nF. x", edit("> F.", ""))).isInstanceOf(Edit.Misfit.class);
        assertThat(apply("a  b", edit(" b", "c"))).isEqualTo("ac");
        assertThat(apply("a  b", edit("a ", "c"))).isEqualTo("cb");
    }

    @Test
    void nothingInTheTextIsAPattern() throws Edit.Misfit {
        assertThat(apply("a.b(c)*[0]", edit("b(c)*[0]", "$1\\"))).isEqualTo("a.$1\\");
        assertThatThrownBy(() -> apply("abc", edit("a.c", ""))).isInstanceOf(Edit.Misfit.class);
    }

    @Test
    void severalChangesAreLookedForInTheOriginal() throws Edit.Misfit {
        assertThat(apply("one two", edit("two", "one"), edit("one", "two"))).isEqualTo("two one");
        assertThat(apply("ab", edit("b", "2"), edit("a", "1"))).isEqualTo("12");
    }

    @Test
    void onePlaceOfSeveralIsChosenByItsNumber() throws Edit.Misfit {
        var text = "x x x";
        assertThat(apply(text, new Edit("habit", "x", "y", 1, 3))).isEqualTo("y x x");
        assertThat(apply(text, new Edit("habit", "x", "y", 3, 3))).isEqualTo("x x y");
        assertThat(apply(text, new Edit("habit", "x", "1", 1, 3), new Edit("habit", "x", "3", 3, 3)))
                .isEqualTo("1 x 3");
    }

    @Test
    void whatDoesNotMatchAsOftenAsItSaysIsTold() {
        assertMisfit("abc", edit("x\n", ""), "the edit of 'x\\n' must match once, and matches nowhere");
        assertMisfit("aa", edit("a", ""), "the edit of 'a' must match once, and matches twice");
        assertMisfit("a", new Edit("h", "a", "", 2, 2), "the edit of 'a' must match twice, and matches once");
        assertMisfit("aaaa", new Edit("h", "a", "", 2, 3), "the edit of 'a' must match 3 times, and matches 4 times");
    }

    @Test
    void changesThatOverlapAreTold() {
        assertMisfit("abc", edit("ab", ""), edit("bc", ""), "the edit of 'bc' overlaps another one");
        assertMisfit("abc", edit("b", ""), edit("b", ""), "the edit of 'b' overlaps another one");
    }

    private static void assertMisfit(String text, Edit edit, String sentence) {
        assertThatThrownBy(() -> apply(text, edit))
                .isInstanceOfSatisfying(
                        Edit.Misfit.class,
                        misfit -> assertThat(misfit.sentence()).isEqualTo(sentence));
    }

    private static void assertMisfit(String text, Edit one, Edit other, String sentence) {
        assertThatThrownBy(() -> apply(text, one, other))
                .isInstanceOfSatisfying(
                        Edit.Misfit.class,
                        misfit -> assertThat(misfit.sentence()).isEqualTo(sentence));
    }
}
