package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrillCommandTest {
    private static final String LISTEN = """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            """;
    private static final String PASS = LISTEN + """
            +.1 < S 0:0(0) win 32792 <mss 1000>
            +0 > S. 0:0(0) ack 1 <mss 1460>
            """;
    private static final String FAIL = PASS.replace("> S. 0:0(0) ack 1", "> S. 0:0(0) ack 2");
    private static final String SKIP = LISTEN + "+0 `make tea`\n";
    private static final String UNREADABLE = LISTEN + "+0 listen(3, 1 = 0\n";

    @TempDir
    private Path directory;

    @BeforeEach
    void scripts() throws IOException {
        Files.createDirectories(directory.resolve("b/deep"));
        Files.writeString(directory.resolve("b/deep/pass.pkt"), PASS);
        Files.writeString(directory.resolve("b/fail.pkt"), FAIL);
        Files.writeString(directory.resolve("a.pkt"), SKIP);
        Files.writeString(directory.resolve("c.pkt"), UNREADABLE);
        Files.writeString(directory.resolve("notes.txt"), "no script");
    }

    private Run drill(String... arguments) {
        var all = new java.util.ArrayList<>(List.of("drill"));
        for (var argument : arguments) {
            all.add(argument.replace("DIR", directory.toString()));
        }
        return Run.of(all.toArray(String[]::new));
    }

    @Test
    void nameThatBeginsWithAnAtIsAName() throws IOException {
        Files.writeString(directory.resolve("@pass.pkt"), PASS);
        Files.writeString(directory.resolve("@list"), "DIR/b/fail.pkt\n");
        assertThat(drill("DIR/@pass.pkt").code()).isZero();
        var run = Run.of("drill", "@" + directory.resolve("@list"));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("there is no such file");
    }

    @Test
    void directoriesAreSearchedAndTheSummaryCounts() {
        var run = drill("DIR");
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines().toList().getLast()).isEqualTo("1 passed, 2 failed, 1 skipped");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("SKIP " + directory + "/a.pkt: the shell command 'make tea' is not offered")
                .contains("FAIL " + directory + "/b/fail.pkt:5: ipv4: ack: expected 2, got 1")
                .contains("expected  S. 0:0(0) ack 2 <mss 1460>")
                .contains("FAIL " + directory + "/c.pkt:4:16: cannot be read: ")
                .doesNotContain("PASS");
        assertThat(run.out().indexOf("/a.pkt")).isLessThan(run.out().indexOf("/b/fail.pkt"));
    }

    /// FreeBSD pads its options in another way than Linux.
    @Test
    void aDirectorySaysByItsNameWhoseHabitsItsScriptsAreAbout() throws IOException {
        var linux = PASS.replace("1000>", "1000,nop,nop,sackOK>").replace("1460>", "1460,nop,nop,sackOK>");
        var freebsd = PASS.replace("1000>", "1000,nop,nop,sackOK>").replace("1460>", "1460,sackOK,eol,eol>");
        for (var name : List.of("linux", "linux/deep", "freebsd/linux", "freebsd", "freebsd/deep", "linux/freebsd")) {
            var inside = Files.createDirectories(directory.resolve("all").resolve(name));
            boolean linuxs = name.endsWith("linux") || name.equals("linux/deep");
            Files.writeString(inside.resolve("order.pkt"), linuxs ? linux : freebsd);
        }
        assertThat(drill("DIR/all").out()).isEqualTo("6 passed, 0 failed, 0 skipped\n");
        assertThat(drill("--profile", "linux", "DIR/all").out()).endsWith("3 passed, 3 failed, 0 skipped\n");
        assertThat(drill("--profile", "freebsd", "DIR/all").out()).endsWith("3 passed, 3 failed, 0 skipped\n");
    }

    @Test
    void allIsWellWhenNothingFails() {
        var run = drill("-v", "DIR/b/deep", "DIR/a.pkt");
        assertThat(run.out().lines().toList())
                .containsExactly(
                        "PASS " + directory + "/b/deep/pass.pkt",
                        "SKIP " + directory + "/a.pkt: the shell command 'make tea' is not offered",
                        "1 passed, 0 failed, 1 skipped");
        assertThat(run.code()).isZero();
    }

    @Test
    void jsonIsOneObjectOnOneLineAndNothingElse() {
        var run = drill("--json", "DIR/b", "DIR/a.pkt");
        assertThat(run.out()).isEqualTo("""
                        {"passed":1,"failed":1,"skipped":1,"scripts":[\
                        {"path":"DIR/b/deep/pass.pkt","verdict":"PASS","reason":""},\
                        {"path":"DIR/b/fail.pkt","verdict":"FAIL","reason":"line 5 (ipv4): ack: expected 2, got 1"},\
                        {"path":"DIR/a.pkt","verdict":"SKIP","reason":"the shell command 'make tea' is not offered"}]}
                        """.replace("DIR", directory.toString()));
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void linksThatLeadBackAreNotFollowedForEver() throws IOException {
        Files.createSymbolicLink(directory.resolve("b/deep/up"), directory.resolve("b"));
        assertThat(drill("DIR/b").out()).endsWith("1 passed, 1 failed, 0 skipped\n");
    }

    @Test
    void aFileThatIsNamedTwiceRunsOnce() {
        assertThat(drill("DIR/b/deep/pass.pkt", "DIR/b/deep").out()).isEqualTo("1 passed, 0 failed, 0 skipped\n");
    }

    @Test
    void aFileRunsOnceWhateverLinksLeadToIt() throws IOException {
        var script = directory.resolve("b/deep/pass.pkt");
        var link = Files.createSymbolicLink(directory.resolve("link.pkt"), script);
        var run = drill("-v", link.toString(), "DIR/b/../b/deep/pass.pkt", script.toString(), "DIR/b/deep");
        assertThat(run.out()).isEqualTo("PASS " + link + "\n1 passed, 0 failed, 0 skipped\n");
    }

    @Test
    void whatIsOpenedIsWhatThePathMeansNotWhatItLooksLike() throws IOException {
        Files.writeString(directory.resolve("b/target.pkt"), PASS);
        Files.writeString(directory.resolve("target.pkt"), FAIL);
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("b/deep"));
        assertThat(drill("-v", "DIR/link/../target.pkt").out())
                .isEqualTo("PASS " + directory + "/link/../target.pkt\n1 passed, 0 failed, 0 skipped\n");
    }

    @Test
    void whatIsNoFileIsNoScript() throws IOException, InterruptedException {
        var pipe = directory.resolve("b/deep/pipe.pkt");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Files.createSymbolicLink(directory.resolve("b/deep/device.pkt"), Path.of("/dev/zero"));
        assertThat(drill("DIR/b/deep").out()).isEqualTo("1 passed, 0 failed, 0 skipped\n");
        assertThat(drill(pipe.toString()).err()).contains(pipe + ": this is neither a file nor a directory");
    }

    @Test
    void aFileThatCannotBeReadFailsAndTheOthersRun() throws IOException {
        Files.createSymbolicLink(directory.resolve("b/deep/nowhere.pkt"), directory.resolve("nowhere"));
        try (var large =
                new RandomAccessFile(directory.resolve("b/deep/large.pkt").toFile(), "rw")) {
            large.setLength(1L << 36);
        }
        var run = drill("DIR/b/deep");
        assertThat(run.out().lines().toList())
                .containsExactly(
                        "FAIL " + directory
                                + "/b/deep/large.pkt: cannot be read: it is larger than 16 MiB, which no script is",
                        "FAIL " + directory + "/b/deep/nowhere.pkt: cannot be read: there is no such file or directory",
                        "1 passed, 2 failed, 0 skipped");
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void outputThatCannotBeWrittenIsNoSuccess() {
        for (var arguments : List.of(
                new String[] {"drill", "--json", directory.resolve("b/deep").toString()},
                new String[] {"states"},
                new String[] {"drill", "--help"})) {
            var full = new Writer() {
                @Override
                public void write(char[] text, int from, int count) throws IOException {
                    throw new IOException("no space left on device");
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };
            var err = new StringWriter();
            int code = Main.commandLine()
                    .setOut(new PrintWriter(full))
                    .setErr(new PrintWriter(err, true))
                    .execute(arguments);
            assertThat(code).as(arguments[0]).isEqualTo(2);
            assertThat(err.toString()).isEqualTo("levee " + arguments[0] + ": the output cannot be written\n");
        }
    }

    @Test
    void aScriptThatIsNestedTooDeeplyLeavesTheOthersTheirVerdicts() throws IOException {
        Files.writeString(
                directory.resolve("b/deep/or.pkt"),
                LISTEN + "+0 fcntl(3, F_SETFL, O_RDWR" + "|O_NONBLOCK".repeat(20_000) + ") = 0\n");
        Files.writeString(
                directory.resolve("b/deep/sum.pkt"),
                "`sysctl -q a.b=$((" + "(".repeat(20_000) + "1" + ")".repeat(20_000) + "))`\n" + PASS);
        assertThat(drill("DIR/b/deep").out())
                .contains("at most 64 values with '|' between them")
                .endsWith("1 passed, 1 failed, 1 skipped\n");
    }

    @Test
    void aScriptRunsOverTheKindsOfIpThatAreWanted() throws IOException {
        var script = directory.resolve("b/deep/pass.pkt").toString();
        assertThat(drill("--ip-version", "ipv6", script).code()).isZero();
        assertThat(drill("--ip-version", "all", script).code()).isZero();
        Files.writeString(Path.of(script), PASS.replace("<mss 1460>", "<mss 1440>"));
        assertThat(drill("--ip-version", "all", script).out()).contains("ipv4: option: expected mss 1440");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | missing required parameter",
                "DIR/nowhere | nowhere: there is no such file or directory",
                "/dev/zero | /dev/zero: this is neither a file nor a directory",
                "DIR/empty | there are no .pkt files in this directory or below it",
                "--profile solaris DIR | --profile: there is no 'solaris'; use linux, freebsd or levee",
                "--ip-version 5 DIR | --ip-version: there is no '5'",
                "--tolerance-us 0 DIR | --tolerance-us: give a number of microseconds",
                "--tolerance-us soon DIR | tolerance-us",
                "--target moon DIR | --target: there is no 'moon'",
                "--jason DIR | there is no option '--jason'",
            })
    void badArgumentsAreRefusedWithOneSentence(String arguments, String part) throws IOException {
        Files.createDirectories(directory.resolve("empty"));
        var run = drill(arguments.isEmpty() ? new String[0] : arguments.strip().split(" "));
        assertThat(run.err()).contains(part).hasLineCount(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(2);
    }

    @Test
    void anEmptyPathIsNoPath() {
        var run = drill("");
        assertThat(run.err()).isEqualTo("levee drill: a path is empty; give a script or a directory\n");
        assertThat(run.code()).isEqualTo(2);
    }
}
