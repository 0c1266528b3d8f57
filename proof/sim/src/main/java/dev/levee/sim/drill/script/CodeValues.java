package dev.levee.sim.drill.script;

import java.math.BigInteger;
import java.util.List;
import java.util.Objects;

/// Python's operators on values: [BigInteger], [Double], [Boolean], [String] and [Row].
final class CodeValues {
    /// A shift or product beyond this many bits is a mistake, not an assertion.
    private static final int BITS_MAX = 4096;
    /// Bits that a fraction keeps.
    private static final int FRACTION_BITS = 53;

    /// A tuple or a list.
    record Row(boolean tuple, List<Object> elements) {}

    private CodeValues() {}

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case BigInteger n -> n.signum() != 0;
            case Double d -> d != 0;
            case String s -> !s.isEmpty();
            case Row row -> !row.elements().isEmpty();
            default -> throw new IllegalArgumentException("no value of an assertion: " + value.getClass());
        };
    }

    static Object unary(String operator, Object value) throws CodeException {
        if (operator.equals("not")) {
            return !truth(value);
        }
        if (value instanceof Double d && !operator.equals("~")) {
            return operator.equals("-") ? -d : d;
        }
        BigInteger n = whole(operator, value);
        return switch (operator) {
            case "-" -> n.negate();
            case "~" -> n.not();
            default -> n;
        };
    }

    static Object binary(String operator, Object left, Object right) throws CodeException {
        if (left instanceof String text && operator.equals("%")) {
            return CodeFormat.format(text, right);
        }
        if (left instanceof String text && right instanceof String more && operator.equals("+")) {
            return text + more;
        }
        if (!isNumber(left) || !isNumber(right)) {
            String what = "the operator " + operator + " between " + kind(left) + " and " + kind(right);
            boolean repeats = operator.equals("*") && (isNumber(left) || isNumber(right));
            boolean joins = operator.equals("+") && left instanceof Row && right instanceof Row;
            throw repeats || joins ? CodeException.unsupported(what) : CodeException.error(what);
        }
        return switch (operator) {
            case "|" ->
                areBooleans(left, right)
                        ? truth(left) || truth(right)
                        : whole(operator, left).or(whole(operator, right));
            case "^" ->
                areBooleans(left, right)
                        ? truth(left) ^ truth(right)
                        : whole(operator, left).xor(whole(operator, right));
            case "&" ->
                areBooleans(left, right)
                        ? truth(left) && truth(right)
                        : whole(operator, left).and(whole(operator, right));
            case "<<", ">>" -> shift(operator, whole(operator, left), whole(operator, right));
            case "/" -> quotient(left, right);
            default ->
                left instanceof Double || right instanceof Double
                        ? fraction(operator, decimal(left), decimal(right))
                        : integer(operator, whole(operator, left), whole(operator, right));
        };
    }

    private static boolean areBooleans(Object left, Object right) {
        return left instanceof Boolean && right instanceof Boolean;
    }

    private static BigInteger integer(String operator, BigInteger left, BigInteger right) throws CodeException {
        return switch (operator) {
            case "+" -> left.add(right);
            case "-" -> left.subtract(right);
            case "*" -> bounded(left.bitLength() + right.bitLength(), left.multiply(right));
            case "//" -> floor(left, right)[0];
            case "%" -> floor(left, right)[1];
            default -> throw CodeException.unsupported("the operator " + operator);
        };
    }

    /// Quotient rounded down, and the rest, which has the divisor's sign.
    private static BigInteger[] floor(BigInteger left, BigInteger right) throws CodeException {
        if (right.signum() == 0) {
            throw CodeException.error("a division by zero");
        }
        BigInteger[] result = left.divideAndRemainder(right);
        if (result[1].signum() != 0 && result[1].signum() != right.signum()) {
            result[0] = result[0].subtract(BigInteger.ONE);
            result[1] = result[1].add(right);
        }
        return result;
    }

    private static Object fraction(String operator, double left, double right) throws CodeException {
        if (right == 0 && (operator.equals("//") || operator.equals("%"))) {
            throw CodeException.error("a division by zero");
        }
        double rest = left % right;
        if (rest != 0 && rest < 0 != right < 0) {
            rest += right;
        }
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "//" -> Math.rint((left - rest) / right);
            case "%" -> rest;
            default -> throw CodeException.unsupported("the operator " + operator);
        };
    }

    private static Double quotient(Object left, Object right) throws CodeException {
        double divisor = decimal(right);
        if (divisor == 0) {
            throw CodeException.error("a division by zero");
        }
        return decimal(left) / divisor;
    }

    private static BigInteger shift(String operator, BigInteger value, BigInteger count) throws CodeException {
        if (count.signum() < 0) {
            throw CodeException.error("a negative shift");
        }
        if (count.bitLength() > 31) {
            throw CodeException.unsupported("a shift by more than " + BITS_MAX + " bits");
        }
        int by = count.intValue();
        return operator.equals("<<")
                ? bounded(value.bitLength() + (long) by, by > BITS_MAX ? value : value.shiftLeft(by))
                : value.shiftRight(by);
    }

    private static BigInteger bounded(long bits, BigInteger value) throws CodeException {
        if (bits > BITS_MAX) {
            throw CodeException.unsupported("a number of more than " + BITS_MAX + " bits");
        }
        return value;
    }

    static boolean compare(String operator, Object left, Object right) throws CodeException {
        return switch (operator) {
            case "==" -> same(left, right);
            case "!=" -> !same(left, right);
            case "in" -> contains(right, left);
            case "not in" -> !contains(right, left);
            case "<" -> order(left, right) < 0;
            case "<=" -> order(left, right) <= 0;
            case ">" -> order(left, right) > 0;
            case ">=" -> order(left, right) >= 0;
            default -> throw CodeException.unsupported("the operator " + operator);
        };
    }

    private static boolean same(Object left, Object right) throws CodeException {
        if (isNumber(left) && isNumber(right)) {
            return order(left, right) == 0;
        }
        if (left instanceof Row one && right instanceof Row other) {
            if (one.tuple() != other.tuple()
                    || one.elements().size() != other.elements().size()) {
                return false;
            }
            for (int i = 0; i < one.elements().size(); i++) {
                if (!same(one.elements().get(i), other.elements().get(i))) {
                    return false;
                }
            }
            return true;
        }
        return Objects.equals(left, right);
    }

    private static int order(Object left, Object right) throws CodeException {
        if (left instanceof String one && right instanceof String other) {
            return one.compareTo(other);
        }
        if (left instanceof Row one && right instanceof Row other && one.tuple() == other.tuple()) {
            throw CodeException.unsupported("the order of " + kind(left) + " and " + kind(right));
        }
        if (!isNumber(left) || !isNumber(right)) {
            throw CodeException.error("a comparison between " + kind(left) + " and " + kind(right));
        }
        if (left instanceof Double || right instanceof Double) {
            double one = decimal(left);
            double other = decimal(right);
            return one < other ? -1 : one > other ? 1 : 0;
        }
        return whole("<", left).compareTo(whole("<", right));
    }

    private static boolean contains(Object all, Object one) throws CodeException {
        if (all instanceof String text && one instanceof String part) {
            return text.contains(part);
        }
        if (!(all instanceof Row row)) {
            throw CodeException.error("the operator in on " + kind(all));
        }
        for (Object element : row.elements()) {
            if (same(element, one)) {
                return true;
            }
        }
        return false;
    }

    static boolean isNumber(Object value) {
        return value instanceof BigInteger || value instanceof Double || value instanceof Boolean;
    }

    /// A whole number; true is 1.
    static BigInteger whole(String operator, Object value) throws CodeException {
        return switch (value) {
            case BigInteger n -> n;
            case Boolean b -> b ? BigInteger.ONE : BigInteger.ZERO;
            default -> throw CodeException.error("the operator " + operator + " on " + kind(value));
        };
    }

    /// A number as a fraction, which must be exact.
    static double decimal(Object value) throws CodeException {
        if (value instanceof Double d) {
            return d;
        }
        BigInteger n = whole("/", value);
        if (n.bitLength() > FRACTION_BITS) {
            throw CodeException.unsupported("a number of more than " + FRACTION_BITS + " bits as a fraction");
        }
        return n.doubleValue();
    }

    private static String kind(Object value) {
        return switch (value) {
            case String _ -> "a string";
            case Row row -> row.tuple() ? "a tuple" : "a list";
            case Double _ -> "a fraction";
            default -> "a number";
        };
    }
}
