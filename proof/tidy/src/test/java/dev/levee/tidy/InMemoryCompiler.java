package dev.levee.tidy;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Compiles one class from a string to a class file in memory.
final class InMemoryCompiler {
    private InMemoryCompiler() {}

    static byte[] compile(String className, String text) {
        var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "tests need a JDK");
        var output = new ByteArrayOutputStream();
        var source = new SourceFile.Text(className.replace('.', '/') + ".java", text);
        var problems = new StringBuilder();
        var manager = new Manager(compiler.getStandardFileManager(null, null, null), output);
        boolean good = compiler.getTask(
                        null,
                        manager,
                        problem -> problems.append(problem).append('\n'),
                        List.of("-proc:none", "-g"),
                        null,
                        List.of(source))
                .call();
        if (!good) {
            throw new IllegalArgumentException(problems + text);
        }
        return output.toByteArray();
    }

    private static final class Manager extends ForwardingJavaFileManager<JavaFileManager> {
        private final OutputStream output;

        Manager(JavaFileManager base, OutputStream output) {
            super(base);
            this.output = output;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + className.replace('.', '/')), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return output;
                }
            };
        }
    }
}
