package dev.levee.app;

import java.util.ArrayList;
import java.util.List;

/// How this program starts itself a second time.
///
/// Threads: any.
final class Self {
    private Self() {}

    /// The command line of `levee` with these words: the same Java, the same modules or classes.
    static List<String> command(String... words) {
        var command = new ArrayList<String>();
        command.add(System.getProperty("java.home") + "/bin/java");
        String modules = System.getProperty("jdk.module.path", "");
        if (System.getProperty("jdk.module.main", "").equals("dev.levee.app")) {
            command.addAll(List.of(
                    "--module-path",
                    modules,
                    "--enable-native-access=dev.levee.link,dev.levee.kernel",
                    "-m",
                    "dev.levee.app/dev.levee.app.Main"));
        } else {
            command.addAll(List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path", ""),
                    Main.class.getName()));
        }
        command.addAll(List.of(words));
        return command;
    }
}
