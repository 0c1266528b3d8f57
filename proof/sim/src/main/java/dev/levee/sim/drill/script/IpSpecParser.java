package dev.levee.sim.drill.script;

import dev.levee.sim.drill.script.PacketLine.IpSpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what a line says about an IP header: `(ttl 3)`, `[ect0]`, `(tos 0x28, flowlabel 0x1)`.
final class IpSpecParser {
    private static final long DSCP_MAX = 0x3f;
    private static final long FLOW_LABEL_MAX = 0xfffff;
    private static final long OCTET_MAX = 0xff;

    /// RFC 3168, section 5.
    private static final Map<String, Integer> ECN_CODES = Map.of("noecn", 0, "ect1", 1, "ect0", 2, "ce", 3);

    /// The registry "Differentiated Services Field Codepoints" (RFC 2474, 2597, 3246, 5865, 8622).
    private static final Map<String, Integer> DSCP_NAMES = Map.ofEntries(
            Map.entry("cs0", 0),
            Map.entry("cs1", 8),
            Map.entry("cs2", 16),
            Map.entry("cs3", 24),
            Map.entry("cs4", 32),
            Map.entry("cs5", 40),
            Map.entry("cs6", 48),
            Map.entry("cs7", 56),
            Map.entry("af11", 10),
            Map.entry("af12", 12),
            Map.entry("af13", 14),
            Map.entry("af21", 18),
            Map.entry("af22", 20),
            Map.entry("af23", 22),
            Map.entry("af31", 26),
            Map.entry("af32", 28),
            Map.entry("af33", 30),
            Map.entry("af41", 34),
            Map.entry("af42", 36),
            Map.entry("af43", 38),
            Map.entry("ef", 46),
            Map.entry("voice-admit", 44),
            Map.entry("le", 1));

    private final Lexer lexer;

    private @Nullable Integer ecn;
    private boolean anyEct;
    private @Nullable Integer dscp;
    private @Nullable Integer trafficClass;
    private @Nullable Integer hopLimit;
    private @Nullable Integer flowLabel;

    IpSpecParser(Lexer lexer) {
        this.lexer = lexer;
    }

    /// What stands in parentheses or brackets here; [IpSpec#NOTHING] when there are none.
    IpSpec spec() throws ScriptSyntaxException {
        boolean parenthesis = lexer.isSymbol('(');
        if (!parenthesis && !lexer.isSymbol('[')) {
            return IpSpec.NOTHING;
        }
        ecn = null;
        anyEct = false;
        dscp = null;
        trafficClass = null;
        hopLimit = null;
        flowLabel = null;
        do {
            lexer.advance();
            item();
        } while (lexer.isSymbol(','));
        if (parenthesis) {
            lexer.expect(')', "',' or ')' after what is said about the IP header");
        } else {
            lexer.expect(']', "',' or ']' after what is said about the IP header");
        }
        return new IpSpec(ecn, anyEct, dscp, trafficClass, hopLimit, flowLabel);
    }

    private void item() throws ScriptSyntaxException {
        if (lexer.kind() != Lexer.Kind.WORD) {
            throw unknown();
        }
        String word = lexer.text();
        switch (word) {
            case "tos", "class" ->
                trafficClass = once(octetAfter(word), trafficClass == null && dscp == null && noEcn());
            case "ttl", "hlim" -> hopLimit = once(octetAfter(word), hopLimit == null);
            case "flowlabel" ->
                flowLabel = once(numberAfter("a flow label of 20 bits", FLOW_LABEL_MAX), flowLabel == null);
            case "dscp" -> dscp = once(dscpCode(), dscp == null && trafficClass == null);
            case "ecn" -> {
                lexer.advance();
                ecnCode();
            }
            default -> ecnCode();
        }
    }

    private boolean noEcn() {
        return ecn == null && !anyEct;
    }

    private int once(int value, boolean first) throws ScriptSyntaxException {
        if (!first) {
            throw lexer.error("expected each part of the IP header to be said once");
        }
        return value;
    }

    private int octetAfter(String word) throws ScriptSyntaxException {
        return numberAfter("a " + word + " of 8 bits", OCTET_MAX);
    }

    private int numberAfter(String what, long max) throws ScriptSyntaxException {
        lexer.advance();
        return (int) lexer.number(what, max);
    }

    private int dscpCode() throws ScriptSyntaxException {
        lexer.advance();
        if (lexer.kind() != Lexer.Kind.WORD) {
            return (int) lexer.number("a dscp of 6 bits or its name", DSCP_MAX);
        }
        lexer.extendOverDashes();
        Integer code = DSCP_NAMES.get(lexer.text());
        if (code == null) {
            throw lexer.expected("a dscp of 6 bits or its name");
        }
        lexer.advance();
        return code;
    }

    private void ecnCode() throws ScriptSyntaxException {
        boolean any = lexer.isWord("ect01");
        Integer code = ECN_CODES.get(lexer.text());
        if (!any && code == null) {
            throw unknown();
        }
        if (!noEcn() || trafficClass != null) {
            throw lexer.error("expected each part of the IP header to be said once");
        }
        ecn = code;
        anyEct = any;
        lexer.advance();
    }

    private ScriptSyntaxException unknown() {
        return lexer.expected("tos, class, dscp, ttl, hlim, flowlabel, noecn, ect0, ect1, ect01 or ce");
    }
}
