package dev.levee.sim.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.DrillVerdict.Outcome;
import dev.levee.sim.drill.engine.EngineTarget;
import dev.levee.sim.drill.system.Setup;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One script that is right, and each kind of error put into it: an error that is not found would be a lie
/// about every script.
class DrillTest {
    private static final String RIGHT = """
            --tcp_ts_tick_usecs=1000
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +.1 < S 0:0(0) win 32792 <mss 1000,nop,nop,TS val 7 ecr 0>
            +0 > S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,TS val 100 ecr 7>
            +.1 < . 1:1(0) ack 1 win 2000 <nop,nop,TS val 8 ecr 100>
            +0 accept(3, ..., ...) = 4
            +0 write(4, ..., 500) = 500
            +0 > P. 1:501(500) ack 1 win 65535 <nop,nop,TS val 200 ecr 8>
            +.1 < . 1:1(0) ack 501 win 2000 <nop,nop,TS val 9 ecr 200>
            +0 < P. 1:11(10) ack 501 win 2000 <nop,nop,TS val 9 ecr 200>
            +0 read(4, ..., 100) = 10
            +.04 > . 501:501(0) ack 11 <nop,nop,TS val 340 ecr 9>
            +0 %{ assert tcpi_state == TCP_ESTABLISHED }%
            +0 write(4, ..., 100) = 100
            * > P. 501:601(100) ack 11 <...>
            +.2~+.3 > P. 501:601(100) ack 11 <nop,nop,TS val 590 ecr 9>
            +0 < . 11:11(0) ack 601 win 2000 <nop,nop,TS val 10 ecr 590>
            +0 `ss -tan | grep -c ESTAB | grep 1`
            +0...0.2 read(4, ..., 100) = 0
            +.2 < F. 11:11(0) ack 601 win 2000 <nop,nop,TS val 10 ecr 590>
            +0 > . 601:601(0) ack 12 <nop,nop,TS val 790 ecr 10>
            +0 close(4) = 0
            """;

    private static DrillVerdict run(String script) {
        return Drill.run("test.pkt", script, EngineTarget.factory(), DrillSettings.of(Setup.Profile.LEVEE));
    }

    private static String with(String part, String instead) {
        assertThat(RIGHT).as("the part that is to be replaced").contains(part);
        int at = RIGHT.indexOf(part);
        return RIGHT.substring(0, at) + instead + RIGHT.substring(at + part.length());
    }

    @Test
    void theRightScriptPasses() {
        var verdict = run(RIGHT);
        assertThat(verdict.report()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.PASS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipv4", "ipv6", "ipv4-mapped-ipv6"})
    void theRightScriptPassesOverEveryKindOfIp(String version) {
        var v6 = version.equals("ipv6") ? RIGHT.replace("<mss 1460", "<mss 1440") : RIGHT;
        assertThat(run("--ip_version=" + version + "\n" + v6).report()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "> S. 0:0(0) ack 1 win | > S 0:0(0) ack 1 win | flags: expected S, got S.",
                "> P. 1:501(500) | > . 1:501(500) | flags: expected ., got P.",
                "> . 501:501(0) ack 11 | > F. 501:501(0) ack 11 | flags: expected F., got .",
                "> P. 1:501(500) | > PE. 1:501(500) | flags: expected PE., got P.",
                "> P. 1:501(500) | > P. 2:502(500) | seq: expected 2, got 1",
                "> P. 1:501(500) | > P. 1:401(400) | length: expected 400, got 500",
                "> P. 1:501(500) | > P. 1:601(600) | length: expected 600, got 500",
                "> . 501:501(0) ack 11 | > . 501:501(0) ack 10 | ack: expected 10, got 11",
                "ack 1 win 65535 <mss 1460 | ack 1 win 65534 <mss 1460 | win: expected 65534, got 65535",
                "<mss 1460,nop,nop,TS val 100 ecr 7> | <mss 1461,nop,nop,TS val 100 ecr 7> | option: expected mss 1461",
                "<mss 1460,nop,nop,TS val 100 ecr 7> | <nop,nop,TS val 100 ecr 7,mss 1460> | options: expected <nop",
                "<mss 1460,nop,nop,TS val 100 ecr 7> | <mss 1460> | options: expected <mss 1460>, got <mss 1460,nop",
                "<mss 1460,nop,nop,TS val 100 ecr 7> | <mss 1460,sackOK,TS val 100 ecr 7> | options: expected",
                "TS val 340 ecr 9 | TS val 440 ecr 9 | TS val: expected 440, got 340",
                "+0 > P. 1:501(500) | +.01 > P. 1:501(500) | time of packet: expected +0.010000, got +0.000000",
                "+.04 > . 501:501(0) | +.06 > . 501:501(0) | time of packet: expected +0.060000, got +0.040000",
                "+.2~+.3 > P. | +.3~+.4 > P. | time of packet: expected +0.300000~+0.400000, got +0.250000",
                "+0 > S. 0:0(0) | +0 > [tos 0x10] S. 0:0(0) | tos: expected 16, got 0",
                "+0 > S. 0:0(0) | +0 > [ect0] S. 0:0(0) | ECN: expected ect0, got noecn",
                "+0 > S. 0:0(0) | +0 > [ttl 63] S. 0:0(0) | ttl: expected 63, got 64",
                "> . 601:601(0) ack 12 | > . 601:601(0) ack 12 urg 1 | urg: expected 1, got 0",
                "write(4, ..., 500) = 500 | write(4, ..., 500) = 499 | result: expected 499, got 500",
                "write(4, ..., 500) = 500 | write(4, ..., 500) = -1 EAGAIN (note) | result: expected -1 EAGAIN, got 500",
                "accept(3, ..., ...) = 4 | accept(3, ..., ...) = -1 | result: expected -1, got",
                "read(4, ..., 100) = 10 | read(4, ..., 100) = 100 | result: expected 100, got 10",
                "read(4, ..., 100) = 10 | getsockopt(4, SOL_SOCKET, SO_ERROR, [5], [4]) = 0 | value: expected 5, got 0",
                "read(4, ..., 100) = 10 | ioctl(4, SIOCINQ, [11]) = 0 | value: expected 11, got 10",
                "tcpi_state == TCP_ESTABLISHED | tcpi_state == TCP_CLOSE | tcpi_state = 1",
                "grep -c ESTAB | grep -c TIME-WAIT | connections in TIME-WAIT: expected 1, got 0",
                "+0...0.2 read | +0...0.3 read | time of the call's return: expected +0.300000, got +0.200000",
                "+0...0.2 read(4, ..., 100) = 0 | +0...0.2 read(4, ..., 100) = 1 | result: expected 1, got 0",
                "+0...0.2 read(4, ..., 100) = 0 | +0 read(4, ..., 100) = 0 | the call blocks, and the script gives no",
                "TS val 8 ecr 100 | TS val 8 ecr 101 | echoes timestamp 101, which no packet",
                "+0 close(4) = 0 | +0 close(5) = 0 | the script has no descriptor 5",
                "0 socket( | 1 socket( | the first event is not at time 0",
                "--tcp_ts_tick | --tcp_ts_tock | there is no option --tcp_ts_tock_usecs",
                "+0 listen(3, 1) = 0 | +0 listen(3, 1 = 0 | cannot be read",
            })
    void eachKindOfErrorFails(String part, String instead, String reason) {
        var verdict = run(with(part, instead));
        assertThat(verdict.outcome()).as(verdict.report()).isEqualTo(Outcome.FAIL);
        assertThat(verdict.reason()).contains(reason);
        assertThat(verdict.report()).startsWith("test.pkt:").contains(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nope=3 | there is no option --nope",
                "--tolerance_usecs=-5 | --tolerance_usecs cannot be '-5'",
                "--ip_version=ipv5 | --ip_version cannot be 'ipv5'",
                "--mtu | --mtu cannot be ''",
                "--local_ip=fe80::1 | --local_ip cannot be 'fe80::1'",
                "--tolerance_percent=x | --tolerance_percent cannot be 'x'",
                "--mtu=5 --mtu=6 | --mtu cannot be '6'",
            })
    void anOptionThatCannotBeFailsWithItsPlace(String option, String sentence) {
        var verdict = run("// a comment\n--debug\n  " + option + "\n" + RIGHT);
        int column = option.lastIndexOf("--") + 3;
        assertThat(verdict.reason()).isEqualTo("line 3, column " + column + ": " + sentence);
        assertThat(verdict.report())
                .startsWith("test.pkt:3:" + column + ": " + sentence)
                .contains("line      " + option);
    }

    @Test
    void aPacketThatIsNotSentFails() {
        var verdict = run(with("+0 write(4, ..., 500) = 500\n", ""));
        assertThat(verdict.reason()).contains("a packet is missing");
        assertThat(verdict.report()).contains("expected  P. 1:501(500) ack 1", "got       nothing until");
    }

    @Test
    void aPacketInTheMiddleThatNoLineIsAboutFails() {
        var verdict = run(with("* > P. 501:601(100) ack 11 <...>\n", ""));
        assertThat(verdict.reason()).contains("expected +0.200000~+0.300000, got +0.000000");
    }

    @Test
    void aPacketTooManyBeforeTheLastEventOfSubstanceFails() {
        var verdict = run(RIGHT.replace(
                "+0 close(4) = 0\n", "+0 write(4, ..., 10) = 10\n+.1 read(4, ..., 1) = 0\n+0 close(4) = 0\n"));
        assertThat(verdict.reason()).contains("a packet too many");
        assertThat(verdict.report()).contains("got       P. 601:611(10) ack 12");
    }

    @Test
    void aPacketTooManyIsOnlyNotedForThoseWhoAskForIt() {
        var text = RIGHT.replace(
                "+0 close(4) = 0\n", "+0 write(4, ..., 10) = 10\n+.1 read(4, ..., 1) = 0\n+0 close(4) = 0\n");
        var settings = DrillSettings.of(Setup.Profile.LEVEE).withUnreadNoted();
        var verdict = Drill.run("test.pkt", text, EngineTarget.factory(), settings);
        assertThat(verdict.outcome()).as(verdict.report()).isEqualTo(Outcome.PASS);
        assertThat(verdict.notes()).anyMatch(note -> note.startsWith("no line is about P. 601:611(10) ack 12"));
    }

    @Test
    void aScriptMayLookAwayFromWhatItAcknowledges() {
        var written = "+0 write(4, ..., 10) = 10\n";
        var acknowledged = "+.1 < . 12:12(0) ack 611 win 2000 <nop,nop,TS val 10 ecr 790>\n";
        var more = "+.1 write(4, ..., 10) = 10\n+.1 read(4, ..., 1) = 0\n";
        assertThat(run(RIGHT.replace("+0 close(4) = 0\n", written + acknowledged + more))
                        .report())
                .isEmpty();
    }

    @Test
    void linesWithPortsTellConnectionsApart() {
        var script = """
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 bind(3, ..., ...) = 0
                +0 listen(3, 5) = 0
                +.1 < 1001 > 8080 S 0:0(0) win 1000 <mss 1000>
                +0 < 1002 > 8080 S 5:5(0) win 1000 <mss 1000>
                +0 > 8080 > 1002 S. 0:0(0) ack 6 <mss 1460>
                +0 > 8080 > 1001 S. 0:0(0) ack 1 <mss 1460>
                +.1 < 1001 > 8080 . 1:1(0) ack 1 win 1000
                +0 < 1002 > 8080 . 1:1(0) ack 1 win 1000
                +0 accept(3, ..., ...) = 4
                +0 accept(3, ..., ...) = 5
                +0 write(5, ..., 7) = 7
                +0 write(4, ..., 9) = 9
                +0 > 8080 > 1001 P. 1:10(9) ack 1
                +0 > 8080 > 1002 P. 1:8(7) ack 1
                """;
        assertThat(run(script).report()).isEmpty();
        assertThat(run(script.replace("> 8080 > 1001 P.", "> 8080 > 1002 P.")).reason())
                .contains("line 14")
                .contains("length: expected 9, got 7");
    }

    @Test
    void whatOnlyTheClosingAtTheEndCausesIsNobodysConcern() {
        assertThat(run(RIGHT + "+.5 close(3) = 0\n").outcome()).isEqualTo(Outcome.PASS);
    }

    @Test
    void aLineStandsForSegmentsInARowUnlessTheScriptIsStrict() {
        var twoSegments = with("write(4, ..., 500) = 500", "write(4, ..., 1976) = 1976")
                .lines()
                .limit(10)
                .reduce("", (all, line) -> all + line + "\n");
        var whole = twoSegments + "+0 > P. 1:1977(1976) ack 1 win 65535 <nop,nop,TS val 200 ecr 8>\n";
        assertThat(run(whole).report()).isEmpty();
        assertThat(run("--strict_segments\n" + whole).reason()).contains("length: expected 1976, got 988");
    }

    @Test
    void aScriptThatSaysThatDifferencesAreNotFatalGetsNotesInstead() {
        var verdict = run("--non_fatal=packet\n" + with("ack 1 win 65535 <mss 1460", "ack 1 win 1 <mss 1460"));
        assertThat(verdict.outcome()).isEqualTo(Outcome.PASS);
        assertThat(verdict.notes()).anyMatch(note -> note.contains("win: expected 1, got 65535"));
    }

    @Test
    void aCallThatStillBlocksAtTheEndFails() {
        var verdict = run(RIGHT.lines().limit(22).reduce("", (all, line) -> all + line + "\n"));
        assertThat(verdict.reason()).contains("line 22").contains("still blocks at the end");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "+0 close(4) = 0 | +0 `rm -rf /` | the shell command 'rm -rf /'",
                "+0 close(4) = 0 | +0 < udp (100) | UDP packets",
                "+0 close(4) = 0 | +0 < . 12:12(0) ack 601 win 9 <md5 valid,nop,nop> | the TCP option md5",
                "+0 close(4) = 0 | +0 sctp_peeloff(3, 5) = 3 | the call sctp_peeloff",
                "tcpi_state == TCP_ESTABLISHED | tcpi_rcv_space == 5 | the name tcpi_rcv_space",
                "SO_REUSEADDR | SO_USELOOPBACK | the name SO_USELOOPBACK is another system's",
            })
    void whatIsNotOfferedIsSkippedByName(String part, String instead, String reason) {
        var verdict = run(with(part, instead));
        assertThat(verdict.outcome()).as(verdict.report()).isEqualTo(Outcome.SKIP);
        assertThat(verdict.reason()).contains(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tcpi_state == TCP_ESTABLISHED | tcpi_nonsense == 5 | there is no name tcpi_nonsense",
                "tcpi_state == TCP_ESTABLISHED | tcpi_state == | a line that ends too early",
                "SO_REUSEADDR | SO_NO_SUCH_OPTION | there is no name SO_NO_SUCH_OPTION",
                "+0 close(4) = 0 | +0 frobnicate(4) = 0 | there is no call frobnicate",
            })
    void aNameThatNobodyHasIsAMistake(String part, String instead, String reason) {
        var verdict = run(with(part, instead));
        assertThat(verdict.outcome()).as(verdict.report()).isEqualTo(Outcome.FAIL);
        assertThat(verdict.reason()).contains(reason);
    }

    @Test
    void aCallThatDoesNotReturnFailsWhateverFollows() {
        var script = RIGHT.replace(
                "+.2 < F. 11:11(0) ack 601 win 2000 <nop,nop,TS val 10 ecr 590>", "+.5 read(4, ..., 9) = 0");
        var verdict = run(script);
        assertThat(verdict.outcome()).as(verdict.report()).isEqualTo(Outcome.FAIL);
        assertThat(verdict.reason()).contains("still blocks");
    }

    @Test
    void aDescriptorThatPollIsAskedAboutTwiceHasTwoAnswers() {
        var both = "poll([{fd=4, events=POLLIN, revents=%s}, {fd=4, events=POLLOUT, revents=POLLOUT}], 2, 0) = 1";
        var right = with("+0 write(4, ..., 500) = 500", "+0 " + both.formatted("0") + "\n+0 write(4, ..., 500) = 500");
        assertThat(run(right).report()).isEmpty();
        var wrong = run(right.replace(both.formatted("0"), both.formatted("POLLOUT")));
        assertThat(wrong.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(wrong.reason()).contains("revents");
    }

    @Test
    void aPacketTooManyIsFoundAtTheSameMoment() {
        var extra = with(
                "+0 close(4) = 0", "+0 write(4, ..., 10) = 10\n+0 getsockopt(4, SOL_SOCKET, SO_ERROR, [0], [4]) = 0");
        var verdict = run(extra);
        assertThat(verdict.outcome()).as(verdict.report()).isEqualTo(Outcome.FAIL);
        assertThat(verdict.reason()).contains("a packet too many");
    }

    @Test
    void aScriptIsSkippedForWhatComesLateEvenIfItFailsBefore() {
        var verdict = run(with("> P. 1:501(500)", "> P. 2:502(500)").replace("+0 close(4) = 0", "+0 `make tea`"));
        assertThat(verdict.outcome()).isEqualTo(Outcome.SKIP);
    }

    @Test
    void overAllKindsOfIpTheWorstRunDecides() {
        var settings = DrillSettings.of(Setup.Profile.LEVEE).withModes(List.of(Setup.Mode.values()));
        var onlyV4 = with("+0 > S. 0:0(0)", "+0 > [flowlabel 0x1] S. 0:0(0)");
        var verdict = Drill.run("test.pkt", RIGHT, EngineTarget.factory(), settings);
        assertThat(verdict.report()).isEmpty();
        assertThat(Drill.run("test.pkt", onlyV4, EngineTarget.factory(), settings)
                        .reason())
                .contains("(ipv6)")
                .contains("flow label");
    }

    @Test
    void theReportShowsPlaceLineDifferenceAndLadder() {
        var report = run(with("> P. 1:501(500)", "> P. 2:502(500)")).report();
        assertThat(report)
                .startsWith("test.pkt:11: ipv4: seq: expected 2, got 1\n")
                .contains("line      +0 > P. 2:502(500) ack 1 win 65535")
                .contains("expected  P. 2:502(500) ack 1 win 65535 <nop,nop,TS val 200 ecr 8>")
                .contains("got       P. 1:501(500) ack 1 win 65535 <nop,nop,TS val")
                .contains("--- S 0:0(0) win 32792 <mss 1000,nop,nop,TS val 7 ecr 0> ---")
                .contains("<-- S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,TS val")
                .contains("accept(3, ..., ...) = ");
    }

    @Test
    void aWrittenToleranceIsWidenedByTheSettings() {
        var late = with("+.04 > . 501:501(0)", "+.06 > . 501:501(0)");
        var settings = DrillSettings.of(Setup.Profile.LEVEE).withToleranceNanos(25_000_000);
        assertThat(Drill.run("test.pkt", late, EngineTarget.factory(), settings).outcome())
                .isEqualTo(Outcome.PASS);
    }

    @Test
    void nothingInAScriptIsNestedSoDeeplyThatTheRunEnds() {
        var joined = run(RIGHT + "+0 fcntl(3, F_SETFL, O_RDWR" + "|O_NONBLOCK".repeat(20_000) + ") = 0\n");
        assertThat(joined.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(joined.reason()).contains("at most 64 values");
        var counted = run(with("--tcp_ts", "`sysctl -q a.b=$((" + "(".repeat(20_000) + "1" + ")".repeat(20_000) + "))`")
                .replace("`_tick_usecs=1000\n", "`\n"));
        assertThat(counted.outcome()).as(counted.report()).isEqualTo(Outcome.SKIP);
        assertThat(counted.reason())
                .startsWith("the shell line 'sysctl -q a.b=$((((((((")
                .hasSizeLessThan(200);
    }

    @Test
    void aRunThatNeedsTooMuchFailsAndEndsNothingElse() {
        var settings = DrillSettings.of(Setup.Profile.LEVEE);
        var deep = Drill.run(
                "test.pkt",
                RIGHT,
                _ -> {
                    throw new StackOverflowError();
                },
                settings);
        assertThat(deep.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(deep.reason()).isEqualTo("the script is nested too deeply");
        var large = Drill.run(
                "test.pkt",
                RIGHT,
                _ -> {
                    throw new OutOfMemoryError();
                },
                settings);
        assertThat(large.report()).startsWith("test.pkt:1: the script needs more memory than there is");
    }

    @Test
    void buffersThatAreTooLargeTogetherAreSkipped() {
        var verdict = run(with(
                "+0 write(4, ..., 500) = 500",
                "+0 writev(4, [{..., 67108864}" + ", {..., 67108864}".repeat(59) + "], 60) = 500"));
        assertThat(verdict.outcome()).as(verdict.report()).isEqualTo(Outcome.SKIP);
        assertThat(verdict.reason()).contains("buffers of 4026531840 octets in all are not offered");
    }
}
