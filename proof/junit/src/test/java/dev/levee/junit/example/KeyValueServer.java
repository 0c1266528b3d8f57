package dev.levee.junit.example;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;

/// Keeps values by key. A request is a line, and so is its answer, in the same order; nobody has to wait for an
/// answer before the next request.
///
///     put colour light blue      ok
///     get colour                 value light blue
///     get size                   none
final class KeyValueServer {
    private final Map<String, String> values = new HashMap<>();

    /// Answers the requests of one connection until it ends.
    void serve(Lines requests, OutputStream out) throws IOException {
        for (var lines = requests.next(); lines != null; lines = requests.next()) {
            var answers = new StringBuilder();
            for (var line : lines) {
                answers.append(answer(line)).append('\n');
            }
            out.write(answers.toString().getBytes(US_ASCII));
        }
    }

    private String answer(String line) {
        var words = line.split(" ", 3);
        if (words[0].equals("put") && words.length == 3) {
            values.put(words[1], words[2]);
            return "ok";
        }
        if (words[0].equals("get") && words.length == 2) {
            var value = values.get(words[1]);
            return value == null ? "none" : "value " + value;
        }
        return "error: no request: " + line;
    }
}
