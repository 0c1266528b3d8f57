package dev.levee.stack;

import dev.levee.wire.Cidr;
import dev.levee.wire.SipHash;
import java.util.List;

/// What a stack is: its addresses, its secrets, its limits. Immutable.
///
/// @param addresses this host's addresses with their networks
/// @param mtu the link's MTU in octets
/// @param secret the key of everything that outsiders must not guess (initial sequence numbers, ports, table
///     indexes)
/// @param limits named limits
public record StackConfig(List<Cidr> addresses, int mtu, SipHash secret, Limits limits) {
    public StackConfig {
        addresses = List.copyOf(addresses);
    }
}
