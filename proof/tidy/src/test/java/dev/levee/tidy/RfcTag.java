package dev.levee.tidy;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.NewArrayTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/// One requirement named by one `@Rfc` on a test or a class of tests.
///
/// @param text as it stands there: `9293:MUST-13`
/// @param className binary name of the class
/// @param method the test; empty where the tag holds for every test of the class
/// @param isTest whether what is tagged is run by JUnit
/// @param file relative to the checkout
/// @param line counted from 1
record RfcTag(String text, String className, String method, boolean isTest, String file, int line) {
    private static final Set<String> TESTS =
            Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate", "SeededTest");
    private static final String PREFIX = "dev.levee.";

    /// The number of the RFC: `9293`.
    String rfc() {
        return text.substring(0, Math.max(0, text.indexOf(':')));
    }

    /// The id or section: `MUST-13`, `3.10.7.4`.
    String id() {
        return text.substring(text.indexOf(':') + 1);
    }

    /// `tcp.CloseTest#timeWaitLastsTwoSegmentLifetimes`.
    String evidence() {
        var type = className.startsWith(PREFIX) ? className.substring(PREFIX.length()) : className;
        return method.isEmpty() ? type : type + "#" + method;
    }

    /// All tags of a source file, in its order.
    static List<RfcTag> of(SourceFile source) {
        var tags = new ArrayList<RfcTag>();
        if (!source.isTest() || !source.text().contains("@Rfc")) {
            return tags;
        }
        var name = source.unit().getPackageName();
        new Scanner(source, name == null ? "" : name + ".", tags).scan(source.unit(), null);
        return tags;
    }

    private static final class Scanner extends TreeScanner<Void, Void> {
        private final SourceFile source;
        private final String packagePrefix;
        private final List<RfcTag> tags;
        private final Deque<String> classes = new ArrayDeque<>();

        Scanner(SourceFile source, String packagePrefix, List<RfcTag> tags) {
            this.source = source;
            this.packagePrefix = packagePrefix;
            this.tags = tags;
        }

        @Override
        public Void visitClass(ClassTree tree, Void unused) {
            classes.addLast(tree.getSimpleName().toString());
            tagged(tree.getModifiers(), "", hasTest(tree));
            super.visitClass(tree, null);
            classes.removeLast();
            return null;
        }

        @Override
        public Void visitMethod(MethodTree tree, Void unused) {
            tagged(tree.getModifiers(), tree.getName().toString(), isTest(tree));
            return super.visitMethod(tree, null);
        }

        private static boolean hasTest(ClassTree tree) {
            return tree.getMembers().stream()
                    .anyMatch(member -> member instanceof MethodTree method && isTest(method)
                            || member instanceof ClassTree inner && hasTest(inner));
        }

        private static boolean isTest(MethodTree tree) {
            return tree.getModifiers().getAnnotations().stream()
                    .anyMatch(annotation -> TESTS.contains(nameOf(annotation)));
        }

        private static String nameOf(AnnotationTree annotation) {
            var name = annotation.getAnnotationType().toString();
            return name.substring(name.lastIndexOf('.') + 1);
        }

        private void tagged(ModifiersTree modifiers, String method, boolean isTest) {
            for (var annotation : modifiers.getAnnotations()) {
                if (nameOf(annotation).equals("Rfc")) {
                    annotation.getArguments().forEach(argument -> add(argument, method, isTest));
                }
            }
        }

        private void add(ExpressionTree value, String method, boolean isTest) {
            switch (value) {
                case AssignmentTree named -> add(named.getExpression(), method, isTest);
                case NewArrayTree several -> {
                    var elements = several.getInitializers();
                    if (elements != null) {
                        elements.forEach(element -> add(element, method, isTest));
                    }
                }
                default ->
                    tags.add(new RfcTag(
                            text(value),
                            packagePrefix + String.join("$", classes),
                            method,
                            isTest,
                            source.file(),
                            source.line(value)));
            }
        }

        /// A tag that is no literal names nothing that a reader of the source could look up.
        private static String text(Tree value) {
            return value instanceof LiteralTree literal ? String.valueOf(literal.getValue()) : value.toString();
        }
    }
}
