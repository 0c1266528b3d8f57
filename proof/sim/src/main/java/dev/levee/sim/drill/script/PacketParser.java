package dev.levee.sim.drill.script;

import dev.levee.sim.drill.script.Lexer.Kind;
import dev.levee.sim.drill.script.PacketLine.Body;
import dev.levee.sim.drill.script.PacketLine.IpSpec;
import dev.levee.sim.drill.script.PacketLine.OptionSpec;
import dev.levee.sim.drill.script.PacketLine.Ports;
import dev.levee.sim.drill.script.PacketLine.SeqForm;
import dev.levee.wire.IpAddress;
import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a packet from its direction on.
final class PacketParser {
    static final long U16_MAX = 0xffffL;
    static final long U32_MAX = 0xffff_ffffL;

    /// IPv4's and TCP's smallest headers: what a segment has besides options and data.
    private static final int HEADER_OCTETS = 40;
    private static final int DATAGRAM_OCTETS_MAX = 0x10000;

    private final Lexer lexer;
    private final IpSpecParser ipSpecs;
    private final TcpOptionParser options;
    private final IcmpParser icmp;

    PacketParser(Lexer lexer) {
        this.lexer = lexer;
        this.ipSpecs = new IpSpecParser(lexer);
        this.options = new TcpOptionParser(lexer);
        this.icmp = new IcmpParser(lexer, this);
    }

    PacketLine packet() throws ScriptSyntaxException {
        Position at = lexer.at();
        boolean outbound = lexer.isSymbol('>');
        lexer.advance();
        var encapsulations = new ArrayList<String>();
        Position specAt = lexer.at();
        IpSpec ip = ipSpecs.spec();
        while (isTunnel()) {
            if (!ip.equals(IpSpec.NOTHING)) {
                throw new ScriptSyntaxException(specAt, "expected what is said about the IP header after its name");
            }
            encapsulations.add(lexer.text());
            tunnel();
            specAt = lexer.at();
            ip = ipSpecs.spec();
        }
        if (ip.anyEct() && !outbound) {
            throw new ScriptSyntaxException(
                    specAt, "expected ect0 or ect1: ect01 is only for packets that are sent ('>')");
        }
        if (lexer.isWord("encap")) {
            encapsulations.add("psp");
            psp();
        }
        return new PacketLine(at, outbound, encapsulations, ip, body(outbound, specAt, ip));
    }

    private Body body(boolean outbound, Position specAt, IpSpec ip) throws ScriptSyntaxException {
        if (lexer.isWord("udp")) {
            if (ip.ecn() != null) {
                throw new ScriptSyntaxException(specAt, "expected no ECN code: it is only for TCP segments");
            }
            return udp();
        }
        if (lexer.isWord("udplite")) {
            return udpLite();
        }
        if (lexer.isWord("icmp")) {
            return icmp.message();
        }
        return tcp(outbound);
    }

    private boolean isTunnel() {
        return lexer.kind() == Kind.WORD
                && switch (lexer.text()) {
                    case "ipv4", "ipv6", "gre", "GREv0", "mpls" -> true;
                    default -> false;
                };
    }

    private void tunnel() throws ScriptSyntaxException {
        String name = lexer.text();
        lexer.advance();
        switch (name) {
            case "ipv4", "ipv6" -> {
                var _ = ipSpecs.spec();
                address(name);
                lexer.expect('>', "'>' between the addresses");
                address(name);
            }
            case "mpls" -> {
                while (lexer.isSymbol('(')) {
                    mplsEntry();
                }
            }
            default -> greHeader();
        }
        lexer.expect(':', "':' after the outer header");
    }

    private void address(String family) throws ScriptSyntaxException {
        lexer.rescanAsAddress();
        boolean v6 = lexer.text().contains(":");
        try {
            var _ = IpAddress.parse(lexer.text());
        } catch (IllegalArgumentException notOne) {
            throw lexer.error("expected an " + family + " address but found " + lexer.found());
        }
        if (v6 != family.equals("ipv6")) {
            throw lexer.error("expected an " + family + " address but found " + lexer.found());
        }
        lexer.advance();
    }

    /// Either nothing, or `flags [..] , sum 0 , off 0 , key = 1 , seq 2`, its commas optional.
    private void greHeader() throws ScriptSyntaxException {
        if (lexer.isSymbol(':')) {
            return;
        }
        skipComma();
        lexer.expectWord("flags");
        if (lexer.isSymbol('[')) {
            do {
                lexer.advance();
                while (lexer.kind() == Kind.WORD || lexer.isSymbol('#')) {
                    lexer.advance();
                }
            } while (lexer.isSymbol(','));
            lexer.expect(']', "',' or ']' after a flag");
        } else {
            lexer.number("the flags", U16_MAX);
        }
        for (String field : List.of("sum", "off", "key", "seq")) {
            skipComma();
            lexer.expectWord(field);
            if (field.equals("key") && lexer.isSymbol('=')) {
                lexer.advance();
            }
            lexer.number("the value of " + field, U32_MAX);
        }
    }

    private void skipComma() throws ScriptSyntaxException {
        if (lexer.isSymbol(',')) {
            lexer.advance();
        }
    }

    /// `(label 1, tc 0, [S], ttl 64)`.
    private void mplsEntry() throws ScriptSyntaxException {
        lexer.advance();
        lexer.expectWord("label");
        lexer.unsigned("a label of 20 bits", 0xfffffL);
        lexer.expect(',', "','");
        lexer.expectWord("tc");
        lexer.unsigned("a traffic class of 3 bits", 7);
        lexer.expect(',', "','");
        if (lexer.isSymbol('[')) {
            lexer.advance();
            lexer.expectWord("S");
            lexer.expect(']', "']' after S");
            lexer.expect(',', "','");
        }
        lexer.expectWord("ttl");
        lexer.unsigned("a TTL of 8 bits", 0xff);
        lexer.expect(')', "')' after the entry");
    }

    /// `encap psp spi 0x1234`.
    private void psp() throws ScriptSyntaxException {
        lexer.advance();
        lexer.expectWord("psp");
        lexer.expectWord("spi");
        lexer.number("the security parameter index", U32_MAX);
    }

    /// `udp 1000 > 2000 (100)`, ports optional.
    private PacketLine.Udp udp() throws ScriptSyntaxException {
        lexer.advance();
        Ports ports = ports();
        lexer.expect('(', "'(' and the payload's length");
        int length = (int) lexer.unsigned("a length of 16 bits", U16_MAX);
        lexer.expect(')', "')' after the length");
        return new PacketLine.Udp(ports, length);
    }

    private PacketLine.Other udpLite() throws ScriptSyntaxException {
        lexer.advance();
        var _ = ports();
        lexer.expect('(', "'(' and the payload's length");
        lexer.unsigned("a length of 16 bits", U16_MAX);
        lexer.expect(',', "',' and the checksum's coverage");
        lexer.unsigned("a coverage of 16 bits", U16_MAX);
        lexer.expect(')', "')' after the coverage");
        return new PacketLine.Other("UDP-Lite");
    }

    private @Nullable Ports ports() throws ScriptSyntaxException {
        if (lexer.kind() != Kind.INTEGER) {
            return null;
        }
        int source = (int) lexer.unsigned("a source port of 16 bits", U16_MAX);
        lexer.expect('>', "'>' between the ports");
        return new Ports(source, (int) lexer.unsigned("a destination port of 16 bits", U16_MAX));
    }

    private Body tcp(boolean outbound) throws ScriptSyntaxException {
        Position at = lexer.at();
        Ports ports = ports();
        String flags = flags();
        SeqRange seq = seq();
        Long ack = null;
        if (lexer.isWord("ack")) {
            lexer.advance();
            ack = lexer.unsigned("an acknowledgement number of 32 bits", U32_MAX);
        }
        Integer window = null;
        if (lexer.isWord("win")) {
            lexer.advance();
            window = (int) lexer.unsigned("a window of 16 bits", U16_MAX);
        } else if (!outbound) {
            throw lexer.error("expected 'win' and a window: a packet that is received ('<') must say it, but found "
                    + lexer.found());
        }
        int urgentPointer = 0;
        if (lexer.isWord("urg")) {
            lexer.advance();
            urgentPointer = (int) lexer.unsigned("an urgent pointer of 16 bits", U16_MAX);
        }
        List<OptionSpec> tcpOptions = options.options(outbound);
        if (lexer.isSymbol('[')) {
            resetReason();
            var _ = udpTunnel();
            return new PacketLine.Other("diagnostic payload in a reset");
        }
        Ports udp = udpTunnel();
        int octets = tcpOptions == null
                ? 0
                : tcpOptions.stream().mapToInt(OptionSpec::length).sum();
        if (HEADER_OCTETS + octets + seq.length() > DATAGRAM_OCTETS_MAX) {
            throw new ScriptSyntaxException(at, "expected a segment of at most " + DATAGRAM_OCTETS_MAX + " octets");
        }
        return new PacketLine.Tcp(
                ports,
                bits(flags),
                ace(flags),
                seq.start(),
                seq.form(),
                seq.length(),
                ack,
                window,
                urgentPointer,
                tcpOptions,
                udp);
    }

    /// The letters of the flags, a dot for ACK, at most one digit; empty for `-`.
    private String flags() throws ScriptSyntaxException {
        Position at = lexer.at();
        var flags = new StringBuilder();
        if (lexer.isSymbol('-')) {
            lexer.advance();
            return "";
        }
        if (lexer.kind() == Kind.WORD) {
            flags.append(lexer.text());
            lexer.advance();
        }
        if (lexer.isSymbol('.')) {
            flags.append('.');
            lexer.advance();
            if (flags.length() > 1 && lexer.kind() == Kind.WORD && lexer.isAdjacent()) {
                flags.append(lexer.text());
                lexer.advance();
            }
        } else if (lexer.kind() == Kind.DECIMAL && lexer.text().startsWith(".")) {
            flags.append(lexer.text());
            lexer.advance();
        }
        if (flags.isEmpty()) {
            throw lexer.expected("the flags of a TCP segment, 'udp' or 'icmp'");
        }
        requireFlags(at, flags.toString());
        return flags.toString();
    }

    private static void requireFlags(Position at, String flags) throws ScriptSyntaxException {
        boolean ecn = false;
        boolean ace = false;
        for (int i = 0; i < flags.length(); i++) {
            char flag = flags.charAt(i);
            boolean digit = flag >= '0' && flag <= '7';
            if (!digit && ".FSRPEWAU".indexOf(flag) < 0) {
                throw new ScriptSyntaxException(
                        at, "expected flags of \".FSRPUEWA\" or one digit from 0 to 7 but found '" + flag + "'");
            }
            if (digit && (ecn || ace) || ace && "EWA".indexOf(flag) >= 0) {
                throw new ScriptSyntaxException(at, "expected either the flags E, W, A or one digit that says them");
            }
            ace |= digit;
            ecn |= "EWA".indexOf(flag) >= 0;
        }
    }

    private static int bits(String flags) {
        int bits = 0;
        for (int i = 0; i < flags.length(); i++) {
            char flag = flags.charAt(i);
            bits |= switch (flag) {
                case '.' -> TcpFlags.ACK;
                case 'F' -> TcpFlags.FIN;
                case 'S' -> TcpFlags.SYN;
                case 'R' -> TcpFlags.RST;
                case 'P' -> TcpFlags.PSH;
                case 'U' -> TcpFlags.URG;
                case 'E' -> TcpFlags.ECE;
                case 'W' -> TcpFlags.CWR;
                case 'A' -> PacketLine.AE;
                default ->
                    ((flag & 1) != 0 ? TcpFlags.ECE : 0)
                            | ((flag & 2) != 0 ? TcpFlags.CWR : 0)
                            | ((flag & 4) != 0 ? PacketLine.AE : 0);
            };
        }
        return bits;
    }

    private static @Nullable Integer ace(String flags) {
        for (int i = 0; i < flags.length(); i++) {
            if (flags.charAt(i) >= '0' && flags.charAt(i) <= '7') {
                return flags.charAt(i) - '0';
            }
        }
        return null;
    }

    /// Where a segment's octets lie.
    record SeqRange(SeqForm form, long start, int length) {}

    /// `1:1001(1000)`, the same with `!`, or `...(0)`.
    SeqRange seq() throws ScriptSyntaxException {
        if (lexer.kind() == Kind.ELLIPSIS) {
            lexer.advance();
            return new SeqRange(SeqForm.ANY, 0, payload());
        }
        if (lexer.kind() != Kind.INTEGER) {
            throw lexer.expected("sequence numbers such as 1:1001(1000)");
        }
        long start = lexer.unsigned("a first sequence number of 32 bits", U32_MAX);
        lexer.expect(':', "':' between the sequence numbers");
        Position endAt = lexer.at();
        long end = lexer.unsigned("a last sequence number of 32 bits", U32_MAX);
        int length = payload();
        if (end != start + length) {
            throw new ScriptSyntaxException(
                    endAt,
                    "expected " + (start + length) + ", which is the first sequence number"
                            + " plus the length, but found '" + end + "'");
        }
        if (lexer.isSymbol('!')) {
            lexer.advance();
            return new SeqRange(SeqForm.ABSOLUTE, start, length);
        }
        return new SeqRange(SeqForm.RELATIVE, start, length);
    }

    private int payload() throws ScriptSyntaxException {
        lexer.expect('(', "'(' and the payload's length");
        int length = (int) lexer.unsigned("a length of 16 bits", U16_MAX);
        lexer.expect(')', "')' after the length");
        return length;
    }

    /// `/udp(9811 > 1)`.
    @Nullable
    Ports udpTunnel() throws ScriptSyntaxException {
        if (!lexer.isSymbol('/')) {
            return null;
        }
        lexer.advance();
        lexer.expectWord("udp");
        lexer.expect('(', "'(' and the ports");
        if (lexer.kind() != Kind.INTEGER) {
            throw lexer.expected("a source port of 16 bits");
        }
        Ports ports = ports();
        lexer.expect(')', "')' after the ports");
        return ports;
    }

    /// `[code 5, pen 0]`.
    private void resetReason() throws ScriptSyntaxException {
        lexer.advance();
        lexer.expectWord("code");
        lexer.unsigned("a code of 16 bits", U16_MAX);
        lexer.expect(',', "',' and 'pen'");
        lexer.expectWord("pen");
        lexer.unsigned("an enterprise number of 32 bits", U32_MAX);
        lexer.expect(']', "']' after the reason");
    }
}
