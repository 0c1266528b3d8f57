package dev.levee.tidy;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// A Java source file, parsed but not compiled.
///
/// @param file relative to the checkout
/// @param text its text
/// @param unit its syntax tree
/// @param trees positions and comments
record SourceFile(String file, String text, CompilationUnitTree unit, DocTrees trees) {
    static SourceFile parse(String file, String text) {
        var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "tests need a JDK");
        var source = new Text(file, text);
        var task = (JavacTask) compiler.getTask(null, null, _ -> {}, List.of("-proc:none"), null, List.of(source));
        try {
            var unit = task.parse().iterator().next();
            return new SourceFile(file, text, unit, DocTrees.instance(task));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A source that is only a string.
    static final class Text extends SimpleJavaFileObject {
        private final String text;

        Text(String file, String text) {
            super(URI.create("string:///" + file), JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    boolean isTest() {
        return file.contains("/src/test/");
    }

    int lineCount() {
        return (int) text.lines().count();
    }

    long start(Tree tree) {
        return trees.getSourcePositions().getStartPosition(unit, tree);
    }

    long end(Tree tree) {
        return trees.getSourcePositions().getEndPosition(unit, tree);
    }

    int line(long position) {
        return (int) unit.getLineMap().getLineNumber(position);
    }

    int line(Tree tree) {
        return line(start(tree));
    }

    String textOf(Tree tree) {
        return text.substring((int) start(tree), (int) end(tree));
    }

    Finding finding(Tree tree, String message) {
        return new Finding(file, line(tree), message);
    }
}
