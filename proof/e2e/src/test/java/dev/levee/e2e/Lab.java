package dev.levee.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A namespace, a directory for files, and the programs that run in them. Closing ends and removes all.
///
/// Threads: one owner.
final class Lab implements AutoCloseable {
    static final String DEVICE = "levee0";

    /// A guard against looking for ever.
    private static final int LOOKS_MAX = 3_000;
    /// 128 and SIGTERM.
    private static final int TERMINATED = 143;

    private final Namespace namespace = new Namespace();
    private final Path directory;
    private final Deque<Program> programs = new ArrayDeque<>();

    Lab() throws IOException, InterruptedException {
        Files.createDirectories(Tools.scratch());
        directory = Files.createTempDirectory(Tools.scratch(), "lab-");
    }

    /// Empty in the beginning, removed in the end.
    Path directory() {
        return directory;
    }

    Namespace namespace() {
        return namespace;
    }

    /// Makes a directory in [#directory()].
    Path newDirectory(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    Program start(List<String> command) throws IOException {
        return start(command, null, null);
    }

    /// Starts a program in the namespace.
    ///
    /// @param in the file that is its standard input; null: nothing is there to read
    /// @param out the file that gets its standard output; null: it is kept in memory, as lines
    Program start(List<String> command, @Nullable Path in, @Nullable Path out) throws IOException {
        return start(namespace, command, in, out);
    }

    /// Starts a program in a namespace beside the lab's own.
    Program start(Namespace where, List<String> command) throws IOException {
        return start(where, command, null, null);
    }

    private Program start(Namespace where, List<String> command, @Nullable Path in, @Nullable Path out)
            throws IOException {
        var builder = new ProcessBuilder(where.inside(command)).directory(directory.toFile());
        builder.redirectInput(in == null ? new File("/dev/null") : in.toFile());
        if (out != null) {
            builder.redirectOutput(out.toFile());
        }
        Tools.prepare(builder.environment());
        var program = new Program(builder);
        programs.push(program);
        return program;
    }

    /// Runs a program in the namespace to its end.
    Program.Result run(String... command) throws IOException, InterruptedException {
        return start(List.of(command)).awaitEnd();
    }

    /// `./levee` with some words.
    List<String> levee(String... words) {
        var command = new ArrayList<>(List.of(Tools.home().resolve("levee").toString()));
        command.addAll(List.of(words));
        return command;
    }

    /// A running `levee serve` at both families' addresses that answers.
    Program serve(String... options) throws IOException, InterruptedException {
        return start(serveCommand(options)).awaitOut("ready");
    }

    /// Waits for the last packets, ends a server, and leaves its capture to be read.
    void stop(Program server) throws IOException, InterruptedException {
        settle();
        server.signal("TERM");
        server.awaitEnd().expect(TERMINATED);
    }

    List<String> serveCommand(String... options) {
        return serveCommandOn("tun:" + DEVICE, options);
    }

    List<String> serveCommandOn(String link, String... options) {
        var command = levee("serve", "--link", link);
        for (var family : Family.values()) {
            command.addAll(List.of("--address", family.leveeCidr()));
        }
        command.addAll(List.of(options));
        return command;
    }

    /// Blocks until no connection of the kernel's is open or half open any more, and Levee has seen the last
    /// packet of each.
    void settle() throws IOException, InterruptedException {
        for (int i = 0; !settled(); i++) {
            if (i == LOOKS_MAX) {
                throw new AssertionError(
                        "connections stay open:\n" + run("ss", "-tan").out());
            }
        }
        // The answer to a ping comes after the answers to all that was sent before it.
        run(Tools.path("ping"), "-n", "-c", "1", "-W", "30", Family.V4.levee).expect(0);
    }

    /// The kernel tells nobody when a peer's FIN comes for a socket that its program has left, so one has to
    /// look.
    private boolean settled() throws IOException, InterruptedException {
        return run("ss", "-Htan")
                .expect(0)
                .out()
                .lines()
                .allMatch(line -> line.startsWith("TIME-WAIT ") || line.startsWith("LISTEN "));
    }

    /// The network devices of the namespace besides loopback.
    List<String> devices() throws IOException, InterruptedException {
        var result = run("ip", "-o", "link", "show").expect(0);
        return result.out()
                .lines()
                .map(line -> line.split(":\\s+", 3)[1])
                .filter(name -> !name.equals("lo"))
                .toList();
    }

    /// Ends all that runs still.
    void endPrograms() {
        while (!programs.isEmpty()) {
            programs.pop().close();
        }
    }

    @Override
    public void close() throws IOException {
        endPrograms();
        namespace.close();
        remove(directory);
    }

    static void remove(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path emptied, @Nullable IOException e) throws IOException {
                Files.delete(emptied);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
