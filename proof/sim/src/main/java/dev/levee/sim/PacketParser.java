package dev.levee.sim;

import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads [PacketSpec]s.
///
/// Threads: one owner.
final class PacketParser {
    private static final String FLAG_LETTERS = "FSRP.UEW";

    private final String[] words;
    private int at;

    private PacketParser(String text) {
        words = text.strip().split("\\s+", -1);
    }

    /// Reads one packet.
    ///
    /// @throws IllegalArgumentException with a sentence that names what is wrong
    static PacketSpec parse(String text) {
        int open = text.indexOf('<');
        int close = text.lastIndexOf('>');
        if (open >= 0 && close < open) {
            throw new IllegalArgumentException("the options have no closing >");
        }
        var options = open < 0 ? null : options(text.substring(open + 1, close));
        return new PacketParser(open < 0 ? text : text.substring(0, open)).packet(options);
    }

    private PacketSpec packet(PacketSpec.@Nullable Options options) {
        int flags = flags(next("flags"));
        var range = next("a sequence number");
        boolean absolute = range.startsWith("=");
        int seq = number(upTo(absolute ? range.substring(1) : range, ":"));
        int length = length(range, seq);
        Integer ack = null;
        Integer window = null;
        Integer urgent = null;
        while (at < words.length) {
            var word = next("a word");
            switch (word) {
                case "ack" -> ack = numberOrAny(next("a number"));
                case "win" -> window = numberOrAny(next("a number"));
                case "urg" -> urgent = numberOrAny(next("a number"));
                default -> throw new IllegalArgumentException("the word " + word + " means nothing in a packet");
            }
        }
        return new PacketSpec(flags, seq, absolute, length, ack, window, urgent, options);
    }

    private String next(String what) {
        if (at == words.length) {
            throw new IllegalArgumentException("the packet ends where " + what + " should stand");
        }
        return words[at++];
    }

    private static int flags(String word) {
        int flags = 0;
        for (int i = 0; i < word.length(); i++) {
            char letter = word.charAt(i);
            int bit = FLAG_LETTERS.indexOf(letter);
            if (bit < 0 && letter != '-') {
                throw new IllegalArgumentException("there is no flag " + letter);
            }
            flags |= bit < 0 ? 0 : TcpFlags.FIN << bit;
        }
        return flags;
    }

    private static int length(String range, int seq) {
        int colon = range.indexOf(':');
        if (colon < 0) {
            return 0;
        }
        int open = range.indexOf('(');
        var endText = range.substring(colon + 1, open < 0 ? range.length() : open);
        int length = number(endText.startsWith("=") ? endText.substring(1) : endText) - seq;
        if (open >= 0 && number(upTo(range.substring(open + 1), ")")) != length) {
            throw new IllegalArgumentException(range + " says two different lengths");
        }
        if (length < 0) {
            throw new IllegalArgumentException(range + " ends before it begins");
        }
        return length;
    }

    private static String upTo(String text, String end) {
        int at = text.indexOf(end);
        return at < 0 ? text : text.substring(0, at);
    }

    private static int number(String text) {
        try {
            return (int) Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(text + " is not a number", e);
        }
    }

    private static @Nullable Integer numberOrAny(String text) {
        return text.equals("*") ? null : Integer.valueOf(number(text));
    }

    private static PacketSpec.Options options(String text) {
        int mss = 0;
        int windowScale = -1;
        boolean sackPermitted = false;
        boolean timestamps = false;
        Integer tsVal = null;
        Integer tsEcr = null;
        var sack = new ArrayList<Integer>();
        for (var option : text.isBlank() ? new String[0] : text.split(",", -1)) {
            var parts = option.strip().split("\\s+", -1);
            switch (parts[0]) {
                case "mss" -> mss = number(argument(parts, 1));
                case "wscale" -> windowScale = number(argument(parts, 1));
                case "sackOK" -> sackPermitted = true;
                case "nop", "eol" -> {
                    // Padding: laid out by the writer, not looked at.
                }
                case "TS" -> {
                    timestamps = true;
                    tsVal = numberOrAny(argument(parts, 2));
                    tsEcr = numberOrAny(argument(parts, 4));
                }
                case "sack" -> sackBlocks(parts, sack);
                default -> throw new IllegalArgumentException("there is no option " + parts[0]);
            }
        }
        return new PacketSpec.Options(mss, windowScale, sackPermitted, timestamps, tsVal, tsEcr, sack);
    }

    private static String argument(String[] parts, int index) {
        if (index >= parts.length) {
            throw new IllegalArgumentException("the option " + parts[0] + " lacks a number");
        }
        return parts[index];
    }

    private static void sackBlocks(String[] parts, List<Integer> sack) {
        for (int i = 1; i < parts.length; i++) {
            int colon = parts[i].indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException(parts[i] + " is not a block such as 1:101");
            }
            sack.add(number(parts[i].substring(0, colon)));
            sack.add(number(parts[i].substring(colon + 1)));
        }
    }
}
