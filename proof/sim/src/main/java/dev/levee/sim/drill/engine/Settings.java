package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Setup.Profile;
import dev.levee.sim.drill.system.Target.Setting;
import dev.levee.tcp.TcpConfig;
import java.util.EnumMap;
import java.util.Map;

/// What a script, a profile and a socket's options ask of the stack.
///
/// Threads: the run's.
final class Settings {
    private final Profile profile;
    private final Map<Option, Integer> optionDefaults = new EnumMap<>(Option.class);

    Settings(Profile profile) {
        this.profile = profile;
    }

    Map<Option, Integer> optionDefaults() {
        return optionDefaults;
    }

    Setting set(String name, String value) {
        return Setting.UNKNOWN;
    }

    /// The engine's settings for a connection of a socket with these options.
    TcpConfig tcp(OptionValues options) {
        var builder = TcpConfig.builder()
                .receiveBufferBytes(1 << 18)
                .sendBufferBytes(1 << 18)
                .noDelay(options.on(Option.TCP_NODELAY));
        return builder.build();
    }

    /// How many connections may wait when `listen` was told `backlog`.
    int acceptQueue(int backlog) {
        int asked = Math.clamp(backlog, 0, 4096);
        return switch (profile) {
            case LINUX -> asked + 1;
            case FREEBSD -> Math.max(1, asked) * 3 / 2 + 1;
            case LEVEE -> Math.max(1, asked);
        };
    }

    int errorNumber(String error) {
        return error.isEmpty() ? 0 : 1;
    }

    int receiveBufferReported(SocketFile file) {
        return file.options.get(Option.SO_RCVBUF);
    }

    int sendBufferReported(SocketFile file) {
        return file.options.get(Option.SO_SNDBUF);
    }

    int maxSegmentReported(SocketFile file) {
        return file.tcp == null ? 536 : file.tcp.connection().sndMss();
    }

    /// The value under which an option is kept.
    int kept(Option option, int value) {
        return value;
    }
}
