package dev.levee.sim.drill.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.script.PacketLine.Body;
import dev.levee.sim.drill.script.PacketLine.IpSpec;
import dev.levee.sim.drill.script.PacketLine.OptionSpec;
import dev.levee.sim.drill.script.PacketLine.Ports;
import dev.levee.sim.drill.script.PacketLine.Range;
import dev.levee.sim.drill.script.PacketLine.Range32;
import dev.levee.sim.drill.script.PacketLine.SeqForm;
import dev.levee.wire.TcpFlags;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What packets look like once read.
class PacketGrammarTest {
    private static PacketLine packet(String line) throws ScriptSyntaxException {
        var script = DrillParser.parse("test", "0 " + line);
        assertThat(script.events()).hasSize(1);
        return (PacketLine) script.events().getFirst().action();
    }

    private static PacketLine.Tcp tcp(String line) throws ScriptSyntaxException {
        return (PacketLine.Tcp) packet(line).body();
    }

    private static List<OptionSpec> options(String options) throws ScriptSyntaxException {
        return Objects.requireNonNull(tcp("> . 1:1(0) ack 1 <" + options + ">").options());
    }

    @Test
    void everyFieldOfASegmentIsRead() throws ScriptSyntaxException {
        var packet = packet("< 8080 > 9090 PU. 1:1001(1000) ack 4294967295 win 65535 urg 7 <nop,nop,nop,eol>");
        assertThat(packet.outbound()).isFalse();
        assertThat(packet.ip()).isEqualTo(IpSpec.NOTHING);
        assertThat(packet.body())
                .isEqualTo(new PacketLine.Tcp(
                        new Ports(8080, 9090),
                        TcpFlags.PSH | TcpFlags.URG | TcpFlags.ACK,
                        null,
                        1,
                        SeqForm.RELATIVE,
                        1000,
                        4294967295L,
                        65535,
                        7,
                        List.of(new OptionSpec.Nop(), new OptionSpec.Nop(), new OptionSpec.Nop(), new OptionSpec.End()),
                        null));
    }

    @Test
    void whatASentPacketDoesNotSayIsNull() throws ScriptSyntaxException {
        var tcp = tcp("> S 0:0(0)");
        assertThat(tcp.ports()).isNull();
        assertThat(tcp.ack()).isNull();
        assertThat(tcp.window()).isNull();
        assertThat(tcp.urgentPointer()).isZero();
        assertThat(tcp.options()).isEmpty();
        assertThat(tcp.udp()).isNull();
    }

    @Test
    void anyOptionsAreNotTheSameAsNoOptions() throws ScriptSyntaxException {
        assertThat(tcp("> . 1:1(0) ack 1 <...>").options()).isNull();
        assertThat(tcp("> . 1:1(0) ack 1").options()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "S, 0x02, ", "S., 0x12, ", "., 0x10, ", "-, 0x00, ", "F., 0x11, ", "FP., 0x19, ", "R, 0x04, ",
        "SEW, 0xc2, ", "SEWA, 0x1c2, ", ".5, 0x150, 5", "S.4, 0x112, 4", "P.2, 0x98, 2", ".0, 0x10, 0", "SW., 0x92, "
    })
    void flagsBecomeBits(String flags, int bits, Integer ace) throws ScriptSyntaxException {
        var tcp = tcp("> " + flags + " 0:0(0)");
        assertThat(tcp.flags()).isEqualTo(bits);
        assertThat(tcp.ace()).isEqualTo(ace);
    }

    @Test
    void sequenceNumbersAreRelativeAbsoluteOrNotSaid() throws ScriptSyntaxException {
        assertThat(tcp("> R. 4:4(0)! ack 2").seqForm()).isEqualTo(SeqForm.ABSOLUTE);
        assertThat(tcp("> R. ...(0) ack 2").seqForm()).isEqualTo(SeqForm.ANY);
        assertThat(tcp("> R. 4294967295:4294967295(0)").seq()).isEqualTo(4294967295L);
    }

    @Test
    void everyOptionIsRead() throws ScriptSyntaxException {
        assertThat(options("mss 1460,nop,wscale 7,sackOK,TS val 5 ecr 0,nop,nop,nop,eol"))
                .containsExactly(
                        new OptionSpec.Mss(1460),
                        new OptionSpec.Nop(),
                        new OptionSpec.WindowScale(7),
                        new OptionSpec.SackPermitted(),
                        new OptionSpec.Timestamps(5, 0, false, false),
                        new OptionSpec.Nop(),
                        new OptionSpec.Nop(),
                        new OptionSpec.Nop(),
                        new OptionSpec.End());
        assertThat(options("nop,nop,sack 1:2 4294967295:5"))
                .last()
                .isEqualTo(new OptionSpec.Sack(List.of(new Range32(1, 2), new Range32(4294967295L, 5))));
        assertThat(options("nop,nop,TS val ... ecr 7!")).last().isEqualTo(new OptionSpec.Timestamps(0, 7, true, true));
        assertThat(options("nop,nop,FO")).last().isEqualTo(new OptionSpec.FastOpen("", false));
        assertThat(options("FO 1234567890abcdef,nop,nop"))
                .first()
                .isEqualTo(new OptionSpec.FastOpen("1234567890abcdef", false));
        assertThat(options("FOEXP")).containsExactly(new OptionSpec.FastOpen("", true));
        assertThat(options("exp-FO 00aabbcc")).containsExactly(new OptionSpec.FastOpen("00aabbcc", true));
    }

    @Test
    void optionsThatNobodyOffersKeepTheirNameAndLength() throws ScriptSyntaxException {
        assertThat(options("nop,nop,md5 valid")).last().isEqualTo(new OptionSpec.Named("md5", "valid", 18));
        assertThat(options("md5 0011")).containsExactly(new OptionSpec.Named("md5", "0011", 4));
        assertThat(options("ECN e1b 1 ceb 0 e0b 16777215,nop"))
                .first()
                .isEqualTo(new OptionSpec.Named("ECN", "e1b 1 ceb 0 e0b 16777215", 11));
        assertThat(options("nop,nop,AccECN0")).last().isEqualTo(new OptionSpec.Named("AccECN0", "", 2));
        assertThat(options("exp-AccECN1 ee1b 1,nop"))
                .first()
                .isEqualTo(new OptionSpec.Named("exp-AccECN1", "ee1b 1", 7));
        assertThat(options("gen-78 0a0b")).containsExactly(new OptionSpec.Named("gen-78", "0a0b", 4));
        assertThat(options("exp-0348")).containsExactly(new OptionSpec.Named("exp-0348", "", 4));
    }

    @Test
    void anIpHeaderIsSaidInParenthesesOrBrackets() throws ScriptSyntaxException {
        assertThat(packet("> [ect0] . 1:1(0)").ip()).isEqualTo(new IpSpec(2, false, null, null, null, null));
        assertThat(packet("> [ect01] . 1:1(0)").ip()).isEqualTo(new IpSpec(null, true, null, null, null, null));
        assertThat(packet("> (tos 0x28) . 1:1(0)").ip()).isEqualTo(new IpSpec(null, false, null, 0x28, null, null));
        assertThat(packet("> (class 0xe0) . 1:1(0)").ip()).isEqualTo(new IpSpec(null, false, null, 0xe0, null, null));
        assertThat(packet("> (hlim 3) . 1:1(0)").ip()).isEqualTo(new IpSpec(null, false, null, null, 3, null));
        assertThat(packet("> [ce, flowlabel 0xabcde] . 1:1(0)").ip())
                .isEqualTo(new IpSpec(3, false, null, null, null, 0xabcde));
        assertThat(packet("> (dscp af11, ect1, ttl 64) . 1:1(0)").ip())
                .isEqualTo(new IpSpec(1, false, 10, null, 64, null));
        assertThat(packet("> (dscp voice-admit) . 1:1(0)").ip())
                .isEqualTo(new IpSpec(null, false, 44, null, null, null));
    }

    @Test
    void tcpInUdpIsSaidAtTheLinesEnd() throws ScriptSyntaxException {
        assertThat(tcp("> F. 1:1(0) ack 2 win 65535/udp(9811 > 1)").udp()).isEqualTo(new Ports(9811, 1));
        assertThat(tcp("> S 0:0(0) win 1 <mss 1460> /udp(9811 > 1)").udp()).isEqualTo(new Ports(9811, 1));
    }

    @Test
    void icmpMessagesAreRead() throws ScriptSyntaxException {
        assertThat(packet("< icmp unreachable frag_needed mtu 1300 [1:1461(1460)]")
                        .body())
                .isEqualTo(
                        new PacketLine.Icmp("unreachable", "frag_needed", 1300, null, new Range(1, 1460), "tcp", null));
        assertThat(packet("< icmp packet_too_big mtu 1400 [1:1(0)/udp(9811 > 1)]")
                        .body())
                .isEqualTo(new PacketLine.Icmp(
                        "packet_too_big", null, 1400, null, new Range(1, 0), "tcp", new Ports(9811, 1)));
        assertThat(packet("< icmp parameter_problem code_2 [1:1(0)]").body())
                .isEqualTo(
                        new PacketLine.Icmp("parameter_problem", "code_2", null, null, new Range(1, 0), "tcp", null));
        assertThat(packet("> icmp echo_reply id 7 [raw (100)]").body())
                .isEqualTo(new PacketLine.Icmp("echo_reply", null, null, 7, new Range(0, 100), "raw", null));
        assertThat(packet("< icmp unreachable port_unreachable [udp (10)]").body())
                .isEqualTo(new PacketLine.Icmp(
                        "unreachable", "port_unreachable", null, null, new Range(0, 10), "udp", null));
    }

    @Test
    void datagramsAreRead() throws ScriptSyntaxException {
        assertThat(packet("> udp (1000)").body()).isEqualTo(new PacketLine.Udp(null, 1000));
        assertThat(packet("< udp 53 > 1024 (0)").body()).isEqualTo(new PacketLine.Udp(new Ports(53, 1024), 0));
        assertThat(packet("> udplite (1000, 8)").body()).isEqualTo(new PacketLine.Other("UDP-Lite"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "> ipv4 192.0.2.1 > 192.0.2.2: . 1:1(0)",
                "> ipv4 (tos 0x2, ttl 5) 192.0.2.1 > 192.0.2.2: ipv6 2001:db8::1 > ::2: . 1:1(0)",
                "> ipv6 2001:db8:: > fe80::1:2: udp (7)",
                "> gre: . 1:1(0)",
                "> ipv4 1.1.1.1 > 2.2.2.2: gre flags [checksum present, key present], sum 0, off 0, key = 1, seq 2: . 1:1(0)",
                "> gre flags [sequence# present] sum 0 off 0 key 0 seq 2: . 1:1(0)",
                "> gre flags 0x2000 sum 0 off 0 key 0 seq 2: . 1:1(0)",
                "> mpls (label 0, tc 0, ttl 0) (label 1048575, tc 7, [S], ttl 255): . 1:1(0)",
                "> encap psp spi 0x12345678 . 1:1(0)"
            })
    void outerHeadersAreRead(String line) throws ScriptSyntaxException {
        var packet = packet(line);
        assertThat(packet.encapsulations()).isNotEmpty();
        assertThat(packet.body()).isInstanceOf(Body.class);
    }

    @Test
    void outerHeadersAreListedFromTheOutside() throws ScriptSyntaxException {
        assertThat(packet("> ipv4 1.1.1.1 > 2.2.2.2: gre: mpls (label 1, tc 0, [S], ttl 9): [ce] . 1:1(0)"))
                .satisfies(packet -> {
                    assertThat(packet.encapsulations()).containsExactly("ipv4", "gre", "mpls");
                    assertThat(packet.ip().ecn()).isEqualTo(3);
                });
    }

    @Test
    void aDiagnosticPayloadHasANameToSkipBy() throws ScriptSyntaxException {
        assertThat(packet("> R. 1:1(0) ack 1 win 0 [code 4, pen 0]").body()).isInstanceOf(PacketLine.Other.class);
    }

    @Test
    void theLengthOfOptionsIsTheLengthOnTheWire() throws ScriptSyntaxException {
        var all = options("mss 1,wscale 1,sackOK,TS val 1 ecr 1,sack 1:2 3:4,nop,eol,eol");
        assertThat(all.stream().mapToInt(OptionSpec::length)).containsExactly(4, 3, 2, 10, 18, 1, 1, 1);
    }
}
