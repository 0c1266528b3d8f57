package dev.levee.tidy;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePath;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;

/// Every public class of the main sources has a doc comment; those of the engine and the runtime say in it
/// which threads may use them, in a paragraph that begins with `Threads:`.
///
/// The paragraph is not asked of enums, records, annotations and exceptions, which are values.
final class DocRule {
    private DocRule() {}

    static List<Finding> check(SourceFile source) {
        var findings = new ArrayList<Finding>();
        if (source.isTest()) {
            return findings;
        }
        for (var declaration : source.unit().getTypeDecls()) {
            if (declaration instanceof ClassTree type
                    && type.getModifiers().getFlags().contains(Modifier.PUBLIC)) {
                check(source, type, findings);
            }
        }
        return findings;
    }

    private static void check(SourceFile source, ClassTree type, List<Finding> findings) {
        var path = TreePath.getPath(source.unit(), type);
        var comment = source.trees().getDocComment(path);
        if (comment == null || comment.isBlank()) {
            findings.add(source.finding(type, "the public class " + type.getSimpleName() + " has no doc comment"));
        } else if (mustNameThreads(source, type) && !comment.contains("Threads: ")) {
            findings.add(source.finding(
                    type,
                    "the doc comment of " + type.getSimpleName() + " lacks the line that says which threads may use"
                            + " it: Threads: shard | application | any"));
        }
    }

    private static boolean mustNameThreads(SourceFile source, ClassTree type) {
        boolean layer = source.file().startsWith("engine/") || source.file().startsWith("runtime/");
        boolean kind = type.getKind() == Tree.Kind.CLASS || type.getKind() == Tree.Kind.INTERFACE;
        var parent = type.getExtendsClause();
        boolean exception = parent != null && parent.toString().endsWith("Exception");
        return layer && kind && !exception;
    }
}
