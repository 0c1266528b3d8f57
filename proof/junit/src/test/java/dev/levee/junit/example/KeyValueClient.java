package dev.levee.junit.example;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// The other side of [KeyValueServer].
final class KeyValueClient {
    private final BufferedReader in;
    private final OutputStream out;
    private int unanswered;

    KeyValueClient(InputStream in, OutputStream out) {
        this.in = new BufferedReader(new InputStreamReader(in, US_ASCII));
        this.out = out;
    }

    /// Stores a value, and does not wait for the answer.
    void put(String key, String value) throws IOException {
        send("put " + key + " " + value);
        unanswered++;
    }

    /// The value of a key; null when there is none.
    @Nullable
    String get(String key) throws IOException {
        send("get " + key);
        for (; unanswered > 0; unanswered--) {
            expect("ok", receive());
        }
        var answer = receive();
        if (answer.equals("none")) {
            return null;
        }
        expect("value ", answer.substring(0, Math.min(6, answer.length())));
        return answer.substring(6);
    }

    private void send(String request) throws IOException {
        out.write((request + "\n").getBytes(US_ASCII));
    }

    private String receive() throws IOException {
        var line = in.readLine();
        if (line == null) {
            throw new IOException("the server has closed the connection");
        }
        return line;
    }

    private static void expect(String wanted, String got) throws IOException {
        if (!got.equals(wanted)) {
            throw new IOException("the server has answered '" + got + "', not '" + wanted + "'");
        }
    }
}
