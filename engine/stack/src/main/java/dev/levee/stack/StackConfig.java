package dev.levee.stack;

import dev.levee.guard.GuardConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a stack is: its addresses, its secrets, its limits. Immutable.
///
/// @param addresses this host's addresses with their networks
/// @param mtu the link's MTU in octets
/// @param secret the key of everything that outsiders must not guess (initial sequence numbers, ports, table
///     indexes)
/// @param limits named limits
/// @param ethernet on an Ethernet segment, what the station is; null on a link that carries IP packets
/// @param guard limits of handshakes under way
public record StackConfig(
        List<Cidr> addresses,
        int mtu,
        SipHash secret,
        Limits limits,
        @Nullable EthernetConfig ethernet,
        GuardConfig guard) {
    /// With the default limits of handshakes.
    public StackConfig(
            List<Cidr> addresses, int mtu, SipHash secret, Limits limits, @Nullable EthernetConfig ethernet) {
        this(addresses, mtu, secret, limits, ethernet, GuardConfig.DEFAULT);
    }

    /// On a link that carries IP packets.
    public StackConfig(List<Cidr> addresses, int mtu, SipHash secret, Limits limits) {
        this(addresses, mtu, secret, limits, null);
    }

    /// @throws IllegalArgumentException when a gateway is one of this host's own addresses
    public StackConfig {
        addresses = List.copyOf(addresses);
        for (var gateway : ethernet == null ? List.<IpAddress>of() : ethernet.gateways()) {
            if (addresses.stream().anyMatch(own -> own.address().equals(gateway))) {
                throw new IllegalArgumentException(
                        "the gateway " + gateway + " is this host's own address; give it the router's");
            }
        }
        Objects.requireNonNull(guard, "guard");
    }

    /// This with other limits of handshakes.
    public StackConfig withGuard(GuardConfig other) {
        return new StackConfig(addresses, mtu, secret, limits, ethernet, other);
    }
}
