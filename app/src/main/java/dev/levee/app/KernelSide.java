package dev.levee.app;

import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;

/// What the kernel's end of a new link is called: the first host of each network that is not ours.
///
/// Threads: any.
final class KernelSide {
    private KernelSide() {}

    /// @param own this side's addresses
    /// @throws Problem when an address cannot be a host's, is given twice, or leaves the kernel no room
    static List<Cidr> of(List<Cidr> own) throws Problem {
        var others = new ArrayList<Cidr>();
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
