package dev.levee.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the package's documentation shows compiles and does what it says.
@Timeout(60)
class EmbeddingExampleTest {
    private static final Path PACKAGE_DOC = Path.of("src/main/java/dev/levee/net/package-info.java");

    @Test
    void exampleOfThePackageCompilesAndRuns(@TempDir Path classes) throws Exception {
        compile(example(), classes);
        var printed = new ByteArrayOutputStream();
        var out = System.out;
        try (var loader = new URLClassLoader(
                        new URL[] {classes.toUri().toURL()}, getClass().getClassLoader());
                var stream = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(stream);
            loader.loadClass("Hello").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(out);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualToIgnoringNewLines("delivered, or you are told");
    }

    private static String example() throws Exception {
        // Run from the module's directory by Maven, from the project's by others.
        var doc =
                Files.exists(PACKAGE_DOC) ? PACKAGE_DOC : Path.of("runtime/net").resolve(PACKAGE_DOC);
        var block =
                Pattern.compile("/// ```java\\R(.*?)/// ```", Pattern.DOTALL).matcher(Files.readString(doc));
        assertThat(block.find()).isTrue();
        return block.group(1)
                .lines()
                .map(line -> line.replaceFirst("^/// ?", ""))
                .collect(Collectors.joining("\n"));
    }

    private static void compile(String source, Path classes) throws Exception {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var problems = new DiagnosticCollector<JavaFileObject>();
        var path = new ArrayList<String>();
        for (var type : List.of(
                Host.class,
                dev.levee.link.Link.class,
                dev.levee.path.SeededRandom.class,
                dev.levee.stack.Stack.class,
                dev.levee.tcp.TcpConfig.class,
                dev.levee.wire.Cidr.class)) {
            var location = type.getProtectionDomain().getCodeSource().getLocation();
            path.add(Path.of(location.toURI()).toString());
        }
        var file = new SimpleJavaFileObject(URI.create("string:///Hello.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        var options =
                List.of("-d", classes.toString(), "-cp", String.join(java.io.File.pathSeparator, path), "-Xlint:all");
        compiler.getTask(null, null, problems, options, null, List.of(file)).call();
        assertThat(problems.getDiagnostics().stream()
                        .filter(problem -> problem.getKind() == javax.tools.Diagnostic.Kind.ERROR))
                .isEmpty();
    }
}
