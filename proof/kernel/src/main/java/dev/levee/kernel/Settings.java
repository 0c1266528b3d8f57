package dev.levee.kernel;

import dev.levee.sim.drill.system.Target.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// Settings of the network namespace: files under /proc/sys/net, written by a thread inside. A namespace that
/// is not the machine's first shows only those that are its own, so nothing of the machine can be changed.
final class Settings {
    private static final Pattern NAME = Pattern.compile("net(\\.[A-Za-z0-9_-]+)+");

    private Settings() {}

    /// Whether the kernel has an algorithm.
    static boolean congestionControl(String name) {
        try {
            var available = Files.readString(Path.of("/proc/sys/net/ipv4/tcp_available_congestion_control"));
            return List.of(available.strip().split(" ", -1)).contains(name);
        } catch (IOException e) {
            return false;
        }
    }

    static Setting write(String name, String value) {
        var file = Path.of("/proc/sys", name.replace('.', '/'));
        if (!NAME.matcher(name).matches() || !Files.isWritable(file)) {
            return Setting.UNKNOWN;
        }
        try {
            Files.writeString(file, value + "\n");
            return Setting.APPLIED;
        } catch (IOException e) {
            // The kernel knows the name and not the value.
            return Setting.UNKNOWN;
        }
    }
}
