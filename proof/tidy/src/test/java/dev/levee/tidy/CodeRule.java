package dev.levee.tidy;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.CatchTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Habits that hide trouble: tests switched off, tests that sleep, exceptions swallowed without a word.
///
/// A catch block without a statement is in order when a comment inside says why.
final class CodeRule {
    private static final Set<String> OFF = Set.of("Disabled", "org.junit.jupiter.api.Disabled", "Ignore");

    private CodeRule() {}

    static List<Finding> check(SourceFile source) {
        var findings = new ArrayList<Finding>();
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitAnnotation(AnnotationTree tree, Void unused) {
                if (OFF.contains(tree.getAnnotationType().toString())) {
                    findings.add(source.finding(tree, "a test is switched off"));
                }
                return super.visitAnnotation(tree, null);
            }

            @Override
            public Void visitMethodInvocation(MethodInvocationTree tree, Void unused) {
                var call = tree.getMethodSelect().toString();
                if (source.isTest() && (call.endsWith("Thread.sleep") || call.endsWith("TimeUnit.sleep"))) {
                    findings.add(source.finding(tree, "a test sleeps: time is virtual, or an event is waited for"));
                }
                return super.visitMethodInvocation(tree, null);
            }

            @Override
            public Void visitCatch(CatchTree tree, Void unused) {
                var block = tree.getBlock();
                if (block.getStatements().isEmpty() && !source.textOf(block).contains("//")) {
                    findings.add(source.finding(tree, "an exception is swallowed, and no comment says why"));
                }
                return super.visitCatch(tree, null);
            }
        }.scan(source.unit(), null);
        return findings;
    }
}
