package dev.levee.wire;

/// The text forms of addresses: RFC 4291 §2.2 in, RFC 5952 out. Names are never looked up.
///
/// Threads: any.
final class AddressText {
    private static final int GROUPS = 8;

    private AddressText() {}

    static IpAddress parse(String text) {
        long[] halves = text.indexOf(':') >= 0 ? parseV6(text) : parseV4Halves(text);
        if (halves.length == 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an IP address; write one like 198.18.0.2 or 2001:db8::2");
        }
        return new IpAddress(halves[0], halves[1]);
    }

    static Cidr parseCidr(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' has no prefix length; write one like 198.18.0.2/24 or 2001:db8::2/64");
        }
        int bits = number(text, slash + 1, text.length(), 10, 3, 128);
        // A leading zero could mean octal.
        boolean leadingZero = text.length() - slash > 2 && text.charAt(slash + 1) == '0';
        if (bits < 0 || leadingZero) {
            throw new IllegalArgumentException("'" + text + "' has no number from 0 to 128 behind its slash");
        }
        return new Cidr(parse(text.substring(0, slash)), bits);
    }

    private static long[] parseV4Halves(String text) {
        long address = parseV4(text, 0);
        return address < 0 ? new long[0] : new long[] {0, IpAddress.mapped((int) address)};
    }

    /// The 32 bits of the dotted form from `from` to the end, or -1.
    private static long parseV4(String text, int from) {
        long address = 0;
        int at = from;
        for (int i = 0; i < 4; i++) {
            int dot = i < 3 ? text.indexOf('.', at) : text.length();
            int octet = dot < 0 ? -1 : number(text, at, dot, 10, 3, 255);
            boolean leadingZero = octet >= 0 && dot - at > 1 && text.charAt(at) == '0';
            if (octet < 0 || leadingZero) {
                return -1;
            }
            address = address << 8 | octet;
            at = dot + 1;
        }
        return address;
    }

    private static long[] parseV6(String text) {
        var groups = new int[GROUPS];
        int count = 0;
        int gap = -1;
        int at = 0;
        if (text.startsWith("::")) {
            gap = 0;
            at = 2;
        }
        while (at < text.length()) {
            int colon = text.indexOf(':', at);
            int end = colon < 0 ? text.length() : colon;
            if (colon < 0 && text.indexOf('.', at) >= 0) {
                long v4 = parseV4(text, at);
                if (v4 < 0 || count > GROUPS - 2) {
                    return new long[0];
                }
                groups[count++] = (int) (v4 >>> 16);
                groups[count++] = (int) v4 & 0xffff;
                break;
            }
            int group = number(text, at, end, 16, 4, 0xffff);
            if (group < 0 || count == GROUPS) {
                return new long[0];
            }
            groups[count++] = group;
            at = end + 1;
            if (colon >= 0 && at == text.length()) {
                return new long[0];
            }
            if (at < text.length() && text.charAt(at) == ':') {
                if (gap >= 0) {
                    return new long[0];
                }
                gap = count;
                at++;
            }
        }
        return spread(groups, count, gap);
    }

    /// Moves the groups behind the gap to the end.
    private static long[] spread(int[] groups, int count, int gap) {
        if (gap < 0 ? count != GROUPS : count >= GROUPS) {
            return new long[0];
        }
        var halves = new long[2];
        int moved = GROUPS - count;
        for (int i = 0; i < count; i++) {
            int position = gap >= 0 && i >= gap ? i + moved : i;
            halves[position / 4] |= (long) groups[i] << (48 - 16 * (position % 4));
        }
        return halves;
    }

    /// The number in `text[from, to)`, or -1 when it is no number of 1 to `digitsMax` digits up to `max`.
    private static int number(String text, int from, int to, int radix, int digitsMax, int max) {
        if (to <= from || to - from > digitsMax) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            char letter = text.charAt(i);
            int digit = letter < 128 ? Character.digit(letter, radix) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value <= max ? value : -1;
    }

    static String format(IpAddress address) {
        return address.isV4() ? formatV4(address.v4()) : formatV6(address.high(), address.low());
    }

    private static String formatV4(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 0xff) + "." + (address >>> 8 & 0xff) + "." + (address & 0xff);
    }

    /// RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups as `::`.
    private static String formatV6(long high, long low) {
        var groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (int) ((i < 4 ? high : low) >>> (48 - 16 * (i % 4))) & 0xffff;
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int run = 0;
            while (i + run < GROUPS && groups[i + run] == 0) {
                run++;
            }
            if (run > bestLength) {
                bestStart = i;
                bestLength = run;
            }
        }
        var text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
