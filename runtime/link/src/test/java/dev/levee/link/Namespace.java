package dev.levee.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A network namespace of the test's own, removed at the end, and programs run inside.
final class Namespace {
    private static final long SECONDS_MAX = 60;

    private final String name;
    private final List<Running> programs = new ArrayList<>();

    /// Makes one, or skips the test with the reason. Where LEVEE_REQUIRE_NET says that these tests must run,
    /// they fail instead.
    Namespace(String name) throws IOException, InterruptedException {
        this.name = name;
        var reason = reasonNotTo();
        if (reason != null) {
            assertThat(System.getenv("LEVEE_REQUIRE_NET")).as(reason).isNull();
            assumeTrue(false, "skipped: " + reason);
        }
        assertThat(start(List.of("ip", "netns", "add", name)).finish()).isZero();
    }

    private static @Nullable String reasonNotTo() {
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            return "TUN devices need /dev/net/tun";
        }
        for (var tool : List.of("ip", "ping")) {
            if (!hasTool(tool)) {
                return "there is no program '" + tool + "'";
            }
        }
        boolean root = Files.isWritable(Path.of("/dev/net/tun"))
                && System.getProperty("user.name").equals("root");
        return root ? null : "network namespaces need root";
    }

    private static boolean hasTool(String tool) {
        for (var directory : List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin")) {
            if (Files.isExecutable(Path.of(directory, tool))) {
                return true;
            }
        }
        return false;
    }

    /// A program that runs.
    record Running(Process process, BufferedReader output) {
        String line() throws IOException {
            var line = output.readLine();
            assertThat(line).as("a line of output").isNotNull();
            return line;
        }

        String rest() throws IOException {
            return String.join("\n", output.readAllLines());
        }

        /// The exit code, once the output is read.
        int finish() throws IOException, InterruptedException {
            output.readAllLines();
            assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }

        void kill() throws InterruptedException {
            process.toHandle().destroyForcibly();
            assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        }

        /// Ends a [TunProgram]; the exit code.
        int end() throws IOException, InterruptedException {
            process.getOutputStream().close();
            return finish();
        }
    }

    /// Runs a program of the system inside to its end; its output.
    String run(String... command) throws IOException, InterruptedException {
        var running = start(inside(List.of(command)));
        var output = running.rest();
        assertThat(running.finish())
                .as("%s: %s", String.join(" ", command), output)
                .isZero();
        return output;
    }

    /// Runs a program of the system inside to its end; its exit code.
    int code(String... command) throws IOException, InterruptedException {
        return start(inside(List.of(command))).finish();
    }

    /// Starts [TunProgram] inside.
    Running tun(List<String> prefix, String... arguments) throws IOException {
        var command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-XX:+UseSerialGC"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath(), TunProgram.class.getName()));
        command.addAll(List.of(arguments));
        var program = start(inside(command));
        programs.add(program);
        return program;
    }

    private List<String> inside(List<String> command) {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(command);
        return all;
    }

    private static Running start(List<String> command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new Running(
                process, new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
    }

    /// The modules under test and the tests' own classes.
    private static String classPath() {
        var tests = TunProgram.class.getResource(TunProgram.class.getSimpleName() + ".class");
        assertThat(tests).isNotNull();
        // From dev/levee/link/TunProgram.class back to where the packages begin.
        var root = Path.of(java.net.URI.create(tests.toString()))
                .resolve("../../../..")
                .normalize();
        var separator = System.getProperty("path.separator");
        return String.join(
                separator,
                root.toString(),
                System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path", ""));
    }

    /// Ends what a failed test left running, and removes the namespace with all that is in it.
    void remove() throws IOException, InterruptedException {
        for (var program : programs) {
            program.kill();
        }
        assertThat(start(List.of("ip", "netns", "del", name)).finish()).isZero();
    }
}
