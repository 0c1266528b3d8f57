package dev.levee.sim.drill.script;

import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A `%{ }%` block, parsed.
sealed interface CodeTree {
    /// @param offset of the statement in the block's text
    /// @param text as written
    record Statement(int offset, String text, Kind kind) {}

    sealed interface Kind {}

    record Assert(CodeTree condition, @Nullable CodeTree message) implements Kind {}

    record Print(List<CodeTree> values) implements Kind {}

    /// @param operator null for `=`, `+` for `+=`
    record Assignment(String name, @Nullable String operator, CodeTree value) implements Kind {}

    /// An expression for its own sake, or `pass` (null).
    record Bare(@Nullable CodeTree value) implements Kind {}

    record IntLiteral(BigInteger value) implements CodeTree {}

    record FloatLiteral(double value) implements CodeTree {}

    record TextLiteral(String value) implements CodeTree {}

    record Name(String name) implements CodeTree {}

    /// @param tuple in parentheses or bare; else in brackets
    record Sequence(boolean tuple, List<CodeTree> elements) implements CodeTree {}

    record Call(String name, List<CodeTree> arguments) implements CodeTree {}

    record Unary(String operator, CodeTree operand) implements CodeTree {}

    record Binary(String operator, CodeTree left, CodeTree right) implements CodeTree {}

    /// `and`, `or`.
    record Logic(boolean and, CodeTree left, CodeTree right) implements CodeTree {}

    /// `a < b <= c`: one operand more than operators.
    record Comparison(List<CodeTree> operands, List<String> operators) implements CodeTree {}

    record Choice(CodeTree condition, CodeTree yes, CodeTree no) implements CodeTree {}
}
