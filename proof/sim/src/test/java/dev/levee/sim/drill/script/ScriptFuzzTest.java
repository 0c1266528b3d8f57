package dev.levee.sim.drill.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Setup.Mode;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Whatever a script is, it is read or it is one syntax error at a place that exists.
class ScriptFuzzTest {
    private static final long SEED = 0x5EED_D111L;
    private static final Map<String, String> DEFINITIONS = Definitions.of(Platform.LINUX, Mode.IPV4);

    /// A bit of everything.
    private static final String SAMPLE = """
        // A sample.
        --ip_version=ipv4 --define=CC="reno" --local_ip=fd00::1
        `sysctl -q x="1 2 3"
         y=2`
        0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
        +0 setsockopt(3, SOL_TCP, TCP_CONGESTION, CC, 4) = 0
        0.1...0.2 accept(3, {sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("1.2.3.4")}, [16]) = 4
        +0 < [ect0] S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
        +0~+.1 > (ttl 64, tos 0x2) S. 0:0(0) ack 1 <mss MSS,nop,wscale 8,FO TFO_COOKIE,TS val 1 ecr 2>
        * > P.5 1:1001(1000) ack 1 <nop,nop,sack 1:2 3:4> /udp(1 > 2)
        +.01 < icmp unreachable frag_needed mtu 1300 [1:1461(1460)/udp(9811 > 1)]
        +0 > ipv4 1.1.1.1 > 2.2.2.2: gre flags [key present], sum 0, off 0, key = 1, seq 2: mpls (label 1, tc 0, [S], ttl 9): udp 1 > 2 (7)
        #ifdef MSS
        +0 epoll_wait(5, {events=EPOLLIN|EPOLLOUT, ptr=0x7}, 1, -1) = -1 EAGAIN (Resource temporarily unavailable)
        #endif
        +0 sendmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 1}], msg_flags=0, msg_control=[]}, "a\\x41"...) = 1
        /* a
           comment */
        +0 %{ assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd
        x = 1 }%
        +0 > R. ...(0) ack 2 win 0 <exp-AccECN0 ee0b 1,nop,gen-78 0102>
        `cleanup`
        """;

    private static void survives(String text, String how) {
        try {
            var script = DrillParser.parse("fuzz", text, DEFINITIONS);
            assertThat(script.events()).isNotEmpty();
        } catch (ScriptSyntaxException e) {
            long lines = text.chars().filter(c -> c == '\n').count() + 1;
            assertThat((long) e.at().line()).as(how).isBetween(1L, lines);
            String line = text.split("\n", -1)[e.at().line() - 1];
            assertThat(e.at().column()).as(how).isBetween(1, line.length() + 1);
            assertThat(e.getMessage()).as(how).startsWith("expected ").doesNotContain("\n\n");
        } catch (RuntimeException | StackOverflowError e) {
            fail(how + ": " + e + " for:\n" + text, e);
        }
    }

    @Test
    void theSampleIsRead() throws ScriptSyntaxException {
        assertThat(DrillParser.parse("sample", SAMPLE, DEFINITIONS).events()).hasSize(12);
    }

    @Test
    void everyTruncationSurvives() {
        for (int length = 0; length < SAMPLE.length(); length++) {
            survives(SAMPLE.substring(0, length), "the first " + length);
            survives(SAMPLE.substring(length), "without the first " + length);
        }
    }

    @Test
    void mutatedScriptsSurvive() {
        for (int run = 0; run < 6_000; run++) {
            var random = new SplittableRandom(SEED + run);
            var text = new StringBuilder(SAMPLE);
            for (int changes = random.nextInt(1, 5); changes > 0; changes--) {
                mutate(text, random);
            }
            survives(text.toString(), "seed " + (SEED + run));
        }
    }

    private static void mutate(StringBuilder text, SplittableRandom random) {
        int at = random.nextInt(text.length());
        int other = random.nextInt(text.length());
        switch (random.nextInt(5)) {
            case 0 -> text.deleteCharAt(at);
            case 1 -> text.setCharAt(at, (char) random.nextInt(1, 128));
            case 2 -> text.insert(at, text.charAt(other));
            case 3 -> text.insert(at, text.substring(other, Math.min(text.length(), other + random.nextInt(40))));
            default -> text.delete(at, Math.min(text.length(), at + random.nextInt(40)));
        }
    }

    @Test
    void anyCharactersSurvive() {
        for (int run = 0; run < 5_000; run++) {
            var random = new SplittableRandom(SEED - run);
            var text = new StringBuilder();
            for (int length = random.nextInt(200); length > 0; length--) {
                text.append((char) random.nextInt(run % 2 == 0 ? 0x80 : 0x1_0000));
            }
            survives(text.toString(), "seed " + (SEED - run));
        }
    }
}
