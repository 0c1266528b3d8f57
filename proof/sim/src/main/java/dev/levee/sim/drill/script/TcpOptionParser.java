package dev.levee.sim.drill.script;

import dev.levee.sim.drill.script.Lexer.Kind;
import dev.levee.sim.drill.script.PacketLine.OptionSpec;
import dev.levee.sim.drill.script.PacketLine.Range32;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the options of a TCP segment.
final class TcpOptionParser {
    private static final int OPTION_OCTETS_MAX = 40;
    private static final int MD5_DIGEST_OCTETS = 16;
    private static final int COUNTER_OCTETS = 3;
    private static final long U24_MAX = 0xff_ffffL;

    private final Lexer lexer;

    TcpOptionParser(Lexer lexer) {
        this.lexer = lexer;
    }

    /// What stands in `<` `>` here: an empty list when nothing does, null for `<...>`.
    @Nullable
    List<OptionSpec> options(boolean outbound) throws ScriptSyntaxException {
        if (!lexer.isSymbol('<')) {
            return List.of();
        }
        Position at = lexer.at();
        lexer.advance();
        if (lexer.kind() == Kind.ELLIPSIS) {
            if (!outbound) {
                throw lexer.error("expected the options: '...' is only for packets that are sent ('>')");
            }
            lexer.advance();
            lexer.expect('>', "'>' after '...'");
            return null;
        }
        var options = new ArrayList<OptionSpec>();
        options.add(option());
        while (lexer.isSymbol(',')) {
            lexer.advance();
            options.add(option());
        }
        lexer.expect('>', "',' or '>' after an option");
        int octets = options.stream().mapToInt(OptionSpec::length).sum();
        if (octets > OPTION_OCTETS_MAX) {
            throw new ScriptSyntaxException(at, "expected options of at most 40 octets, these are " + octets);
        }
        if (octets % 4 != 0) {
            throw new ScriptSyntaxException(
                    at, "expected options padded with nop or eol to a multiple of 4 octets, these are " + octets);
        }
        return options;
    }

    private OptionSpec option() throws ScriptSyntaxException {
        if (lexer.kind() != Kind.WORD) {
            throw unknown();
        }
        Position at = lexer.at();
        if (lexer.isWord("exp") || lexer.isWord("EXP") || lexer.isWord("gen")) {
            lexer.extendOverDashes();
        }
        String name = lexer.text();
        OptionSpec plain = switch (name) {
            case "nop" -> new OptionSpec.Nop();
            case "eol" -> new OptionSpec.End();
            case "sackOK" -> new OptionSpec.SackPermitted();
            default -> null;
        };
        if (plain != null) {
            lexer.advance();
            return plain;
        }
        return switch (name) {
            case "mss" -> new OptionSpec.Mss((int) after("a maximum segment size of 16 bits", PacketParser.U16_MAX));
            case "wscale" -> new OptionSpec.WindowScale((int) after("a shift count of 8 bits", 0xff));
            case "sack" -> sack();
            case "TS" -> timestamps();
            case "md5" -> md5();
            case "FO" -> new OptionSpec.FastOpen(cookie(at, OPTION_OCTETS_MAX - 2), false);
            case "FOEXP", "exp-FO", "EXP-FO" -> new OptionSpec.FastOpen(cookie(at, OPTION_OCTETS_MAX - 4), true);
            case "ECN" -> accurateEcn();
            case "AccECN0", "AccECN1" -> countedEcn(name, 2);
            case "exp-AccECN0", "exp-AccECN1" -> countedEcn(name, 4);
            case "exp-tarr" -> rateRequest();
            default -> generic(at, name);
        };
    }

    private ScriptSyntaxException unknown() {
        return lexer.expected("an option: mss, wscale, sackOK, sack, TS, nop, eol, FO, FOEXP, md5 or ECN");
    }

    private long after(String what, long max) throws ScriptSyntaxException {
        lexer.advance();
        return lexer.unsigned(what, max);
    }

    private OptionSpec.Sack sack() throws ScriptSyntaxException {
        var blocks = new ArrayList<Range32>();
        lexer.advance();
        do {
            long left = lexer.unsigned("a block's left edge of 32 bits", PacketParser.U32_MAX);
            lexer.expect(':', "':' between a block's edges");
            blocks.add(new Range32(left, lexer.unsigned("a block's right edge of 32 bits", PacketParser.U32_MAX)));
        } while (lexer.kind() == Kind.INTEGER);
        return new OptionSpec.Sack(blocks);
    }

    private OptionSpec.Timestamps timestamps() throws ScriptSyntaxException {
        lexer.advance();
        lexer.expectWord("val");
        boolean anyValue = lexer.kind() == Kind.ELLIPSIS;
        long value = 0;
        if (anyValue) {
            lexer.advance();
        } else {
            value = lexer.unsigned("a timestamp of 32 bits", PacketParser.U32_MAX);
        }
        lexer.expectWord("ecr");
        long echo = lexer.unsigned("a timestamp of 32 bits", PacketParser.U32_MAX);
        boolean absoluteEcho = lexer.isSymbol('!');
        if (absoluteEcho) {
            lexer.advance();
        }
        return new OptionSpec.Timestamps(value, echo, anyValue, absoluteEcho);
    }

    /// `md5 valid` or `md5 DIGEST`.
    private OptionSpec.Named md5() throws ScriptSyntaxException {
        lexer.advance();
        if (lexer.isWord("valid")) {
            lexer.advance();
            return new OptionSpec.Named("md5", "valid", 2 + MD5_DIGEST_OCTETS);
        }
        String digest = hex(lexer.at(), MD5_DIGEST_OCTETS);
        if (digest.isEmpty()) {
            throw lexer.expected("'valid' or a digest in hexadecimal digits");
        }
        return new OptionSpec.Named("md5", digest, 2 + digest.length() / 2);
    }

    private String cookie(Position at, int octetsMax) throws ScriptSyntaxException {
        lexer.advance();
        return hex(at, octetsMax);
    }

    /// Hexadecimal digits here, as many as there are; they may look like a number.
    private String hex(Position at, int octetsMax) throws ScriptSyntaxException {
        if (lexer.kind() != Kind.WORD && lexer.kind() != Kind.INTEGER) {
            return "";
        }
        String digits = lexer.text();
        if (!Numbers.isHexDigits(digits) || digits.length() % 2 != 0) {
            throw lexer.expected("pairs of hexadecimal digits");
        }
        if (digits.length() / 2 > octetsMax) {
            throw new ScriptSyntaxException(at, "expected at most " + octetsMax + " octets in this option");
        }
        lexer.advance();
        return digits;
    }

    /// `ECN e0b 1 ceb 2 e1b 3`, or with the outer two exchanged; the last one or two may be missing.
    private OptionSpec.Named accurateEcn() throws ScriptSyntaxException {
        lexer.advance();
        boolean first0 = lexer.isWord("e0b");
        if (!first0 && !lexer.isWord("e1b")) {
            throw lexer.expected("e0b or e1b");
        }
        return counters("ECN", 2, List.of(first0 ? "e0b" : "e1b", "ceb", first0 ? "e1b" : "e0b"));
    }

    private OptionSpec.Named countedEcn(String name, int headerOctets) throws ScriptSyntaxException {
        lexer.advance();
        boolean first0 = name.endsWith("0");
        return counters(name, headerOctets, List.of(first0 ? "ee0b" : "ee1b", "eceb", first0 ? "ee1b" : "ee0b"));
    }

    private OptionSpec.Named counters(String name, int headerOctets, List<String> fields) throws ScriptSyntaxException {
        var value = new StringBuilder();
        int octets = headerOctets;
        for (String field : fields) {
            if (!lexer.isWord(field)) {
                break;
            }
            long count = after("a counter of 24 bits", U24_MAX);
            value.append(value.isEmpty() ? "" : " ").append(field).append(' ').append(count);
            octets += COUNTER_OCTETS;
        }
        return new OptionSpec.Named(name, value.toString(), octets);
    }

    private OptionSpec.Named rateRequest() throws ScriptSyntaxException {
        lexer.advance();
        if (lexer.kind() != Kind.INTEGER) {
            return new OptionSpec.Named("exp-tarr", "", 4);
        }
        return new OptionSpec.Named("exp-tarr", Long.toString(lexer.unsigned("a rate of 7 bits", 0x7f)), 5);
    }

    /// `gen-KIND DATA` or `exp-ID DATA`, both in hexadecimal digits but for the kind; or all options as they
    /// are on the wire, as one row of digits.
    private OptionSpec.Named generic(Position at, String name) throws ScriptSyntaxException {
        String number = name.substring(name.indexOf('-') + 1);
        if (name.startsWith("gen-")
                && Numbers.isInteger(number)
                && number.length() <= 3
                && Integer.parseInt(number) <= 0xff) {
            String data = cookie(at, OPTION_OCTETS_MAX - 2);
            return new OptionSpec.Named(name, data, 2 + data.length() / 2);
        }
        if (name.startsWith("exp-") && Numbers.isHexDigits(number) && number.length() <= 4) {
            String data = cookie(at, OPTION_OCTETS_MAX - 4);
            return new OptionSpec.Named(name, data, 4 + data.length() / 2);
        }
        throw unknown();
    }
}
