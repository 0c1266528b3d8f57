package dev.levee.app;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/// What the doctor knows of a machine.
///
/// @param linux whether this is Linux
/// @param javaRelease 25 for Java 25.0.1
/// @param javaName for people
/// @param tunDevice whether /dev/net/tun opens
/// @param procStatus the text of /proc/self/status, empty where there is none
/// @param path where to look for commands
record Machine(
        boolean linux, int javaRelease, String javaName, TunDevice tunDevice, String procStatus, List<Path> path) {
    private static final Path TUN = Path.of("/dev/net/tun");

    enum TunDevice {
        OPENS,
        DENIED,
        ABSENT
    }

    /// This one.
    static Machine here() {
        return new Machine(
                System.getProperty("os.name", "").equals("Linux"),
                Runtime.version().feature(),
                System.getProperty("java.vm.name") + " " + Runtime.version() + " in " + System.getProperty("java.home"),
                openTun(),
                read(Path.of("/proc/self/status")),
                searchPath());
    }

    /// The full path of a command.
    Optional<String> find(String command) {
        return path.stream()
                .map(directory -> directory.resolve(command))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /// The user's PATH, and where system tools live that are not always on it.
    private static List<Path> searchPath() {
        var text = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin" + File.pathSeparator
                + "/sbin";
        return List.of(text.split(File.pathSeparator, -1)).stream()
                .filter(part -> !part.isBlank())
                .map(Path::of)
                .toList();
    }

    /// Opening has no effect: a device appears only with an ioctl.
    private static TunDevice openTun() {
        try (var _ = FileChannel.open(TUN, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return TunDevice.OPENS;
        } catch (NoSuchFileException _) {
            return TunDevice.ABSENT;
        } catch (IOException e) {
            return e instanceof java.nio.file.AccessDeniedException || !Files.isReadable(TUN)
                    ? TunDevice.DENIED
                    : TunDevice.ABSENT;
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException _) {
            return "";
        }
    }
}
