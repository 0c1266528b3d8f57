package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Setup.Profile;
import dev.levee.sim.drill.system.Target.Setting;
import dev.levee.stack.FastOpenKeys;
import dev.levee.stack.FastOpenOptions;
import dev.levee.stack.ListenOptions;
import dev.levee.stack.SocketOptions;
import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.FastOpenUse;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpConfigBuilder;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a profile, a script's `sysctl` lines and a socket's options ask of the stack.
///
/// Threads: the run's.
final class Settings {
    private static final int HALF_OPEN_MAX = 4096;
    /// The bits of `net.ipv4.tcp_fastopen`.
    private static final int FAST_OPEN_CLIENT = 0x1;

    private static final int FAST_OPEN_SERVER = 0x2;
    private static final int FAST_OPEN_CLIENT_WITHOUT_COOKIE = 0x4;
    private static final int FAST_OPEN_SERVER_WITHOUT_COOKIE = 0x200;
    private static final int FAST_OPEN_ALL_LISTENERS = 0x400;
    private static final int WINDOW_SHIFT_MAX = 14;
    private static final int LINUX_BUFFER_MIN = 2304;
    private static final int LINUX_SEND_BUFFER_MIN = 4608;
    private static final int RING_MAX = 1 << 20;
    /// What FreeBSD lets a buffer grow to by itself, whatever a user may ask for.
    private static final int FREEBSD_GROWN_MAX = 2 << 20;
    private static final int KEEP_COUNT_MAX = 127;
    private static final int KEEP_SECONDS_MAX = 864_000;

    private final Profile profile;
    private final Map<Option, Integer> optionDefaults = new EnumMap<>(Option.class);
    /// The engine's settings as the profile and the script have them.
    TcpConfigBuilder tcp;
    /// Default and largest receive and send buffers in octets, as the system counts them.
    int receiveBuffer;
    int receiveBufferMax;
    int sendBuffer;
    int sendBufferMax;
    /// Whether buffers whose size no socket has set become larger.
    boolean receiveGrows = true;
    boolean sendGrows = true;
    /// How often a SYN, a SYN-ACK and data are sent again.
    int synRetries = 6;
    int synAckRetries = 5;
    int dataRetries = 15;
    long keepInitNanos = 75 * Profiles.SECOND;
    /// What `net.ipv4.tcp_fastopen` was told, and `net.ipv4.tcp_fastopen_key`: null before.
    int fastOpen = FAST_OPEN_CLIENT;

    @Nullable
    FastOpenKeys fastOpenKeys;
    /// How long fast opens pause when they are swallowed; 0: not at all.
    long fastOpenPauseNanos;
    /// What FreeBSD takes for the MSS of a peer that says none.
    int defaultSegment = 536;

    Settings(Profile profile) {
        this.profile = profile;
        tcp = Profiles.of(profile);
        switch (profile) {
            case LINUX -> {
                buffers(131_072, 6 << 20, 16_384 * 8, 4 << 20);
            }
            case FREEBSD -> {
                buffers(65_536, 2 << 20, 32_768, FREEBSD_GROWN_MAX);
                synAckRetries = 3;
                dataRetries = 12;
                optionDefaults.put(Option.TCP_KEEPCNT, 8);
            }
            case LEVEE -> {
                buffers(1 << 17, 1 << 26, 1 << 17, 1 << 26);
                optionDefaults.put(Option.SO_OOBINLINE, 1);
            }
        }
    }

    private void buffers(int receive, int receiveMax, int send, int sendMax) {
        receiveBuffer = receive;
        receiveBufferMax = receiveMax;
        sendBuffer = send;
        sendBufferMax = sendMax;
    }

    Profile profile() {
        return profile;
    }

    Map<Option, Integer> optionDefaults() {
        return optionDefaults;
    }

    Setting set(String name, String value) {
        return Sysctls.apply(this, name, value);
    }

    /// The engine's settings for a connection of a socket with these options.
    TcpConfig tcp(OptionValues options) {
        var builder = tcp.build().toBuilder()
                .noDelay(options.on(Option.TCP_NODELAY))
                .urgentInLine(options.on(Option.SO_OOBINLINE))
                .hopLimit(hopLimit(options))
                .trafficClass(trafficClass(options));
        keepAlive(builder, options);
        switch (profile) {
            case LINUX -> linux(builder, options);
            case FREEBSD -> freebsd(builder, options);
            case LEVEE -> levee(builder, options);
        }
        if (options.isSet(Option.TCP_MAXSEG) && options.on(Option.TCP_MAXSEG)) {
            builder.mssMax(Math.max(88, options.get(Option.TCP_MAXSEG)));
        }
        if (options.isSet(Option.TCP_LINGER2) && options.get(Option.TCP_LINGER2) > 0) {
            builder.finWait2Nanos(options.get(Option.TCP_LINGER2) * Profiles.SECOND);
        }
        if (options.get(Option.TCP_NOTSENT_LOWAT) > 0) {
            builder.unsentBytesMax(options.get(Option.TCP_NOTSENT_LOWAT));
        }
        if (options.on(Option.TCP_CONGESTION)) {
            builder.congestion(CongestionAlgorithm.values()[options.get(Option.TCP_CONGESTION) - 1]);
        }
        if (options.on(Option.TCP_USER_TIMEOUT)) {
            builder.userTimeoutNanos(options.get(Option.TCP_USER_TIMEOUT) * Profiles.MILLI);
            builder.zeroWindowNanosMax(options.get(Option.TCP_USER_TIMEOUT) * Profiles.MILLI);
        }
        return builder.build();
    }

    private static void keepAlive(TcpConfigBuilder builder, OptionValues options) {
        builder.keepAlive(options.on(Option.SO_KEEPALIVE))
                .keepAliveIdleNanos(seconds(options, Option.TCP_KEEPIDLE))
                .keepAliveIntervalNanos(seconds(options, Option.TCP_KEEPINTVL))
                .keepAliveProbes(Math.clamp(options.get(Option.TCP_KEEPCNT), 2, KEEP_COUNT_MAX));
    }

    private static long seconds(OptionValues options, Option option) {
        return Math.clamp(options.get(option), 1, KEEP_SECONDS_MAX) * Profiles.SECOND;
    }

    private static int hopLimit(OptionValues options) {
        int v4 = options.get(Option.IP_TTL);
        int v6 = options.get(Option.IPV6_UNICAST_HOPS);
        int chosen = v4 == Option.IP_TTL.initial() ? v6 : v4;
        return chosen < 1 ? Option.IP_TTL.initial() : chosen;
    }

    private static int trafficClass(OptionValues options) {
        int chosen = options.on(Option.IP_TOS) ? options.get(Option.IP_TOS) : options.get(Option.IPV6_TCLASS);
        return Math.max(0, chosen) & 0xff;
    }

    /// Half of a buffer is for what the system needs around the octets.
    private void linux(TcpConfigBuilder builder, OptionValues options) {
        int window = receiveBufferReported(options) / 2;
        int reach = options.isSet(Option.SO_RCVBUF) ? window : receiveBufferMax;
        int limit = Math.min(window, RING_MAX / 2);
        builder.windowShift(Math.clamp(log2(reach) - 15, 0, WINDOW_SHIFT_MAX))
                .receiveBufferBytes(2 * limit)
                .receiveWindowBytes(limit)
                .receiveWindowInitialBytes(Math.min(limit, 0xffff))
                .r2SynNanos(synNanos(options))
                .r2SynReceivedNanos(retriesNanos(synAckRetries, Profiles.SECOND, 120 * Profiles.SECOND))
                .r2Nanos(retriesNanos(dataRetries, 200 * Profiles.MILLI, 120 * Profiles.SECOND));
        if (receiveGrows && !options.isSet(Option.SO_RCVBUF)) {
            builder.receiveBufferBytesMax(reach / 2);
        }
        sendBuffer(builder, options);
    }

    private void freebsd(TcpConfigBuilder builder, OptionValues options) {
        int window = receiveBufferReported(options);
        int shift = 0;
        while (shift < WINDOW_SHIFT_MAX && 0xffffL << shift < Integer.toUnsignedLong(receiveBufferMax)) {
            shift++;
        }
        long keepInit =
                options.isSet(Option.TCP_KEEPINIT) ? options.get(Option.TCP_KEEPINIT) * Profiles.SECOND : keepInitNanos;
        builder.windowShift(shift)
                .receiveBufferBytes(window + (1 << 16))
                .receiveWindowBytes(window)
                .r2SynNanos(keepInit)
                .r2SynReceivedNanos(retriesNanos(synAckRetries, Profiles.SECOND, 64 * Profiles.SECOND))
                .r2Nanos(retriesNanos(dataRetries, 230 * Profiles.MILLI, 64 * Profiles.SECOND));
        if (receiveGrows && !options.isSet(Option.SO_RCVBUF)) {
            builder.receiveBufferBytesMax((int) Math.min(FREEBSD_GROWN_MAX, Integer.toUnsignedLong(receiveBufferMax)));
        }
        sendBuffer(builder, options);
    }

    private void levee(TcpConfigBuilder builder, OptionValues options) {
        builder.receiveBufferBytes(Math.min(receiveBufferReported(options), RING_MAX));
        if (!options.isSet(Option.SO_RCVBUF)) {
            builder.receiveBufferBytesMax(receiveBufferMax);
        }
        sendBuffer(builder, options);
    }

    private void sendBuffer(TcpConfigBuilder builder, OptionValues options) {
        int ring = Math.min(sendBufferReported(options), RING_MAX);
        builder.sendBufferBytes(ring).sendLimitBytes(ring);
        if (sendGrows && !options.isSet(Option.SO_SNDBUF)) {
            builder.sendBufferBytesMax(sendBufferMax);
        }
    }

    private static int log2(int value) {
        return 31 - Integer.numberOfLeadingZeros(Math.max(1, value));
    }

    /// How long a SYN is tried: as long as doubled timeouts would take when the socket says how often, although
    /// the first few are of a second each; with those counted extra when only the system says so.
    private long synNanos(OptionValues options) {
        var config = tcp.build();
        long rtoNanos = config.rtoInitialNanos();
        if (options.isSet(Option.TCP_SYNCNT)) {
            return retriesNanos(options.get(Option.TCP_SYNCNT), rtoNanos, 120 * Profiles.SECOND);
        }
        int retries = synRetries;
        int even = Math.min(retries, config.synLinearTimeouts());
        return even * rtoNanos + retriesNanos(retries - even, rtoNanos, 120 * Profiles.SECOND);
    }

    /// The sum of so many timeouts and one, each the double of the one before.
    private static long retriesNanos(int retries, long firstNanos, long mostNanos) {
        long sumNanos = 0;
        long eachNanos = firstNanos;
        for (int i = 0; i <= retries; i++) {
            sumNanos += eachNanos;
            eachNanos = Math.min(2 * eachNanos, mostNanos);
        }
        return sumNanos;
    }

    /// The engine's settings for a listening socket.
    ListenOptions listening(SocketFile file) {
        var socket = new SocketOptions(tcp(file.options), SocketOptions.LINGER_OFF);
        return new ListenOptions(acceptQueue(file.backlog), HALF_OPEN_MAX, socket, fastOpen(file));
    }

    private FastOpenOptions fastOpen(SocketFile file) {
        if (profile == Profile.FREEBSD || (fastOpen & FAST_OPEN_SERVER) == 0) {
            return FastOpenOptions.OFF;
        }
        boolean all = (fastOpen & FAST_OPEN_ALL_LISTENERS) != 0 && !file.options.on(Option.TCP_FASTOPEN);
        int most = all ? file.backlog : file.options.get(Option.TCP_FASTOPEN);
        boolean free =
                (fastOpen & FAST_OPEN_SERVER_WITHOUT_COOKIE) != 0 || file.options.on(Option.TCP_FASTOPEN_NO_COOKIE);
        var own = file.fastOpenKey == null ? fastOpenKeys : FastOpenKeys.of(file.fastOpenKey);
        return new FastOpenOptions(Math.clamp(most, 0, 4096), !free, own);
    }

    /// Whether `net.ipv4.tcp_fastopen` lets sockets open fast.
    boolean fastOpenClient() {
        return (fastOpen & FAST_OPEN_CLIENT) != 0;
    }

    /// How a socket with these options opens fast, when it is asked to.
    FastOpenUse fastOpenUse(OptionValues options) {
        boolean free = (fastOpen & FAST_OPEN_CLIENT_WITHOUT_COOKIE) != 0 || options.on(Option.TCP_FASTOPEN_NO_COOKIE);
        return !fastOpenClient() ? FastOpenUse.OFF : free ? FastOpenUse.WITHOUT_COOKIE : FastOpenUse.WITH_COOKIE;
    }

    /// How many connections may wait when `listen` was told `backlog`.
    private int acceptQueue(int backlog) {
        int asked = Math.clamp(backlog, 0, 4096);
        return switch (profile) {
            case LINUX -> asked + 1;
            case FREEBSD -> Math.max(1, asked) * 3 / 2 + 1;
            case LEVEE -> Math.max(1, asked);
        };
    }

    /// What `SO_RCVBUF` says before there is a connection.
    int receiveBufferReported(OptionValues options) {
        return options.isSet(Option.SO_RCVBUF) ? options.get(Option.SO_RCVBUF) : receiveBuffer;
    }

    int receiveBufferReported(SocketFile file) {
        int asked = receiveBufferReported(file.options);
        var socket = file.tcp;
        if (profile != Profile.FREEBSD || socket == null) {
            return asked;
        }
        return socket.connection().receiveCapacity();
    }

    /// What `SO_SNDBUF` says before there is a connection.
    int sendBufferReported(OptionValues options) {
        return options.isSet(Option.SO_SNDBUF) ? options.get(Option.SO_SNDBUF) : sendBuffer;
    }

    int sendBufferReported(SocketFile file) {
        int asked = sendBufferReported(file.options);
        if (profile != Profile.FREEBSD || file.tcp == null || !file.tcp.connected()) {
            return asked;
        }
        int segment = segment(file);
        return (asked + segment - 1) / segment * segment;
    }

    private static int segment(SocketFile file) {
        if (file.tcp == null) {
            return 1;
        }
        var connection = file.tcp.connection();
        return connection.sndMss() + (connection.timestamps() ? 12 : 0);
    }

    int maxSegmentReported(SocketFile file) {
        if (file.tcp != null && file.tcp.connected()) {
            return file.tcp.connection().sndMss();
        }
        int asked = file.options.get(Option.TCP_MAXSEG);
        return asked > 0 ? asked : defaultSegment;
    }

    /// The value under which an option is kept: Linux doubles buffers, for what it needs around the octets.
    int kept(Option option, int value) {
        boolean linux = profile == Profile.LINUX;
        return switch (option) {
            case SO_RCVBUF ->
                linux ? Math.max(2 * Math.clamp(value, 0, 212_992), LINUX_BUFFER_MIN) : Math.max(1, value);
            case SO_SNDBUF ->
                linux ? Math.max(2 * Math.clamp(value, 0, 212_992), LINUX_SEND_BUFFER_MIN) : Math.max(1, value);
            case SO_REUSEADDR, SO_REUSEPORT, TCP_NODELAY, TCP_CORK, SO_BROADCAST ->
                linux ? (value == 0 ? 0 : 1) : value;
            default -> value;
        };
    }
}
