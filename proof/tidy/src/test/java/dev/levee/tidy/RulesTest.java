package dev.levee.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every rule finds what breaks it, names the line, and leaves alone what does not.
class RulesTest {
    private static final String FILE = "engine/tcp/src/main/java/dev/levee/tcp/Sample.java";

    private static SourceFile source(String text) {
        return SourceFile.parse(FILE, text);
    }

    private static ClassReferences compiled(String body) {
        var source = "package dev.levee.tcp;\nclass Sample {\n" + body + "\n}\n";
        return ClassReferences.of(InMemoryCompiler.compile("dev.levee.tcp.Sample", source));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "long now() { return System.nanoTime(); }",
                "long now() { return System.currentTimeMillis(); }",
                "java.util.function.LongSupplier clock() { return System::nanoTime; }",
                "Object now() { return java.time.Instant.now(); }",
                "Object clock() { return java.time.Clock.systemUTC(); }",
                "void run(Thread thread) {}",
                "ThreadLocal<String> local;",
                "java.util.concurrent.atomic.AtomicLong counter;",
                "java.util.concurrent.locks.ReentrantLock lock;",
                "Object make() { return new java.util.Random(); }",
                "double chance() { return Math.random(); }",
                "Object make() { return new java.security.SecureRandom(); }",
                "java.net.InetAddress address;",
                "java.nio.channels.Channel channel;",
                "Object file() { return new java.io.File(\"x\"); }",
                "java.nio.file.Path path;",
                "Object linker() { return java.lang.foreign.Linker.nativeLinker(); }",
                "java.lang.foreign.SymbolLookup lookup;",
                "Object grow(java.lang.foreign.MemorySegment m) { return m.reinterpret(8); }",
                "String home() { return System.getProperty(\"user.home\"); }",
                "String home() { return System.getenv(\"HOME\"); }",
                "void say() { System.out.println(); }",
                "Object bean() { return java.lang.management.ManagementFactory.getRuntimeMXBean(); }",
                "java.util.Timer timer;",
            })
    void whatIsNotPureIsFound(String body) {
        var findings = PurityRule.check("engine/tcp", compiled("\n" + body));
        assertThat(findings).as(body).isNotEmpty();
        assertThat(findings.getFirst().file()).isEqualTo(FILE);
    }

    @Test
    void theLineOfACallIsNamed() {
        var findings = PurityRule.check("engine/tcp", compiled("\nlong now() {\n return\n System.nanoTime(); }"));
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.line()).isEqualTo(6);
            assertThat(finding.message()).contains("System.nanoTime");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.foreign.MemorySegment m = java.lang.foreign.Arena.ofAuto().allocate(8);",
                "java.io.OutputStream out; void w() throws java.io.IOException { out.write(1); }",
                "RuntimeException e = new IllegalStateException();",
                "Runnable r; java.util.List<String> list = new java.util.ArrayList<>();",
            })
    void whatIsPureIsLeftAlone(String body) {
        assertThat(PurityRule.check("engine/tcp", compiled(body))).as(body).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "engine/tcp, engine/wire, true",
        "engine/tcp, engine/path, false",
        "engine/tcp, engine/guard, false",
        "engine/guard, engine/tcp, false",
        "engine/tcp, engine/stack, false",
        "engine/stack, engine/tcp, true",
        "engine/wire, engine/tcp, false",
        "engine/path, engine/wire, true",
        "engine/stack, runtime/link, false",
        "engine/new, engine/wire, false",
        "runtime/net, runtime/link, true",
        "runtime/link, runtime/net, false",
        "runtime/link, engine/wire, true",
        "runtime/net, app, false",
        "runtime/net, proof/sim, false",
        "defence/gateway, runtime/link, true",
        "defence/gateway, app, false",
        "app, defence/gateway, true",
        "app, proof/sim, true",
        "app, proof/rfc, false",
        "proof/sim, engine/stack, true",
        "proof/junit, proof/sim, true",
        "proof/junit, runtime/net, false",
        "proof/sim, runtime/net, false",
        "proof/kernel, proof/sim, true",
        "proof/kernel, engine/tcp, false",
        "proof/kernel, runtime/link, false",
        "app, proof/kernel, true",
        "runtime/net, proof/kernel, false",
        "proof/e2e, app, true",
    })
    void arrows(String from, String to, boolean allowed) {
        assertThat(ArrowRule.allowed(from, to)).isEqualTo(allowed);
    }

    @Test
    void aForbiddenArrowIsFound() {
        var references = compiled("\nObject o = new java.util.ArrayList<String>();");
        var findings = ArrowRule.check("engine/tcp", references, Map.of("java/util", "engine/stack"));
        assertThat(findings)
                .extracting(Finding::toString)
                .contains(FILE + ":4: engine/tcp must not see engine/stack: java.util.ArrayList");
        assertThat(ArrowRule.check("engine/tcp", references, Map.of("java/util", "engine/wire")))
                .isEmpty();
    }

    @Test
    void aLongFileIsFound() {
        assertThat(LengthRule.check(source("class Sample {\n" + "\n".repeat(598) + "}\n")))
                .isEmpty();
        assertThat(LengthRule.check(source("class Sample {\n" + "\n".repeat(599) + "}\n")))
                .singleElement()
                .satisfies(finding -> assertThat(finding.line()).isEqualTo(601));
    }

    @Test
    void aLongMethodIsFound() {
        var sixty = "class Sample {\n  @Deprecated\n  void run() {\n" + "    ;\n".repeat(58) + "  }\n}\n";
        assertThat(LengthRule.check(source(sixty))).isEmpty();
        var more = sixty.replaceFirst(";", ";\n;");
        assertThat(LengthRule.check(source(more))).singleElement().satisfies(finding -> {
            assertThat(finding.line()).isEqualTo(2);
            assertThat(finding.message()).contains("run has 61 lines");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.sndUna() < b",
                "segSeq > b",
                "b <= this.rcvNxt",
                "segment.seq() >= b",
                "ack - b < 0",
                "(iss + 1) > b",
                "Math.max(a.sndNxt, b) == 1",
                "Integer.compare(b, segAck) < 0",
                "java.lang.Math.abs(b) + irs > b",
            })
    void aSequenceNumberComparedByHandIsFound(String expression) {
        var text = "class Sample {\n boolean b() {\n  return " + expression + ";\n }\n}\n";
        assertThat(SequenceRule.check(source(text)))
                .singleElement()
                .satisfies(finding -> assertThat(finding.line()).isEqualTo(3));
        assertThat(SequenceRule.check(SourceFile.parse("engine/wire/src/main/java/dev/levee/wire/Seq.java", text)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Seq.lt(sndUna, sndNxt)",
                "segSeq == rcvNxt",
                "sndWnd > 0",
                "hasAck < b",
                "Seq.distance(sndUna, sndNxt) > 0",
                "feedback > back",
                "Math.max(sndWnd, 1) == 1",
            })
    void otherComparisonsAreLeftAlone(String expression) {
        assertThat(SequenceRule.check(source("class Sample { boolean b() { return " + expression + "; } }")))
                .isEmpty();
    }

    @Test
    void switchedOffSleepingAndSwallowingIsFound() {
        var text = """
                class SampleTest {
                    @Disabled
                    void off() {}
                    void sleeps() throws Exception {
                        Thread.sleep(1);
                    }
                    void swallows() {
                        try {
                            off();
                        } catch (RuntimeException e) {
                        }
                    }
                    void says() {
                        try {
                            off();
                        } catch (RuntimeException e) {
                            // Because.
                        }
                    }
                }
                """;
        var test = SourceFile.parse("engine/tcp/src/test/java/dev/levee/tcp/SampleTest.java", text);
        assertThat(CodeRule.check(test)).extracting(Finding::line).containsExactly(2, 5, 10);
    }

    @Test
    void aPublicClassWithoutDocOrThreadsIsFound() {
        assertThat(DocRule.check(source("package x;\npublic class Sample {}"))).hasSize(1);
        assertThat(DocRule.check(source("package x;\n/// A sample.\npublic class Sample {}")))
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).contains("Threads:"));
        for (var fine : List.of(
                "/// A sample.\n///\n/// Threads: any.\npublic class Sample {}",
                "class Sample {}",
                "/// A sample.\npublic enum Sample {}",
                "/// A sample.\npublic class Sample extends Exception {}")) {
            assertThat(DocRule.check(source("package x;\n" + fine))).as(fine).isEmpty();
        }
        assertThat(DocRule.check(
                        SourceFile.parse("app/src/main/java/x/Sample.java", "/// A sample.\npublic class Sample {}")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// TO_DO later",
                "// FIX_ME",
                "see /ho_me/someone/file",
                "see /wo_rk/main",
                "cd /tm_p/wt/sim",
                "https://re_po.maven.apache.org/maven2",
                "https://nex_us.example.org/",
                "<<<<_<<< HEAD",
            })
    void whatDoesNotBelongIntoTextIsFound(String line) {
        var text = "first\n" + line.replace("_", "") + "\n";
        assertThat(TextRule.check("README.md", text))
                .singleElement()
                .satisfies(finding -> assertThat(finding.line()).isEqualTo(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a method",
                "http://maven.apache.org/POM/4.0.0",
                "cat /etc/hosts /dev/net/tun /tmp/x.pcapng",
                "engine/wire and app/home/index.html",
                "${root}/work/x",
            })
    void otherTextIsLeftAlone(String line) {
        assertThat(TextRule.check("README.md", line)).isEmpty();
    }

    @Test
    void binaryFilesAreNotText() {
        assertThat(TextRule.isText(new byte[] {1, 0, 2})).isFalse();
        assertThat(TextRule.isText(new byte[] {1, 2})).isTrue();
    }
}
