package dev.levee.app;

import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;

/// What the kernel's end of a new link is called: the gateway of each network, or else its first host that is
/// not ours. Nobody else can be the gateway, for nobody else is at that link.
///
/// Threads: any.
final class KernelSide {
    private static final Cidr LINK_LOCAL = Cidr.parse("fe80::/64");

    private KernelSide() {}

    /// @param own this side's addresses
    /// @param gateways those that this side was given
    /// @throws Problem when an address cannot be a host's, is given twice, or leaves the kernel no room, or a
    ///     gateway is out of reach
    static List<Cidr> of(List<Cidr> own, List<IpAddress> gateways) throws Problem {
        var others = new ArrayList<Cidr>();
        for (var gateway : gateways) {
            others.add(new Cidr(gateway, prefixBits(gateway, own)));
        }
        for (int i = 0; i < own.size(); i++) {
            var cidr = own.get(i);
            check(cidr);
            for (var earlier : own.subList(0, i)) {
                if (earlier.address().equals(cidr.address())) {
                    throw new Problem("--address " + cidr.address() + " is given twice");
                }
            }
            if (others.stream().noneMatch(other -> other.contains(cidr.address()))) {
                others.add(new Cidr(firstFree(cidr, own), cidr.prefixBits()));
            }
        }
        return others;
    }

    /// Of the network that a gateway is in: one of ours, or the link's own.
    private static int prefixBits(IpAddress gateway, List<Cidr> own) throws Problem {
        if (ours(gateway, own)) {
            throw new Problem("--gateway " + gateway + " is our own --address; give the router's");
        }
        for (var cidr : own) {
            if (cidr.contains(gateway) && !cidr.broadcast(gateway)) {
                return cidr.prefixBits();
            }
        }
        boolean v6 = own.stream().anyMatch(cidr -> !cidr.address().isV4());
        if (v6 && LINK_LOCAL.contains(gateway)) {
            return LINK_LOCAL.prefixBits();
        }
        throw new Problem("--gateway " + gateway + " is in no network of an --address, so it cannot be reached");
    }

    private static void check(Cidr cidr) throws Problem {
        var address = cidr.address();
        boolean network = address.equals(cidr.network()) && cidr.prefixBits() < (address.isV4() ? 31 : 127);
        if (address.isAny() || address.isMulticast() || address.isLoopback() || address.isBroadcast()) {
            throw new Problem("--address " + cidr + " cannot be a host's address; take one like 198.18.0.2/24");
        }
        if (network || cidr.broadcast(address)) {
            throw new Problem("--address " + cidr + " means the whole network; take a host's address in it, like "
                    + new Cidr(next(next(cidr.network())), cidr.prefixBits()));
        }
    }

    private static IpAddress firstFree(Cidr cidr, List<Cidr> own) throws Problem {
        IpAddress candidate;
        try {
            candidate = cidr.firstOtherHost();
        } catch (IllegalArgumentException e) {
            throw new Problem("--address " + e.getMessage());
        }
        while (ours(candidate, own)) {
            candidate = next(candidate);
        }
        if (!cidr.contains(candidate) || cidr.broadcast(candidate)) {
            throw new Problem(
                    "--address " + cidr + " leaves the kernel no address in its network; use a shorter prefix");
        }
        return candidate;
    }

    private static boolean ours(IpAddress address, List<Cidr> own) {
        return own.stream().anyMatch(cidr -> cidr.address().equals(address));
    }

    private static IpAddress next(IpAddress address) {
        return new IpAddress(address.high(), address.low() + 1);
    }
}
