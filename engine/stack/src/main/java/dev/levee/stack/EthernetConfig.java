package dev.levee.stack;

import dev.levee.wire.IpAddress;
import dev.levee.wire.MacAddress;
import dev.levee.wire.SipHash;
import java.util.List;

/// What makes a stack a host on an Ethernet segment. Immutable.
///
/// @param mac the station's address
/// @param gateways where packets for other networks go, at most one of each family; without one, hosts of
///     other networks cannot be reached
/// @param detection which of our addresses are asked for before they are used
/// @param routerDiscovery whether routers that advertise themselves (RFC 4861 §6.3) become gateways, after
///     those of `gateways`, and their on-link prefixes neighbours. Whoever is on the segment can advertise.
public record EthernetConfig(
        MacAddress mac, List<IpAddress> gateways, DuplicateDetection detection, boolean routerDiscovery) {

    /// Which addresses are asked for, for as long as the RFCs have it, before they are used.
    public enum DuplicateDetection {
        /// None: they work at once.
        OFF,
        /// Those of IPv6, 1 to 2 s (RFC 4862 §5.4), as most systems do.
        IPV6,
        /// Those of IPv4, too, 4 to 7 s (RFC 5227 §2.1).
        ALL
    }

    /// @throws IllegalArgumentException when the station's address is a group's, or a gateway cannot be one
    public EthernetConfig {
        gateways = List.copyOf(gateways);
        if (!mac.isStation()) {
            throw new IllegalArgumentException(mac + " cannot be a station's address; take one like 02:00:5e:10:00:01");
        }
        for (var gateway : gateways) {
            if (gateway.isAny() || gateway.isMulticast() || gateway.isLoopback() || gateway.isBroadcast()) {
                throw new IllegalArgumentException(gateway + " cannot be a gateway's address");
            }
        }
        if (gateways.stream().map(IpAddress::isV4).distinct().count() < gateways.size()) {
            throw new IllegalArgumentException("there can be one gateway of each family, not more");
        }
    }

    /// A station's address that follows from a secret: another one for each secret, and nobody's registered.
    public static MacAddress macOf(SipHash secret) {
        return MacAddress.local(Keys.MAC.from(secret).hash(0, 0, 0, 0, 0));
    }
}
