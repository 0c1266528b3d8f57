package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Platform;
import org.jspecify.annotations.Nullable;

/// The socket options that are known here, with the numbers of both systems.
enum Option {
    SO_DEBUG(Level.SOCKET, 1, 1, Treatment.KEPT, 0),
    SO_REUSEADDR(Level.SOCKET, 2, 0x4, Treatment.KEPT, 0),
    SO_TYPE(Level.SOCKET, 3, 0x1008, Treatment.READ_ONLY, 0),
    SO_ERROR(Level.SOCKET, 4, 0x1007, Treatment.READ_ONLY, 0),
    SO_DONTROUTE(Level.SOCKET, 5, 0x10, Treatment.KEPT, 0),
    SO_BROADCAST(Level.SOCKET, 6, 0x20, Treatment.KEPT, 0),
    SO_SNDBUF(Level.SOCKET, 7, 0x1001, Treatment.LIVE, 0),
    SO_RCVBUF(Level.SOCKET, 8, 0x1002, Treatment.LIVE, 0),
    SO_KEEPALIVE(Level.SOCKET, 9, 0x8, Treatment.MISSING, 0),
    SO_OOBINLINE(Level.SOCKET, 10, 0x100, Treatment.MISSING, 0),
    SO_PRIORITY(Level.SOCKET, 12, -1, Treatment.KEPT, 0),
    SO_LINGER(Level.SOCKET, 13, 0x80, Treatment.LIVE, -1),
    SO_REUSEPORT(Level.SOCKET, 15, 0x200, Treatment.KEPT, 0),
    SO_RCVLOWAT(Level.SOCKET, 18, 0x1004, Treatment.KEPT, 1),
    SO_SNDLOWAT(Level.SOCKET, 19, 0x1003, Treatment.READ_ONLY, 1),
    SO_RCVTIMEO(Level.SOCKET, 20, 0x1006, Treatment.LIVE, 0),
    SO_SNDTIMEO(Level.SOCKET, 21, 0x1005, Treatment.LIVE, 0),
    SO_BINDTODEVICE(Level.SOCKET, 25, -1, Treatment.MISSING, 0),
    SO_TIMESTAMP(Level.SOCKET, 29, 0x400, Treatment.MISSING, 0),
    SO_ACCEPTCONN(Level.SOCKET, 30, 0x2, Treatment.READ_ONLY, 0),
    SO_MARK(Level.SOCKET, 36, -1, Treatment.KEPT, 0),
    SO_TIMESTAMPING(Level.SOCKET, 37, -1, Treatment.MISSING, 0),
    SO_PROTOCOL(Level.SOCKET, 38, 0x1016, Treatment.READ_ONLY, 0),
    SO_DOMAIN(Level.SOCKET, 39, 0x1019, Treatment.READ_ONLY, 0),
    SO_BUSY_POLL(Level.SOCKET, 46, -1, Treatment.KEPT, 0),
    SO_MAX_PACING_RATE(Level.SOCKET, 47, 0x1018, Treatment.MISSING, -1),
    SO_INCOMING_CPU(Level.SOCKET, 49, -1, Treatment.KEPT, 0),
    SO_ZEROCOPY(Level.SOCKET, 60, -1, Treatment.MISSING, 0),

    TCP_NODELAY(Level.TCP, 1, 1, Treatment.LIVE, 0),
    TCP_MAXSEG(Level.TCP, 2, 2, Treatment.LIVE, 0),
    TCP_CORK(Level.TCP, 3, -1, Treatment.LIVE, 0),
    TCP_NOPUSH(Level.TCP, -1, 4, Treatment.LIVE, 0),
    TCP_KEEPIDLE(Level.TCP, 4, 256, Treatment.KEPT, 7200),
    TCP_KEEPINTVL(Level.TCP, 5, 512, Treatment.KEPT, 75),
    TCP_KEEPCNT(Level.TCP, 6, 1024, Treatment.KEPT, 9),
    TCP_KEEPINIT(Level.TCP, -1, 128, Treatment.LIVE, 75),
    TCP_SYNCNT(Level.TCP, 7, -1, Treatment.LIVE, 6),
    TCP_LINGER2(Level.TCP, 8, -1, Treatment.LIVE, 60),
    TCP_NOOPT(Level.TCP, -1, 8, Treatment.LIVE, 0),
    TCP_DEFER_ACCEPT(Level.TCP, 9, -1, Treatment.MISSING, 0),
    TCP_WINDOW_CLAMP(Level.TCP, 10, -1, Treatment.MISSING, 0),
    TCP_INFO(Level.TCP, 11, 32, Treatment.READ_ONLY, 0),
    TCP_QUICKACK(Level.TCP, 12, -1, Treatment.LIVE, 1),
    TCP_CONGESTION(Level.TCP, 13, 64, Treatment.LIVE, 0),
    TCP_MD5SIG(Level.TCP, 14, 16, Treatment.MISSING, 0),
    TCP_THIN_LINEAR_TIMEOUTS(Level.TCP, 16, -1, Treatment.MISSING, 0),
    TCP_USER_TIMEOUT(Level.TCP, 18, -1, Treatment.LIVE, 0),
    TCP_FASTOPEN(Level.TCP, 23, 1025, Treatment.MISSING, 0),
    TCP_TIMESTAMP(Level.TCP, 24, -1, Treatment.MISSING, 0),
    TCP_NOTSENT_LOWAT(Level.TCP, 25, -1, Treatment.LIVE, -1),
    TCP_FASTOPEN_CONNECT(Level.TCP, 30, -1, Treatment.MISSING, 0),
    TCP_FASTOPEN_KEY(Level.TCP, 33, -1, Treatment.MISSING, 0),
    TCP_FASTOPEN_NO_COOKIE(Level.TCP, 34, -1, Treatment.MISSING, 0),
    TCP_INQ(Level.TCP, 36, -1, Treatment.MISSING, 0),
    TCP_TX_DELAY(Level.TCP, 37, -1, Treatment.MISSING, 0),
    TCP_REMOTE_UDP_ENCAPS_PORT(Level.TCP, -1, 71, Treatment.MISSING, 0),

    IP_TOS(Level.IP, 1, 3, Treatment.LIVE, 0),
    IP_TTL(Level.IP, 2, 4, Treatment.LIVE, 64),
    IP_MTU_DISCOVER(Level.IP, 10, -1, Treatment.LIVE, 1),
    IP_RECVERR(Level.IP, 11, -1, Treatment.MISSING, 0),
    IP_MTU(Level.IP, 14, -1, Treatment.READ_ONLY, 0),
    IP_FREEBIND(Level.IP, 15, -1, Treatment.LIVE, 0),
    IP_TRANSPARENT(Level.IP, 19, -1, Treatment.MISSING, 0),
    IP_BIND_ADDRESS_NO_PORT(Level.IP, 24, -1, Treatment.KEPT, 0),

    IPV6_UNICAST_HOPS(Level.IPV6, 16, 4, Treatment.LIVE, 64),
    IPV6_MTU_DISCOVER(Level.IPV6, 23, -1, Treatment.LIVE, 1),
    IPV6_RECVERR(Level.IPV6, 25, -1, Treatment.MISSING, 0),
    IPV6_V6ONLY(Level.IPV6, 26, 27, Treatment.LIVE, 0),
    IPV6_USE_MIN_MTU(Level.IPV6, -1, 42, Treatment.MISSING, -1),
    IPV6_TCLASS(Level.IPV6, 67, 61, Treatment.LIVE, 0);

    /// Whose option.
    enum Level {
        SOCKET(1, 0xffff),
        IP(0, 0),
        TCP(6, 6),
        IPV6(41, 41);

        private final int linux;
        private final int freebsd;

        Level(int linux, int freebsd) {
            this.linux = linux;
            this.freebsd = freebsd;
        }

        static @Nullable Level of(int number, Platform platform) {
            for (var level : values()) {
                if ((platform == Platform.LINUX ? level.linux : level.freebsd) == number) {
                    return level;
                }
            }
            return null;
        }
    }

    /// What setting it does.
    enum Treatment {
        /// Its value is kept and read back; nothing that a script can see depends on it.
        KEPT,
        /// It is carried out.
        LIVE,
        /// It cannot be set.
        READ_ONLY,
        /// Read back while it stands at its default; the engine does not have what any other value asks for.
        MISSING
    }

    private final Level level;
    private final int linux;
    private final int freebsd;
    private final Treatment treatment;
    private final int initial;

    Option(Level level, int linux, int freebsd, Treatment treatment, int initial) {
        this.level = level;
        this.linux = linux;
        this.freebsd = freebsd;
        this.treatment = treatment;
        this.initial = initial;
    }

    /// The option with a system's number; null when there is none.
    static @Nullable Option of(Level level, int number, Platform platform) {
        for (var option : values()) {
            if (option.level == level && option.number(platform) == number) {
                return option;
            }
        }
        return null;
    }

    private int number(Platform platform) {
        return platform == Platform.LINUX ? linux : freebsd;
    }

    Treatment treatment() {
        return treatment;
    }

    /// Its value before anybody has set it.
    int initial() {
        return initial;
    }
}
