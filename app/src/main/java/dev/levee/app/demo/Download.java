package dev.levee.app.demo;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/// The client's judgement of an answer as its octets come in: the length and the digest that the server
/// promised.
///
/// Threads: one owner.
final class Download {
    private static final int HEAD_BYTES_MAX = 8192;
    private static final String HEAD_END = "\r\n\r\n";

    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final MessageDigest digest = Content.sha256();
    private boolean headDone;
    private long promisedBytes = -1;
    private String promisedDigest = "";
    private long bodyBytes;
    private byte[] result = new byte[0];

    void take(byte[] octets, int count) {
        int from = 0;
        while (!headDone && from < count) {
            head.write(octets[from++]);
            headDone = endsHead();
        }
        if (headDone) {
            digest.update(octets, from, count - from);
            bodyBytes += count - from;
        }
    }

    private boolean endsHead() {
        // Only the octet that may complete the end is worth a look at the whole.
        int size = head.size();
        if (size < HEAD_END.length() || size > HEAD_BYTES_MAX) {
            return false;
        }
        var text = head.toString(StandardCharsets.US_ASCII);
        if (!text.endsWith(HEAD_END)) {
            return false;
        }
        for (var line : text.split("\r\n", -1)) {
            var lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length: ")) {
                promisedBytes = Long.parseLong(line.substring("content-length: ".length()));
            } else if (lower.startsWith("repr-digest: sha-256=:") && line.endsWith(":")) {
                promisedDigest = line.substring("repr-digest: sha-256=:".length(), line.length() - 1);
            }
        }
        return true;
    }

    long bodyBytes() {
        return bodyBytes;
    }

    /// Whether all that was promised has come.
    boolean complete() {
        return headDone && bodyBytes == promisedBytes;
    }

    /// Whether it is what was promised. Final: nothing can be taken afterwards.
    boolean verify() {
        result = digest.digest();
        return complete() && Base64.getEncoder().encodeToString(result).equals(promisedDigest);
    }

    /// The digest of what has come, after [#verify].
    String hex() {
        return HexFormat.of().formatHex(result);
    }
}
