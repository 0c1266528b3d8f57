package dev.levee.app.demo;

import dev.levee.path.SeededRandom;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// The file that is downloaded: octets that follow from a seed, never held as a whole.
///
/// Threads: any.
public final class Content {
    private static final int BLOCK_BYTES = 1 << 16;

    private final long size;
    private final byte[] block = new byte[BLOCK_BYTES];

    public Content(long seed, long size) {
        this.size = size;
        var random = new SeededRandom(seed);
        for (int i = 0; i < BLOCK_BYTES; i++) {
            block[i] = (byte) random.nextLong();
        }
    }

    public long size() {
        return size;
    }

    /// Octets from `position` on, as many as there are and fit: the count.
    int fill(long position, byte[] target) {
        int count = (int) Math.min(target.length, size - position);
        for (int i = 0; i < count; i++) {
            long at = position + i;
            target[i] = (byte) (block[(int) at & BLOCK_BYTES - 1] ^ at >>> 16);
        }
        return count;
    }

    /// Its SHA-256.
    byte[] digest() {
        var digest = sha256();
        var buffer = new byte[BLOCK_BYTES];
        for (long position = 0; position < size; position += BLOCK_BYTES) {
            digest.update(buffer, 0, fill(position, buffer));
        }
        return digest.digest();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            // Every Java has it.
            throw new IllegalStateException(e);
        }
    }

    /// The request for it.
    static byte[] request(String host) {
        return ("GET /levee.bin HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /// The head of the answer; the digest goes with it (RFC 9530).
    byte[] responseHead() {
        return ("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\nRepr-Digest: sha-256=:"
                        + Base64.getEncoder().encodeToString(digest()) + ":\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
