package dev.levee.sim.drill.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.levee.sim.drill.script.DrillScript.ScriptOption;
import dev.levee.sim.drill.script.Expression.Apply;
import dev.levee.sim.drill.script.Expression.Array;
import dev.levee.sim.drill.script.Expression.Assign;
import dev.levee.sim.drill.script.Expression.Ellipsis;
import dev.levee.sim.drill.script.Expression.Int;
import dev.levee.sim.drill.script.Expression.Or;
import dev.levee.sim.drill.script.Expression.Struct;
import dev.levee.sim.drill.script.Expression.Text;
import dev.levee.sim.drill.script.Expression.Word;
import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Setup.Mode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What everything but packets looks like once read.
class ScriptGrammarTest {
    private static DrillScript script(String text) throws ScriptSyntaxException {
        return DrillParser.parse("test", text);
    }

    private static EventTime time(String time) throws ScriptSyntaxException {
        return script(time + " > . 1:1(0)").events().getFirst().time();
    }

    private static CallLine call(String line) throws ScriptSyntaxException {
        return (CallLine) script("0 " + line).events().getFirst().action();
    }

    private static Expression argument(String written) throws ScriptSyntaxException {
        return call("f(" + written + ") = 0").arguments().getFirst();
    }

    @Test
    void aScriptHasOptionsAnInitEventsAndACleanup() throws ScriptSyntaxException {
        var script = script("""
            --ip_version=ipv4 // which
            --local_ip=fd00::1
            --tcp_ts_ecr_scaled
            --name="two words"
            `first
             line`
            0 `now`
            +.1 %{ x }%
            `last`
            """);
        assertThat(script.options())
                .extracting(ScriptOption::name, ScriptOption::value)
                .containsExactly(
                        tuple("ip_version", "ipv4"),
                        tuple("local_ip", "fd00::1"),
                        tuple("tcp_ts_ecr_scaled", null),
                        tuple("name", "two words"));
        assertThat(script.init()).isEqualTo(new Command(new Position(5, 1), "first\n line"));
        assertThat(script.events())
                .containsExactly(
                        new Event(
                                new Position(7, 1), new EventTime.Absolute(0), new Command(new Position(7, 3), "now")),
                        new Event(
                                new Position(8, 1),
                                new EventTime.Relative(100_000_000),
                                new Code(new Position(8, 5), " x ")));
        assertThat(script.cleanup()).isEqualTo(new Command(new Position(9, 1), "last"));
    }

    @Test
    void timesHaveFiveForms() throws ScriptSyntaxException {
        assertThat(time("1.5")).isEqualTo(new EventTime.Absolute(1_500_000_000));
        assertThat(time("+.000001")).isEqualTo(new EventTime.Relative(1_000));
        assertThat(time("+ 2")).isEqualTo(new EventTime.Relative(2_000_000_000));
        assertThat(time("0.1~0.2")).isEqualTo(new EventTime.AbsoluteRange(100_000_000, 200_000_000));
        assertThat(time("+0~+.01")).isEqualTo(new EventTime.RelativeRange(0, 10_000_000));
        assertThat(time("*")).isEqualTo(new EventTime.Any());
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, 100000000",
        "0.3, 300000000",
        "1.000000001, 1000000001",
        "0.0000000019, 1",
        "1000000000, 1000000000000000000"
    })
    void timesAreExactToTheNanosecond(String written, long nanos) throws ScriptSyntaxException {
        assertThat(time(written)).isEqualTo(new EventTime.Absolute(nanos));
    }

    @Test
    void aCallHasArgumentsAResultAnErrorAndANote() throws ScriptSyntaxException {
        assertThat(call("read (3, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)"))
                .isEqualTo(new CallLine(
                        new Position(1, 3),
                        CallLine.NOT_BLOCKING,
                        "read",
                        List.of(new Int(3), new Ellipsis(), new Int(10)),
                        new Int(-1),
                        "EAGAIN",
                        "Resource temporarily unavailable"));
        assertThat(call("fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)")).satisfies(call -> {
            assertThat(call.result()).isEqualTo(new Int(2));
            assertThat(call.error()).isNull();
            assertThat(call.note()).isEqualTo("flags O_RDWR");
        });
        assertThat(call("fork() = ...").result()).isEqualTo(new Ellipsis());
    }

    @ParameterizedTest
    @CsvSource({"...0.2, 200000000", "... .25, 250000000", "...0, 0", "...3, 3000000000"})
    void aCallThatBlocksSaysWhenItReturns(String end, long nanos) throws ScriptSyntaxException {
        assertThat(call(end + " accept(3) = 4").endNanos()).isEqualTo(nanos);
    }

    @Test
    void aBlockingCallMayStandRightBehindItsTime() throws ScriptSyntaxException {
        var event = script("+0...0.2 connect(3, ..., ...) = 0").events().getFirst();
        assertThat(event.time()).isEqualTo(new EventTime.Relative(0));
        assertThat(((CallLine) event.action()).endNanos()).isEqualTo(200_000_000);
    }

    @Test
    void argumentsHaveManyForms() throws ScriptSyntaxException {
        assertThat(argument("0xffffffff")).isEqualTo(new Int(0xffff_ffffL));
        assertThat(argument("A|B | 3")).isEqualTo(new Or(new Or(new Word("A"), new Word("B")), new Int(3)));
        assertThat(argument("[]")).isEqualTo(new Array(List.of()));
        assertThat(argument("[1, [X]]")).isEqualTo(new Array(List.of(new Int(1), new Array(List.of(new Word("X"))))));
        assertThat(argument("{..., 10}")).isEqualTo(new Struct(List.of(new Ellipsis(), new Int(10))));
        assertThat(argument("{fd=3, events=A|B}"))
                .isEqualTo(new Struct(List.of(
                        new Assign("fd", new Int(3)), new Assign("events", new Or(new Word("A"), new Word("B"))))));
        assertThat(argument("{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr(\"192.0.2.1\")}"))
                .isEqualTo(new Struct(List.of(
                        new Assign("sa_family", new Word("AF_INET")),
                        new Assign("sin_port", new Apply("htons", List.of(new Int(80)))),
                        new Assign("sin_addr", new Apply("inet_addr", List.of(new Text("192.0.2.1", false)))))));
        assertThat(argument("{x=1, y}")).isEqualTo(new Struct(List.of(new Assign("x", new Int(1)), new Word("y"))));
        assertThat(argument("{msg_name(...)=..., msg_iov(1)=[{...,0}], msg_flags=0}"))
                .isEqualTo(new Struct(List.of(
                        new Assign("msg_name(...)", new Ellipsis()),
                        new Assign("msg_iov(1)", new Array(List.of(new Struct(List.of(new Ellipsis(), new Int(0)))))),
                        new Assign("msg_flags", new Int(0)))));
    }

    @Test
    void stringsAreOctets() throws ScriptSyntaxException {
        assertThat(argument("\"a\\n\\t\\x00\\xff\\\\\\\"\"")).isEqualTo(new Text("a\n\t\0\u00ff\\\"", false));
        assertThat(argument("\"ab\" \"cd\"")).isEqualTo(new Text("abcd", false));
        assertThat(argument("\"ab\"...")).isEqualTo(new Text("ab", true));
        assertThat(argument("\"\u00e9\"")).isEqualTo(new Text("\u00c3\u00a9", false));
    }

    @Test
    void commentsMayStandAnywhere() throws ScriptSyntaxException {
        var script = script("""
            // one
            /* two
               lines * / */ 0 // three
              > /* four */ . 1:1(0) // five
            # six
            +1 > . 1:1(0) # seven
            """);
        assertThat(script.events()).extracting(Event::at).containsExactly(new Position(3, 17), new Position(6, 1));
    }

    @Test
    void carriageReturnsAreWhiteSpace() throws ScriptSyntaxException {
        assertThat(script("0 > . 1:1(0)\r\n+1 > . 1:1(0)\r\n").events())
                .extracting(Event::at)
                .containsExactly(new Position(1, 1), new Position(2, 1));
    }

    @Test
    void linesAreCountedThroughEverythingThatSpansLines() throws ScriptSyntaxException {
        var script = script("0 `a\nb` 0 %{ c\nd }% 0 f(\"x\ny\") = 0 /* \n */ +1 g() = 0");
        assertThat(script.events())
                .extracting(Event::at)
                .containsExactly(new Position(1, 1), new Position(2, 4), new Position(3, 6), new Position(5, 5));
    }

    @Test
    void definitionsReplaceWords() throws ScriptSyntaxException {
        var script = script("""
            --define=NUMBER=7
            --define=WORD=IPPROTO_TCP
            --define=TEXT="re no"
            --define=LINE=`run it`
            0 LINE
            0 f(NUMBER, WORD, TEXT) = NUMBER
            0 > . 1:1(0) ack NUMBER
            """);
        assertThat(script.events().get(0).action()).isEqualTo(new Command(new Position(5, 3), "run it"));
        assertThat((CallLine) script.events().get(1).action()).satisfies(call -> {
            assertThat(call.arguments()).containsExactly(new Int(7), new Word("IPPROTO_TCP"), new Text("re no", false));
            assertThat(call.result()).isEqualTo(new Int(7));
        });
        assertThat(((PacketLine) script.events().get(2).action()).body())
                .isInstanceOfSatisfying(
                        PacketLine.Tcp.class, tcp -> assertThat(tcp.ack()).isEqualTo(7));
    }

    @Test
    void definitionsDoNotReplaceTheWordsOfTheLanguage() throws ScriptSyntaxException {
        var script = DrillParser.parse("test", "0 > . 1:1(0) ack 1 win 5", Map.of("win", "7", "ack", "lose"));
        assertThat(script.events()).hasSize(1);
    }

    @Test
    void ifdefKeepsWhatIsDefined() throws ScriptSyntaxException {
        String text = """
            0 > . 1:1(0)
            #ifdef FreeBSD
            +1 > . 2:2(0)
            #endif
            #ifdef STANDARD
            nonsense here
            #endif
            +2 > . 3:3(0)
            """;
        assertThat(DrillParser.parse("test", text, Definitions.of(Platform.FREEBSD, Mode.IPV4))
                        .events())
                .extracting(event -> event.at().line())
                .containsExactly(1, 3, 8);
        assertThat(script(text).events()).extracting(event -> event.at().line()).containsExactly(1, 8);
    }

    @Test
    void theWordsThatARunDefinesDependOnItsMode() throws ScriptSyntaxException {
        String text = "0 > S. 0:0(0) ack 1 <mss MSS,FO TFO_COOKIE,nop,nop>";
        var script = DrillParser.parse("test", text, Definitions.of(Platform.LINUX, Mode.IPV6));
        assertThat(((PacketLine) script.events().getFirst().action()).body())
                .isInstanceOfSatisfying(
                        PacketLine.Tcp.class,
                        tcp -> assertThat(tcp.options())
                                .startsWith(
                                        new PacketLine.OptionSpec.Mss(1440),
                                        new PacketLine.OptionSpec.FastOpen("c1d1e9742a47a9bc", false)));
    }
}
