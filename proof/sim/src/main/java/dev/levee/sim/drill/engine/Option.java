package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.script.Constants;
import dev.levee.sim.drill.system.Platform;
import org.jspecify.annotations.Nullable;

/// The socket options that are known here, under the names that systems have for them.
enum Option {
    SO_DEBUG(Level.SOCKET, Treatment.KEPT, 0),
    SO_REUSEADDR(Level.SOCKET, Treatment.KEPT, 0),
    SO_TYPE(Level.SOCKET, Treatment.READ_ONLY, 0),
    SO_ERROR(Level.SOCKET, Treatment.READ_ONLY, 0),
    SO_DONTROUTE(Level.SOCKET, Treatment.KEPT, 0),
    SO_BROADCAST(Level.SOCKET, Treatment.KEPT, 0),
    SO_SNDBUF(Level.SOCKET, Treatment.LIVE, 0),
    SO_RCVBUF(Level.SOCKET, Treatment.LIVE, 0),
    SO_KEEPALIVE(Level.SOCKET, Treatment.LIVE, 0),
    SO_OOBINLINE(Level.SOCKET, Treatment.LIVE, 0),
    SO_PRIORITY(Level.SOCKET, Treatment.KEPT, 0),
    SO_LINGER(Level.SOCKET, Treatment.LIVE, -1),
    SO_REUSEPORT(Level.SOCKET, Treatment.KEPT, 0),
    SO_RCVLOWAT(Level.SOCKET, Treatment.KEPT, 1),
    SO_SNDLOWAT(Level.SOCKET, Treatment.READ_ONLY, 1),
    SO_RCVTIMEO(Level.SOCKET, Treatment.LIVE, 0),
    SO_SNDTIMEO(Level.SOCKET, Treatment.LIVE, 0),
    SO_BINDTODEVICE(Level.SOCKET, Treatment.MISSING, 0),
    SO_TIMESTAMP(Level.SOCKET, Treatment.MISSING, 0),
    SO_ACCEPTCONN(Level.SOCKET, Treatment.READ_ONLY, 0),
    SO_MARK(Level.SOCKET, Treatment.KEPT, 0),
    SO_TIMESTAMPING(Level.SOCKET, Treatment.MISSING, 0),
    SO_PROTOCOL(Level.SOCKET, Treatment.READ_ONLY, 0),
    SO_DOMAIN(Level.SOCKET, Treatment.READ_ONLY, 0),
    SO_BUSY_POLL(Level.SOCKET, Treatment.KEPT, 0),
    SO_MAX_PACING_RATE(Level.SOCKET, Treatment.MISSING, -1),
    SO_INCOMING_CPU(Level.SOCKET, Treatment.KEPT, 0),
    SO_ZEROCOPY(Level.SOCKET, Treatment.MISSING, 0),

    TCP_NODELAY(Level.TCP, Treatment.LIVE, 0),
    TCP_MAXSEG(Level.TCP, Treatment.LIVE, 0),
    TCP_CORK(Level.TCP, Treatment.LIVE, 0),
    TCP_NOPUSH(Level.TCP, Treatment.LIVE, 0),
    TCP_KEEPIDLE(Level.TCP, Treatment.LIVE, 7200),
    TCP_KEEPINTVL(Level.TCP, Treatment.LIVE, 75),
    TCP_KEEPCNT(Level.TCP, Treatment.LIVE, 9),
    TCP_KEEPINIT(Level.TCP, Treatment.LIVE, 75),
    TCP_SYNCNT(Level.TCP, Treatment.LIVE, 6),
    TCP_LINGER2(Level.TCP, Treatment.LIVE, 60),
    TCP_NOOPT(Level.TCP, Treatment.MISSING, 0),
    TCP_DEFER_ACCEPT(Level.TCP, Treatment.MISSING, 0),
    TCP_WINDOW_CLAMP(Level.TCP, Treatment.MISSING, 0),
    TCP_INFO(Level.TCP, Treatment.READ_ONLY, 0),
    TCP_QUICKACK(Level.TCP, Treatment.LIVE, 1),
    TCP_CONGESTION(Level.TCP, Treatment.LIVE, 0),
    TCP_MD5SIG(Level.TCP, Treatment.MISSING, 0),
    TCP_THIN_LINEAR_TIMEOUTS(Level.TCP, Treatment.MISSING, 0),
    TCP_USER_TIMEOUT(Level.TCP, Treatment.LIVE, 0),
    TCP_FASTOPEN(Level.TCP, Treatment.LIVE, 0),
    TCP_TIMESTAMP(Level.TCP, Treatment.MISSING, 0),
    TCP_NOTSENT_LOWAT(Level.TCP, Treatment.LIVE, 0),
    TCP_FASTOPEN_CONNECT(Level.TCP, Treatment.LIVE, 0),
    TCP_FASTOPEN_KEY(Level.TCP, Treatment.LIVE, 0),
    TCP_FASTOPEN_NO_COOKIE(Level.TCP, Treatment.LIVE, 0),
    TCP_INQ(Level.TCP, Treatment.LIVE, 0),
    TCP_TX_DELAY(Level.TCP, Treatment.MISSING, 0),
    TCP_REMOTE_UDP_ENCAPS_PORT(Level.TCP, Treatment.MISSING, 0),

    IP_TOS(Level.IP, Treatment.LIVE, 0),
    IP_TTL(Level.IP, Treatment.LIVE, 64),
    IP_MTU_DISCOVER(Level.IP, Treatment.LIVE, 1),
    IP_RECVERR(Level.IP, Treatment.MISSING, 0),
    IP_MTU(Level.IP, Treatment.READ_ONLY, 0),
    IP_FREEBIND(Level.IP, Treatment.LIVE, 0),
    IP_TRANSPARENT(Level.IP, Treatment.MISSING, 0),
    IP_BIND_ADDRESS_NO_PORT(Level.IP, Treatment.KEPT, 0),

    IPV6_UNICAST_HOPS(Level.IPV6, Treatment.LIVE, 64),
    IPV6_MTU_DISCOVER(Level.IPV6, Treatment.LIVE, 1),
    IPV6_RECVERR(Level.IPV6, Treatment.MISSING, 0),
    IPV6_V6ONLY(Level.IPV6, Treatment.LIVE, 0),
    IPV6_USE_MIN_MTU(Level.IPV6, Treatment.MISSING, -1),
    IPV6_TCLASS(Level.IPV6, Treatment.LIVE, 0);

    /// Whose option.
    enum Level {
        SOCKET("SOL_SOCKET", "SO_"),
        IP("IPPROTO_IP", "IP_"),
        TCP("IPPROTO_TCP", "TCP_"),
        IPV6("IPPROTO_IPV6", "IPV6_");

        private final String name;
        private final String prefix;

        Level(String name, String prefix) {
            this.name = name;
            this.prefix = prefix;
        }

        /// The name of one of its options, or digits when nobody knows it.
        String option(int number, Platform platform) {
            return Constants.of(platform).name(prefix, number);
        }

        static @Nullable Level of(int number, Platform platform) {
            for (var level : values()) {
                if (Constants.of(platform).value(level.name).orElse(-1) == number) {
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
    private final Treatment treatment;
    private final int initial;

    Option(Level level, Treatment treatment, int initial) {
        this.level = level;
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

    private long number(Platform platform) {
        return Constants.of(platform).value(name()).orElse(Long.MIN_VALUE);
    }

    Treatment treatment() {
        return treatment;
    }

    /// Its value before anybody has set it.
    int initial() {
        return initial;
    }
}
