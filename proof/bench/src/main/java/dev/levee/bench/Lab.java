package dev.levee.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Two network namespaces of our own, with or without a veth between them that has no offloads. Removed when closed,
/// whatever happened.
///
/// Threads: main.
final class Lab implements AutoCloseable {
    static final String CLIENT_ADDRESS = "198.18.1.1";
    static final String SERVER_ADDRESS = "198.18.1.2";

    private static final long COMMAND_SECONDS = 20;

    final String client;
    final String server;
    private final Thread cleanUp = new Thread(this::remove);

    Lab() throws IOException {
        this(true);
    }

    /// @param cable whether there is a veth between them
    Lab(boolean cable) throws IOException {
        long id = ProcessHandle.current().pid();
        client = "levee-bench-c" + id;
        server = "levee-bench-s" + id;
        Runtime.getRuntime().addShutdownHook(cleanUp);
        try {
            command("ip", "netns", "add", client);
            command("ip", "netns", "add", server);
            if (cable) {
                connect();
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void connect() throws IOException {
        command("ip", "-n", client, "link", "add", "bench0", "type", "veth", "peer", "name", "bench1", "netns", server);
        command("ip", "-n", client, "addr", "add", CLIENT_ADDRESS + "/24", "dev", "bench0");
        command("ip", "-n", server, "addr", "add", SERVER_ADDRESS + "/24", "dev", "bench1");
        for (var end : List.of(List.of(client, "bench0"), List.of(server, "bench1"))) {
            command("ip", "-n", end.get(0), "link", "set", "lo", "up");
            command("ip", "-n", end.get(0), "link", "set", end.get(1), "up");
            command(inside(
                    end.get(0),
                    "ethtool",
                    "-K",
                    end.get(1),
                    "tso",
                    "off",
                    "gso",
                    "off",
                    "gro",
                    "off",
                    "tx",
                    "off",
                    "rx",
                    "off",
                    "sg",
                    "off"));
        }
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(cleanUp);
        } catch (IllegalStateException e) {
            // The process ends already.
        }
    }

    private void remove() {
        for (String name : List.of(client, server)) {
            try {
                new ProcessBuilder("ip", "netns", "del", name)
                        .redirectErrorStream(true)
                        .start()
                        .waitFor(COMMAND_SECONDS, TimeUnit.SECONDS);
            } catch (IOException e) {
                System.err.println("cannot remove the namespace " + name + ": " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// The words of a command inside a namespace.
    static String[] inside(String namespace, String... words) {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(List.of(words));
        return all.toArray(String[]::new);
    }

    /// Starts this benchmark's own program inside a namespace.
    static Process java(String namespace, String... words) throws IOException {
        var all = new ArrayList<>(List.of(inside(namespace, System.getProperty("java.home") + "/bin/java")));
        all.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Xms64m",
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=1g",
                "-cp",
                classPath()));
        all.add(Bench.class.getName());
        all.addAll(List.of(words));
        return new ProcessBuilder(all)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String classPath() {
        String modules = System.getProperty("jdk.module.path", "");
        String classes = System.getProperty("java.class.path", "");
        var all = new ArrayList<String>();
        for (String entry : (modules + File.pathSeparator + classes).split(File.pathSeparator, -1)) {
            // A module path may name a directory of jars, which a class path writes with a star.
            var jars = new File(entry).list((_, name) -> name.endsWith(".jar"));
            all.add(jars != null && jars.length > 0 ? entry + "/*" : entry);
        }
        return String.join(File.pathSeparator, all);
    }

    /// Runs a command to its end.
    ///
    /// @throws IOException with what it said when it fails
    static void command(String... words) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IllegalArgumentException(words[0] + " cannot be run; install iproute2 and ethtool", e);
        }
        var said = new StringBuilder();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().forEach(line -> said.append(line).append(' '));
        }
        try {
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalArgumentException("'" + String.join(" ", words) + "' failed ("
                        + said.toString().trim() + "); run as root");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
