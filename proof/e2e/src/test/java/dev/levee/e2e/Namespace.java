package dev.levee.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A network namespace with nothing but a loopback device: no route leads out of it. Removed on [#close], or
/// when this Java ends, or, after a violent end, by the next one that runs these tests.
///
/// Threads: any.
final class Namespace implements AutoCloseable {
    private static final String PREFIX = "levee-e2e-";
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Path ALL = Path.of("/run/netns");

    private final String name;
    private final Thread hook = new Thread(this::remove, "remove namespace");

    Namespace() throws IOException, InterruptedException {
        removeOrphans();
        name = PREFIX + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        ip("netns", "add", name);
        Runtime.getRuntime().addShutdownHook(hook);
        ip("-n", name, "link", "set", "lo", "up");
    }

    String name() {
        return name;
    }

    /// A command line that runs inside. The process becomes the command: its id stays. A shell that starts a build in
    /// the background has it ignore SIGINT, and all its children with it: they get the default back.
    List<String> inside(List<String> command) {
        var line = new ArrayList<>(
                List.of(Tools.path("env"), "--default-signal=INT,TERM", Tools.path("ip"), "netns", "exec", name));
        line.addAll(command);
        return line;
    }

    @Override
    public void close() {
        remove();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    private void remove() {
        try {
            ip("netns", "delete", name);
        } catch (IOException | InterruptedException e) {
            System.err.println("the namespace " + name + " stays: " + e.getMessage());
        }
    }

    private static void removeOrphans() throws IOException, InterruptedException {
        if (COUNT.get() > 0 || !Files.isDirectory(ALL)) {
            return;
        }
        List<String> names;
        try (var all = Files.list(ALL)) {
            names = all.map(path -> String.valueOf(path.getFileName()))
                    .filter(other -> other.matches(PREFIX + "\\d+-\\d+"))
                    .toList();
        }
        for (var other : names) {
            long owner = Long.parseLong(other.split("-", -1)[2]);
            if (ProcessHandle.of(owner).isEmpty()) {
                ip("netns", "delete", other);
            }
        }
    }

    private static void ip(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Tools.path("ip")));
        command.addAll(List.of(words));
        try (var program = new Program(new ProcessBuilder(command))) {
            var result = program.awaitEnd();
            if (result.code() != 0) {
                throw new IOException(result.err().strip());
            }
        }
    }
}
