package dev.levee.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// curl's command lines.
final class Curl {
    private Curl() {}

    /// curl that reads no configuration of the user, is silent but for errors, and gives up when nothing moves.
    static List<String> command(String... words) {
        var command = new ArrayList<>(List.of(Tools.path("curl"), "-q", "-sS", "--noproxy", "*"));
        command.addAll(List.of("-g", "--connect-timeout", "30", "--speed-limit", "1", "--speed-time", "60"));
        command.addAll(List.of(words));
        return command;
    }

    static Program.Result run(Lab lab, String... words) throws IOException, InterruptedException {
        return lab.start(command(words)).awaitEnd();
    }
}
