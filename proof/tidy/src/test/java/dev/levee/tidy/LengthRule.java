package dev.levee.tidy;

import com.sun.source.tree.MethodTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;

/// No file above 600 lines, no method above 60: a class is a page, a method a paragraph.
///
/// A method's lines are counted from its return type to its closing brace: annotations and comments before it
/// are not its own.
final class LengthRule {
    static final int FILE_LINES_MAX = 600;
    static final int METHOD_LINES_MAX = 60;

    private LengthRule() {}

    static List<Finding> check(SourceFile source) {
        var findings = new ArrayList<Finding>();
        if (source.lineCount() > FILE_LINES_MAX) {
            findings.add(new Finding(
                    source.file(),
                    FILE_LINES_MAX + 1,
                    "the file has " + source.lineCount() + " lines, more than " + FILE_LINES_MAX));
        }
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethod(MethodTree method, Void unused) {
                int lines = lines(source, method);
                if (lines > METHOD_LINES_MAX) {
                    findings.add(source.finding(
                            method,
                            "the method " + method.getName() + " has " + lines + " lines, more than "
                                    + METHOD_LINES_MAX));
                }
                return super.visitMethod(method, null);
            }
        }.scan(source.unit(), null);
        return findings;
    }

    private static int lines(SourceFile source, MethodTree method) {
        if (method.getBody() == null || source.start(method.getBody()) < 0) {
            return 0;
        }
        var type = method.getReturnType();
        long start = type == null || source.start(type) < 0 ? source.start(method.getBody()) : source.start(type);
        return source.line(source.end(method.getBody()) - 1) - source.line(start) + 1;
    }
}
