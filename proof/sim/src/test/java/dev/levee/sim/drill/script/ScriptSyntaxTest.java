package dev.levee.sim.drill.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Scripts that cannot be understood: where, and what was expected there.
class ScriptSyntaxTest {
    private static ScriptSyntaxException error(String text) {
        var error = catchThrowableOfType(ScriptSyntaxException.class, () -> DrillParser.parse("test", text));
        assertThat(error).as("no error in: %s", text).isNotNull();
        return error;
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            > . 1:1(0)                    ;1; expected an event's time
            +x > . 1:1(0)                 ;2; expected a time after '+'
            -1 > . 1:1(0)                 ;1; expected a time that is not negative
            2000000000 > . 1:1(0)         ;1; expected a time of at most
            0.2~0.1 > . 1:1(0)            ;5; expected a range that does not end before it begins
            +.1~.2 > . 1:1(0)             ;5; expected '+' before the range's end
            * < . 1:1(0) win 1            ;1; expected an exact time: '*' is only for
            0~1 < . 1:1(0) win 1          ;1; expected an exact time: a range is only for
            +0~+1 f() = 0                 ;1; expected an exact time: a range is only for
            0                             ;2; expected a packet, a system call
            0 7                           ;3; expected a packet, a system call
            0 > X 1:1(0)                  ;5; expected flags of
            0 > .8 1:1(0)                 ;5; expected flags of
            0 > E.5 1:1(0)                ;5; expected either the flags E, W, A
            0 > 1:1(0)                    ;6; expected '>' between the ports
            0 > 70000 > 1 . 1:1(0)        ;5; expected a source port of 16 bits
            0 > 1 > -1 . 1:1(0)           ;9; expected a destination port of 16 bits
            0 > . -1:1(0)                 ;7; expected a first sequence number of 32 bits
            0 > . 4294967296:1(0)         ;7; expected a first sequence number of 32 bits
            0 > . 1:4294967296(0)         ;9; expected a last sequence number of 32 bits
            0 > . 1:2(0)                  ;9; expected 1, which is the first sequence number
            0 > . 1 2                     ;9; expected ':' between the sequence numbers
            0 > . 1:1(70000)              ;11; expected a length of 16 bits
            0 > . 1:1(0) ack -1           ;18; expected an acknowledgement number of 32 bits
            0 > . 1:1(0) ack              ;17; expected an acknowledgement number of 32 bits
            0 > . 1:1(0) win 65536        ;18; expected a window of 16 bits
            0 < . 1:1(0) ack 1            ;19; expected 'win' and a window
            0 > . 1:1(0) urg 65536        ;18; expected an urgent pointer of 16 bits
            0 > . 1:1(0) <>               ;15; expected an option
            0 > . 1:1(0) <mss>            ;18; expected a maximum segment size of 16 bits
            0 > . 1:1(0) <mss 65536>      ;19; expected a maximum segment size of 16 bits
            0 > . 1:1(0) <wscale 256>     ;22; expected a shift count of 8 bits
            0 > . 1:1(0) <nop>            ;14; expected options padded with nop or eol
            0 > . 1:1(0) <sack 1:2 3:4 5:6 7:8 9:1> ;14; expected options of at most 40 octets
            0 > . 1:1(0) <TS val -1 ecr 0>;22; expected a timestamp of 32 bits
            0 > . 1:1(0) <TS ecr 0>       ;18; expected 'val'
            0 > . 1:1(0) <FO 123>         ;18; expected pairs of hexadecimal digits
            0 > . 1:1(0) <FO xyzw>        ;18; expected pairs of hexadecimal digits
            0 > . 1:1(0) <ECN>            ;18; expected e0b or e1b
            0 > . 1:1(0) <ECN e0b 16777216> ;23; expected a counter of 24 bits
            0 > . 1:1(0) <md5>            ;18; expected 'valid' or a digest
            0 > . 1:1(0) <gen-256>        ;15; expected an option
            0 < . 1:1(0) win 1 <...>      ;21; expected the options: '...' is only for
            0 > . 1:1(0) <mss 1460        ;23; expected ',' or '>' after an option
            0 < [ect01] . 1:1(0) win 1    ;5; expected ect0 or ect1: ect01 is only for
            0 > [ect0, ce] . 1:1(0)       ;12; expected each part of the IP header to be said once
            0 > (ttl 256) . 1:1(0)        ;10; expected a ttl of 8 bits
            0 > (tos 0x100) . 1:1(0)      ;10; expected a tos of 8 bits
            0 > (flowlabel 0x100000) . 1:1(0) ;16; expected a flow label of 20 bits
            0 > (colour 5) . 1:1(0)       ;6; expected tos, class, dscp
            0 > (ttl 5] . 1:1(0)          ;11; expected ',' or ')'
            0 > udp (65536)               ;10; expected a length of 16 bits
            0 > [ce] udp (10)             ;5; expected no ECN code
            0 < icmp nothing [1:1(0)]     ;10; expected the type of an ICMP message
            0 < icmp unreachable oops     ;22; expected a code of the ICMP message 'unreachable'
            0 < icmp source_quench mtu 5  ;24; expected no MTU
            0 < icmp unreachable frag_needed mtu 65536 ;38; expected an MTU
            0 < icmp echo_reply id 65536  ;24; expected an identifier of 16 bits
            0 < icmp redirect [1:2(0)]    ;22; expected 1, which is the first
            0 > ipv4 1.2.3 > 4.5.6.7: . 1:1(0) ;10; expected an ipv4 address
            0 > ipv4 ::1 > ::2: . 1:1(0)  ;10; expected an ipv4 address
            0 > mpls (label 1048576, tc 0, ttl 0): . 1:1(0) ;17; expected a label of 20 bits
            0 > . 1:1(0)/udp(1 > 65536)   ;22; expected a destination port of 16 bits
            0 f                           ;4; expected '(' after the call's name
            0 f(                          ;5; expected a value
            0 f(1                         ;6; expected ',' or ')' after an argument
            0 f(1)                        ;7; expected '=' and the call's result
            0 f(1) =                      ;9; expected a value
            0 f() = -1 EAGAIN             ;18; expected a note in parentheses
            0 f() = -1 EAGAIN ()          ;20; expected the note's words
            0 f() = -1 (no                ;15; expected a word or ')' in the note
            0 ... f() = 0                 ;7; expected the time at which the call returns
            0 f(99999999999999999999) = 0 ;5; expected a number of at most 64 bits
            0 f(htons(65536)) = 0         ;11; expected a number of 16 bits
            0 f({sa_family = AF_UNIX, sin_port = 1, sin_addr = 1}) = 0 ;5; expected AF_INET or AF_INET6
            0 f(inet_addr("1.2.3.400")) = 0 ;15; expected an IP address in quotes
            0 f("\\q") = 0                ;5; expected one of
            0 f("\\x4") = 0               ;5; expected two hexadecimal digits after \\x
            0 f("x) = 0                   ;5; expected a closing " for this string
            0 `x                          ;3; expected a closing ` for this shell line
            0 %{ x                        ;3; expected a closing }% for this block
            0 /* x                        ;3; expected a closing */ for this comment
            --x                           ;4; expected an event's time
            --x=                          ;5; expected a value after '='
            --define=X                    ;10; expected NAME=VALUE
            `a` `b`                       ;5; expected an event before another shell line
            0 f() = 0 `b` `c`             ;15; expected the end of the script
            --x=1.2.3                     ;5; expected an IP address, a word or a whole number
            --x=..=1                      ;5; expected NAME=VALUE
            0 f(nop) = 0                  ;5; expected a value but found 'nop'
            0 f() = mpls                  ;9; expected a value but found 'mpls'
            0 ack(1) = 0                  ;3; expected the name of a system call
            0 > . 1:1(0) ack 0x10         ;18; expected an acknowledgement number of 32 bits, in decimal digits,
            0 > S. S 0:0(0)               ;8; expected sequence numbers
            0 f({fd=4}) = 0               ;5; expected the fields fd, events and no others beside fd
            0 f({fd4=4, events=X}) = 0    ;5; expected the fields fd, events and no others beside events
            0 f({events, fd=1}) = 0       ;6; expected a value but found 'events'
            #ifdef X                      ;1; expected an #endif for this #ifdef
            #endif                        ;1; expected an #ifdef before this #endif
            #include X                    ;1; expected #ifdef, #endif or a comment
            0 f({sa_family = AF_INET, sin_port = htons(1), sin_addr = inet_addr("::1")}) = 0 ;5; expected an address of the family
            """)
    void anErrorHasAColumnAndSaysWhatWasExpected(String text, int column, String message) {
        var error = error(text.strip());
        assertThat(error.at()).as(error.getMessage()).isEqualTo(new Position(1, column));
        assertThat(error).hasMessageStartingWith(message);
    }

    @Test
    void anEmptyScriptHasNoEvent() {
        assertThat(error("").at()).isEqualTo(new Position(1, 1));
        assertThat(error("// nothing\n").at()).isEqualTo(new Position(2, 1));
    }

    @Test
    void anErrorHasItsLine() {
        assertThat(error("0 f() = 0\n\n/* a\n b */ +1 > ! 1:1(0)").at()).isEqualTo(new Position(4, 12));
    }

    @Test
    void onlyTheFirstErrorIsTold() {
        assertThat(error("0 f() = 0\n+1 > ?\n+1 > ?").at()).isEqualTo(new Position(2, 6));
    }

    @Test
    void bracketsAreNotNestedForEver() {
        assertThat(error("0 f(" + "[".repeat(100_000))).hasMessageContaining("brackets inside each other");
    }

    @Test
    void valuesAreNotJoinedForEver() {
        var joined = error("0 f(A" + "|A".repeat(100_000) + ") = 0");
        assertThat(joined).hasMessage("expected at most 64 values with '|' between them");
        assertThat(joined.at()).isEqualTo(new Position(1, 5 + 1 + 2 * 63));
    }

    @Test
    void timesAddUpToATime() {
        var line = "+1000000000 f() = 0\n";
        assertThat(error("0 f() = 0\n" + line.repeat(10)))
                .hasMessage("expected times of at most 1000000000 seconds in all")
                .extracting(ScriptSyntaxException::at)
                .isEqualTo(new Position(3, 1));
        assertThat(error("999999999 f() = 0\n+1.5 > . 1:1(0)").at()).isEqualTo(new Position(2, 1));
    }

    @Test
    void aByteOrderMarkAtTheHeadSaysNothing() {
        assertThat(error("\ufeff0 f() = 0\n?").at()).isEqualTo(new Position(2, 1));
        assertThat(error("\ufeff0 ?").at()).isEqualTo(new Position(1, 3));
        assertThat(error("0 f() = 0\n\ufeff").at()).isEqualTo(new Position(2, 1));
    }
}
