package dev.levee.app.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which octets of a file an answer carries (RFC 9110 §14).
///
/// Threads: any.
///
/// @param kind what the answer is
/// @param first the first octet's position
/// @param length how many octets
record ByteRange(Kind kind, long first, long length) {

    enum Kind {
        /// Status 200: all of it.
        WHOLE,
        /// Status 206.
        PART,
        /// Status 416: no octet of the file was asked for.
        UNSATISFIABLE
    }

    /// Reads a `Range` header for a file of `size` octets. RFC 9110 §14.2:
    /// > A server MAY ignore the Range header field.
    ///
    /// We do so for other units, for headers that are malformed, and for more than one range at once.
    static ByteRange of(@Nullable String header, long size) {
        var whole = new ByteRange(Kind.WHOLE, 0, size);
        if (header == null || !header.strip().toLowerCase(Locale.ROOT).startsWith("bytes=")) {
            return whole;
        }
        var spec = header.strip().substring("bytes=".length()).strip();
        int dash = spec.indexOf('-');
        if (dash < 0 || spec.indexOf(',') >= 0) {
            return whole;
        }
        long from = number(spec.substring(0, dash));
        long to = number(spec.substring(dash + 1));
        boolean suffix = dash == 0;
        boolean open = dash == spec.length() - 1;
        if (suffix && open || from < 0 && !suffix || to < 0 && !open || !suffix && !open && to < from) {
            return whole;
        }
        if (suffix) {
            return to == 0 || size == 0 ? unsatisfiable() : part(Math.max(0, size - to), size - 1);
        }
        return from >= size ? unsatisfiable() : part(from, open ? size - 1 : Math.min(to, size - 1));
    }

    private static ByteRange part(long first, long last) {
        return new ByteRange(Kind.PART, first, last - first + 1);
    }

    private static ByteRange unsatisfiable() {
        return new ByteRange(Kind.UNSATISFIABLE, 0, 0);
    }

    /// Digits only; a number too large for a long is as good as the largest. -1 when it is no number.
    private static long number(String digits) {
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException _) {
            return Long.MAX_VALUE;
        }
    }

    /// The `Content-Range` header's value.
    String contentRange(long size) {
        return kind == Kind.UNSATISFIABLE
                ? "bytes */" + size
                : "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }
}
