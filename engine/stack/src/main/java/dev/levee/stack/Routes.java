package dev.levee.stack;

import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a packet goes next: to its destination, if that is a neighbour, or else to a gateway (RFC 4861 §5.2).
///
/// Threads: shard.
final class Routes {
    private static final long LINK_LOCAL = 0xfe80_0000_0000_0000L >>> 54;

    private final long[] networkHigh;
    private final long[] networkLow;
    private final int[] networkBits;
    private final boolean[] networkV4;
    private final @Nullable IpAddress gatewayV4;
    private final @Nullable IpAddress gatewayV6;
    private final @Nullable Routers routers;
    private long hopHigh;
    private long hopLow;

    Routes(List<Cidr> networks, EthernetConfig config, @Nullable Routers routers) {
        this.routers = routers;
        networkHigh = networks.stream().mapToLong(cidr -> cidr.address().high()).toArray();
        networkLow = networks.stream().mapToLong(cidr -> cidr.address().low()).toArray();
        networkBits = networks.stream()
                .mapToInt(cidr -> cidr.prefixBits() + (cidr.address().isV4() ? 96 : 0))
                .toArray();
        networkV4 = new boolean[networks.size()];
        for (int i = 0; i < networkV4.length; i++) {
            networkV4[i] = networks.get(i).address().isV4();
        }
        gatewayV4 = gateway(config, true);
        gatewayV6 = gateway(config, false);
    }

    private static @Nullable IpAddress gateway(EthernetConfig config, boolean v4) {
        for (var gateway : config.gateways()) {
            if (gateway.isV4() == v4) {
                return gateway;
            }
        }
        return null;
    }

    /// Finds the next hop: [#hopHigh] and [#hopLow].
    ///
    /// @return false when there is none
    boolean find(long nowNanos, long high, long low) {
        if (onLink(nowNanos, high, low)) {
            hopHigh = high;
            hopLow = low;
            return true;
        }
        boolean v4 = IpAddress.isV4(high, low);
        var gateway = v4 ? gatewayV4 : gatewayV6;
        if (gateway != null) {
            hopHigh = gateway.high();
            hopLow = gateway.low();
            return true;
        }
        if (v4 || routers == null || !routers.choose(nowNanos)) {
            return false;
        }
        hopHigh = routers.chosenHigh();
        hopLow = routers.chosenLow();
        return true;
    }

    /// Whether an address is a neighbour's.
    boolean onLink(long nowNanos, long high, long low) {
        boolean v4 = IpAddress.isV4(high, low);
        for (int i = 0; i < networkBits.length; i++) {
            if (networkV4[i] == v4 && matches(high, low, networkHigh[i], networkLow[i], networkBits[i])) {
                return true;
            }
        }
        return high >>> 54 == LINK_LOCAL || routers != null && routers.onLink(nowNanos, high, low);
    }

    static boolean matches(long high, long low, long prefixHigh, long prefixLow, int bits) {
        long highMask = bits >= 64 ? -1L : bits == 0 ? 0 : -1L << 64 - bits;
        long lowMask = bits <= 64 ? 0 : -1L << 128 - bits;
        return ((high ^ prefixHigh) & highMask) == 0 && ((low ^ prefixLow) & lowMask) == 0;
    }

    boolean isGateway(long high, long low) {
        return is(gatewayV4, high, low) || is(gatewayV6, high, low) || routers != null && routers.knows(high, low);
    }

    private static boolean is(@Nullable IpAddress gateway, long high, long low) {
        return gateway != null && gateway.high() == high && gateway.low() == low;
    }

    /// A next hop does not answer.
    void failed(long high, long low) {
        if (routers != null) {
            routers.failed(high, low);
        }
    }

    long hopHigh() {
        return hopHigh;
    }

    long hopLow() {
        return hopLow;
    }
}
