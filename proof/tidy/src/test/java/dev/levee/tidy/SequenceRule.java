package dev.levee.tidy;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Sequence numbers wrap, so they are compared through `Seq` only: no `<`, `>`, `<=`, `>=`, `Math.max`,
/// `Math.min`, `Math.clamp`, `Integer.compare` on what is named like one.
///
/// Named like one is a variable, field or method without arguments that is called `seq`, `ack`, `iss` or
/// `irs`, or whose name ends in `Seq`, `Ack`, `Nxt`, `Una`, `Iss` or `Irs`. Not meant are names that begin
/// with `has` or `is` (booleans), and the class `Seq` itself. A sum or difference with such a name in it
/// counts, too: subtracting and comparing with 0 is what `Seq` is for.
final class SequenceRule {
    private static final Pattern NAME = Pattern.compile("seq|ack|iss|irs|\\w*(Seq|Ack|Nxt|Una|Iss|Irs)");
    private static final Pattern BOOLEAN = Pattern.compile("(has|is)[A-Z]\\w*");
    private static final Set<Tree.Kind> ORDER = Set.of(
            Tree.Kind.LESS_THAN, Tree.Kind.GREATER_THAN, Tree.Kind.LESS_THAN_EQUAL, Tree.Kind.GREATER_THAN_EQUAL);
    private static final Set<String> CALLS = Set.of(
            "Math.max",
            "Math.min",
            "Math.clamp",
            "Integer.compare",
            "Integer.compareUnsigned",
            "Integer.max",
            "Integer.min");

    private SequenceRule() {}

    static List<Finding> check(SourceFile source) {
        var findings = new ArrayList<Finding>();
        if (source.file().endsWith("/dev/levee/wire/Seq.java")) {
            return findings;
        }
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitBinary(BinaryTree tree, Void unused) {
                if (ORDER.contains(tree.getKind())
                        && (isSequence(tree.getLeftOperand()) || isSequence(tree.getRightOperand()))) {
                    report(tree);
                }
                return super.visitBinary(tree, null);
            }

            @Override
            public Void visitMethodInvocation(MethodInvocationTree tree, Void unused) {
                if (CALLS.contains(tree.getMethodSelect().toString())
                        && tree.getArguments().stream().anyMatch(SequenceRule::isSequence)) {
                    report(tree);
                }
                return super.visitMethodInvocation(tree, null);
            }

            private void report(Tree tree) {
                findings.add(source.finding(tree, "sequence numbers are compared through Seq: " + tree));
            }
        }.scan(source.unit(), null);
        return findings;
    }

    private static boolean isSequence(ExpressionTree tree) {
        return switch (tree) {
            case IdentifierTree name -> isName(name.getName().toString());
            case MemberSelectTree field -> isName(field.getIdentifier().toString());
            case MethodInvocationTree call -> call.getArguments().isEmpty() && isSequence(call.getMethodSelect());
            case ParenthesizedTree inner -> isSequence(inner.getExpression());
            case BinaryTree sum
            when sum.getKind() == Tree.Kind.PLUS || sum.getKind() == Tree.Kind.MINUS ->
                !(sum.getRightOperand() instanceof LiteralTree text && text.getValue() instanceof String)
                        && (isSequence(sum.getLeftOperand()) || isSequence(sum.getRightOperand()));
            default -> false;
        };
    }

    private static boolean isName(String name) {
        return NAME.matcher(name).matches() && !BOOLEAN.matcher(name).matches();
    }
}
