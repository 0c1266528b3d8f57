package dev.levee.app.http;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The path that a request line asks for, decoded (RFC 3986 §2.1, §5.2.4).
///
/// Threads: any.
///
/// @param segments the names on the way, decoded; none of them is empty, `.`, `..`, or contains `/` or NUL
/// @param directory whether it ended with a slash
record RequestPath(List<String> segments, boolean directory) {
    RequestPath {
        segments = List.copyOf(segments);
    }

    /// Reads a request target in origin form (`/a/b?query`) or absolute form (`http://host/a/b`).
    ///
    /// @return nothing when the target is malformed, climbs above the root, or hides a separator
    static Optional<RequestPath> parse(String target) {
        var path = withoutQuery(withoutAuthority(target));
        if (!path.startsWith("/")) {
            return Optional.empty();
        }
        var segments = new ArrayList<String>();
        var directory = false;
        for (var encoded : path.substring(1).split("/", -1)) {
            var decoded = decode(encoded);
            if (decoded.isEmpty()
                    || decoded.get().indexOf('/') >= 0
                    || decoded.get().indexOf('\0') >= 0) {
                return Optional.empty();
            }
            var segment = decoded.get();
            directory = segment.isEmpty() || segment.equals(".") || segment.equals("..");
            if (segment.equals("..")) {
                if (segments.isEmpty()) {
                    return Optional.empty();
                }
                segments.removeLast();
            } else if (!directory) {
                segments.add(segment);
            }
        }
        return Optional.of(new RequestPath(segments, directory));
    }

    private static String withoutAuthority(String target) {
        int scheme = target.indexOf("://");
        if (target.startsWith("/") || scheme < 0) {
            return target;
        }
        int slash = target.indexOf('/', scheme + 3);
        return slash < 0 ? "/" : target.substring(slash);
    }

    private static String withoutQuery(String target) {
        for (int i = 0; i < target.length(); i++) {
            if (target.charAt(i) == '?' || target.charAt(i) == '#') {
                return target.substring(0, i);
            }
        }
        return target;
    }

    /// Percent-decodes UTF-8; nothing when an escape is broken or the octets are no UTF-8.
    private static Optional<String> decode(String encoded) {
        if (encoded.indexOf('%') < 0) {
            return Optional.of(encoded);
        }
        var octets = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char letter = encoded.charAt(i);
            if (letter != '%') {
                octets.writeBytes(String.valueOf(letter).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            int high = i + 2 <= encoded.length() - 1 ? Character.digit(encoded.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(encoded.charAt(i + 2), 16);
            if (low < 0) {
                return Optional.empty();
            }
            octets.write(high << 4 | low);
            i += 2;
        }
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets.toByteArray()));
            return Optional.of(text.toString());
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }

    /// The name as it may stand in a link: everything but letters, digits and `-._~` is escaped.
    static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }

    /// The path as a link from the root, encoded: `/`, `/a/b`, `/a/b/`.
    String toLink() {
        var path = segments.stream().map(RequestPath::encode).collect(Collectors.joining("/", "/", ""));
        return directory && !segments.isEmpty() ? path + "/" : path;
    }
}
