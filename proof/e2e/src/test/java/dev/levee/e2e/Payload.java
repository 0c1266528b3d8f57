package dev.levee.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;

/// A file of noise that a seed reproduces.
///
/// @param sha256 in hexadecimal
record Payload(Path file, long bytes, String sha256) {
    static final long KIB = 1L << 10;
    static final long MIB = 1L << 20;
    static final long GIB = 1L << 30;

    /// Writes it.
    static Payload create(Path file, long bytes) throws IOException {
        var random = new SplittableRandom(bytes);
        var digest = newDigest();
        var buffer = new byte[(int) MIB];
        try (var out = new DigestOutputStream(Files.newOutputStream(file), digest)) {
            for (long left = bytes; left > 0; left -= buffer.length) {
                random.nextBytes(buffer);
                out.write(buffer, 0, (int) Math.min(left, buffer.length));
            }
        }
        return new Payload(file, bytes, HexFormat.of().formatHex(digest.digest()));
    }

    static String sha256(Path file) throws IOException {
        var digest = newDigest();
        try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    String name() {
        return String.valueOf(file.getFileName());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
