package dev.levee.sim.drill.script;

import dev.levee.sim.drill.script.Lexer.Kind;
import dev.levee.sim.drill.script.PacketLine.Ports;
import dev.levee.sim.drill.script.PacketLine.Range;

/// Reads an ICMP message: `icmp unreachable frag_needed mtu 1300 [1:1461(1460)]`.
final class IcmpParser {
    private final Lexer lexer;
    private final PacketParser packets;

    IcmpParser(Lexer lexer, PacketParser packets) {
        this.lexer = lexer;
        this.packets = packets;
    }

    /// From the word `icmp` on.
    PacketLine.Icmp message() throws ScriptSyntaxException {
        lexer.advance();
        if (lexer.kind() != Kind.WORD) {
            throw lexer.expected("the type of the ICMP message");
        }
        String type = lexer.text();
        if (!IcmpNames.isType(type)) {
            throw lexer.expected("the type of an ICMP message");
        }
        lexer.advance();
        String code = null;
        if (lexer.kind() == Kind.WORD && !lexer.isWord("mtu") && !lexer.isWord("id")) {
            code = lexer.text();
            if (!IcmpNames.isCode(type, code)) {
                throw lexer.expected("a code of the ICMP message '" + type + "'");
            }
            lexer.advance();
        }
        Integer mtu = null;
        if (lexer.isWord("mtu")) {
            boolean known = type.equals("packet_too_big") || "frag_needed".equals(code) || type.startsWith("type_");
            if (!known) {
                throw lexer.error("expected no MTU: only unreachable frag_needed and packet_too_big have one");
            }
            lexer.advance();
            mtu = (int) lexer.unsigned("an MTU", code == null ? Integer.MAX_VALUE : PacketParser.U16_MAX);
        }
        Integer id = null;
        if (lexer.isWord("id")) {
            lexer.advance();
            id = (int) lexer.unsigned("an identifier of 16 bits", PacketParser.U16_MAX);
        }
        return quoted(new PacketLine.Icmp(type, code, mtu, id, null, "tcp", null));
    }

    /// The same message with what it quotes, if anything stands in brackets here.
    private PacketLine.Icmp quoted(PacketLine.Icmp message) throws ScriptSyntaxException {
        if (!lexer.isSymbol('[')) {
            return message;
        }
        lexer.advance();
        String protocol = "tcp";
        Range range;
        Ports udp = null;
        if (lexer.isWord("udp") || lexer.isWord("raw")) {
            protocol = lexer.text();
            lexer.advance();
            lexer.expect('(', "'(' and the length");
            range = new Range(0, (int) lexer.unsigned("a length of 16 bits", PacketParser.U16_MAX));
            lexer.expect(')', "')' after the length");
        } else {
            PacketParser.SeqRange seq = packets.seq();
            range = new Range(seq.start(), seq.length());
            udp = packets.udpTunnel();
        }
        lexer.expect(']', "']' after what the message quotes");
        return new PacketLine.Icmp(message.type(), message.code(), message.mtu(), message.id(), range, protocol, udp);
    }
}
