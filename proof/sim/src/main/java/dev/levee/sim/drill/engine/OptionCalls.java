package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.script.Constants;
import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.sim.drill.system.Setup;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.CongestionAlgorithm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `getsockopt` and `setsockopt`.
///
/// Threads: the run's.
final class OptionCalls {
    private static final int INT_BYTES = Integer.BYTES;
    private static final int LINGER_BYTES = 8;
    private static final int TIME_BYTES = 16;
    private static final int KEY_BYTES = 16;
    private static final Set<Option> FAST_OPEN = EnumSet.of(
            Option.TCP_FASTOPEN, Option.TCP_FASTOPEN_CONNECT, Option.TCP_FASTOPEN_KEY, Option.TCP_FASTOPEN_NO_COOKIE);
    private static final int INFO_BYTES = 256;
    private static final int KEEP_TIME_MAX = 32_767;
    private static final int KEEP_COUNT_MAX = 127;

    private final Platform platform;
    private final Machine machine;
    private final Settings settings;

    OptionCalls(Setup setup, Machine machine, Settings settings) {
        this.platform = setup.platform();
        this.machine = machine;
        this.settings = settings;
    }

    Result get(SocketFile file, Request.GetOption request) {
        var level = Option.Level.of(request.level(), platform);
        if (level == null) {
            return Result.failure(platform == Platform.LINUX ? "EOPNOTSUPP" : "EINVAL");
        }
        var option = Option.of(level, request.name(), platform);
        if (option == null) {
            return unknown(level, request.name());
        }
        if (request.length() < 0) {
            return Result.failure("EINVAL");
        }
        var octets = value(file, option);
        return Result.of(0, Arrays.copyOf(octets, Math.min(octets.length, request.length())));
    }

    /// An option that the system has and nobody here knows, or that it does not have either.
    private Result unknown(Option.Level level, int number) {
        var name = level.option(number, platform);
        boolean digits = Character.isDigit(name.charAt(name.length() - 1)) && !name.contains("_");
        return digits ? Result.failure("ENOPROTOOPT") : Result.unsupported("the socket option " + name);
    }

    private byte[] value(SocketFile file, Option option) {
        return switch (option) {
            case SO_TYPE -> ControlCalls.octets(Numbers.STREAM);
            case SO_PROTOCOL -> ControlCalls.octets(Numbers.PROTOCOL_TCP);
            case SO_DOMAIN -> ControlCalls.octets(file.domain);
            case SO_ACCEPTCONN -> ControlCalls.octets(file.listener == null ? 0 : 1);
            case SO_ERROR -> ControlCalls.octets(errorNumber(file.takeError()));
            case SO_LINGER -> linger(file);
            case SO_RCVTIMEO, SO_SNDTIMEO -> time(file.options.get(option));
            case SO_RCVBUF -> ControlCalls.octets(settings.receiveBufferReported(file));
            case SO_SNDBUF -> ControlCalls.octets(settings.sendBufferReported(file));
            case TCP_MAXSEG -> ControlCalls.octets(settings.maxSegmentReported(file));
            case TCP_INFO -> new byte[INFO_BYTES];
            case TCP_CONGESTION -> congestionName(file);
            case TCP_FASTOPEN_KEY -> file.fastOpenKey == null ? new byte[0] : file.fastOpenKey.clone();
            default -> ControlCalls.octets(file.options.get(option));
        };
    }

    private int errorNumber(String error) {
        return error.isEmpty() ? 0 : (int) Constants.of(platform).value(error).orElseThrow();
    }

    private byte[] congestionName(SocketFile file) {
        var reno = platform == Platform.FREEBSD ? "newreno" : "reno";
        var name = settings.tcp(file.options).congestion() == CongestionAlgorithm.CUBIC ? "cubic" : reno;
        return Arrays.copyOf(name.getBytes(StandardCharsets.US_ASCII), 16);
    }

    private static byte[] linger(SocketFile file) {
        int seconds = file.options.get(Option.SO_LINGER);
        return pair(LINGER_BYTES, seconds < 0 ? 0 : 1, Math.max(0, seconds));
    }

    private static byte[] time(int millis) {
        return ByteBuffer.allocate(TIME_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(millis / 1000)
                .putLong(millis % 1000 * 1000L)
                .array();
    }

    private static byte[] pair(int bytes, int first, int second) {
        return ByteBuffer.allocate(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(first)
                .putInt(second)
                .array();
    }

    Result set(SocketFile file, Request.SetOption request) {
        var level = Option.Level.of(request.level(), platform);
        if (level == null) {
            return Result.failure(platform == Platform.LINUX ? "ENOPROTOOPT" : "EINVAL");
        }
        var option = Option.of(level, request.name(), platform);
        if (option == null) {
            return unknown(level, request.name());
        }
        if (option.treatment() == Option.Treatment.READ_ONLY) {
            return Result.failure("ENOPROTOOPT");
        }
        if (option == Option.TCP_CONGESTION) {
            return congestion(file, request.value());
        }
        if (FAST_OPEN.contains(option) && platform == Platform.FREEBSD) {
            return Result.unsupported("the socket option " + option);
        }
        if (option == Option.TCP_FASTOPEN_KEY) {
            return fastOpenKey(file, request.value());
        }
        if (option == Option.SO_LINGER) {
            return setLinger(file, request.value());
        }
        if (option == Option.SO_RCVTIMEO || option == Option.SO_SNDTIMEO) {
            return setTime(file, option, request.value());
        }
        boolean octet = level == Option.Level.IP && request.value().length == 1;
        if (request.value().length < INT_BYTES && !octet) {
            return Result.failure("EINVAL");
        }
        int value = octet ? request.value()[0] & 0xff : number(request.value());
        if (outOfRange(option, value)) {
            return Result.failure("EINVAL");
        }
        var refused = refused(file, option, value);
        if (refused != null) {
            return refused;
        }
        if (option.treatment() == Option.Treatment.MISSING && value != option.initial()) {
            return Result.unsupported("the socket option " + option);
        }
        return apply(file, option, value);
    }

    private static int number(byte[] octets) {
        return ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    private Result congestion(SocketFile file, byte[] name) {
        var text = new String(name, StandardCharsets.US_ASCII).replace("\0", "").strip();
        var algorithm = Sysctls.algorithm(text);
        return algorithm == null
                ? Result.unsupported("congestion control " + text)
                : apply(file, Option.TCP_CONGESTION, 1 + algorithm.ordinal());
    }

    private Result fastOpenKey(SocketFile file, byte[] octets) {
        if (octets.length != KEY_BYTES && octets.length != 2 * KEY_BYTES) {
            return Result.failure("EINVAL");
        }
        file.fastOpenKey = octets.clone();
        if (file.listener != null) {
            file.listener.options(settings.listening(file));
        }
        return Result.of(0);
    }

    /// What Linux says to options that are only for sockets that have not connected, or that a setting has
    /// switched off; null when they are taken.
    private @Nullable Result refused(SocketFile file, Option option, int value) {
        boolean closed = file.tcp == null && file.deferredTo == null;
        return switch (option) {
            case TCP_FASTOPEN -> value >= 0 && closed ? null : Result.failure("EINVAL");
            case TCP_FASTOPEN_NO_COOKIE -> value == (value & 1) && closed ? null : Result.failure("EINVAL");
            case TCP_FASTOPEN_CONNECT -> {
                boolean idle = closed && file.listener == null;
                yield value != (value & 1)
                        ? Result.failure("EINVAL")
                        : !settings.fastOpenClient()
                                ? Result.failure("EOPNOTSUPP")
                                : idle ? null : Result.failure("EINVAL");
            }
            default -> null;
        };
    }

    private static Result setLinger(SocketFile file, byte[] value) {
        if (value.length < LINGER_BYTES) {
            return Result.failure("EINVAL");
        }
        var structure = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        int on = structure.getInt();
        int seconds = structure.getInt();
        file.options.set(Option.SO_LINGER, on == 0 ? -1 : Math.max(0, seconds));
        return Result.of(0);
    }

    private static Result setTime(SocketFile file, Option option, byte[] value) {
        if (value.length < TIME_BYTES) {
            return Result.failure("EINVAL");
        }
        var structure = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        long millis = structure.getLong() * 1000 + structure.getLong() / 1000;
        file.options.set(option, Math.clamp(millis, 0, Integer.MAX_VALUE));
        return Result.of(0);
    }

    private boolean outOfRange(Option option, int value) {
        boolean linux = platform == Platform.LINUX;
        return switch (option) {
            case TCP_KEEPIDLE, TCP_KEEPINTVL -> value < 1 || (linux && value > KEEP_TIME_MAX);
            case TCP_KEEPCNT, TCP_SYNCNT -> value < 1 || (linux && value > KEEP_COUNT_MAX);
            case TCP_MAXSEG -> linux ? value != 0 && (value < 88 || value > 32_767) : value <= 0;
            case TCP_USER_TIMEOUT -> value < 0;
            case TCP_INQ -> value != (value & 1);
            case IP_TTL -> value != -1 && (value < 1 || value > 255);
            case IPV6_UNICAST_HOPS, IPV6_TCLASS -> value < -1 || value > 255;
            default -> false;
        };
    }

    private Result apply(SocketFile file, Option option, int value) {
        if (option == Option.TCP_MAXSEG
                && platform == Platform.FREEBSD
                && file.tcp != null
                && value > file.tcp.connection().sndMss()) {
            return Result.failure("EINVAL");
        }
        if (option == Option.SO_RCVBUF && file.tcp != null) {
            return Result.unsupported("SO_RCVBUF on an open connection");
        }
        if (option == Option.TCP_KEEPCNT && value == 1) {
            return Result.unsupported("TCP_KEEPCNT of 1, for one probe may be lost");
        }
        file.options.set(option, settings.kept(option, value));
        if (file.tcp != null) {
            live(file, file.tcp, option);
        } else if (file.listener != null) {
            file.listener.options(settings.listening(file));
        }
        return Result.of(0);
    }

    /// The option is carried out on an open connection.
    private void live(SocketFile file, TcpSocket socket, Option option) {
        switch (option) {
            case TCP_QUICKACK -> socket.ackQuickly(machine.stackNanos(), file.options.on(option));
            case TCP_CORK, TCP_NOPUSH -> socket.cork(machine.stackNanos(), file.options.on(option));
            // Said again it lets go what waits, as any time.
            case TCP_NODELAY -> socket.noDelay(machine.stackNanos(), file.options.on(option));
            case TCP_CONGESTION,
                    TCP_LINGER2,
                    TCP_USER_TIMEOUT,
                    TCP_NOTSENT_LOWAT,
                    SO_KEEPALIVE,
                    SO_OOBINLINE,
                    TCP_KEEPIDLE,
                    TCP_KEEPINTVL,
                    TCP_KEEPCNT,
                    SO_SNDBUF,
                    IP_TOS,
                    IP_TTL,
                    IPV6_TCLASS,
                    IPV6_UNICAST_HOPS -> socket.config(machine.stackNanos(), settings.tcp(file.options));
            default -> {
                // Only said at birth, or only kept.
            }
        }
    }
}
