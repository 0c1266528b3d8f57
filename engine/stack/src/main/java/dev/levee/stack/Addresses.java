package dev.levee.stack;

import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// This host's addresses, and which packets they make welcome.
///
/// Threads: shard.
final class Addresses {
    private final List<Cidr> networks;
    private final long[] ownHigh;
    private final long[] ownLow;
    /// Low halves of the directed broadcast addresses of this host's IPv4 networks.
    private final long[] broadcasts;

    Addresses(List<Cidr> networks) {
        this.networks = networks;
        ownHigh = networks.stream().mapToLong(cidr -> cidr.address().high()).toArray();
        ownLow = networks.stream().mapToLong(cidr -> cidr.address().low()).toArray();
        broadcasts = networks.stream()
                .filter(cidr -> cidr.address().isV4() && cidr.prefixBits() <= 30)
                .mapToLong(cidr -> cidr.network().low() | 0xffff_ffffL >>> cidr.prefixBits())
                .toArray();
    }

    /// Whether the packet is for this host and comes from someone who can be answered.
    ///
    /// Multicast and broadcast destinations are not this host's: nothing here serves groups, and RFC 9293
    /// §3.9.2.3 has a SYN to them silently discarded.
    DropReason check(IpPacket ip) {
        // An IPv6 packet with a mapped address would be taken for another family's.
        if (!ours(ip.dstHigh(), ip.dstLow()) || ip.v4() != IpAddress.isV4(ip.dstHigh(), ip.dstLow())) {
            return DropReason.NOT_OURS;
        }
        if (ip.v4() != IpAddress.isV4(ip.srcHigh(), ip.srcLow()) || !answerable(ip.srcHigh(), ip.srcLow())) {
            return DropReason.BAD_SOURCE;
        }
        return DropReason.NONE;
    }

    /// Whether this address is one of this host's.
    boolean ours(long high, long low) {
        for (int i = 0; i < ownLow.length; i++) {
            if (ownLow[i] == low && ownHigh[i] == high) {
                return true;
            }
        }
        return false;
    }

    /// Whether a packet may come from this address, and one may be sent to it. Our own address from outside is
    /// the land attack: a SYN that makes a host talk to itself. RFC 9293 §3.9.2.3:
    /// > A TCP implementation MUST reject as an error a local OPEN call for an invalid remote IP address
    /// > (e.g., a broadcast or multicast address)
    boolean answerable(long high, long low) {
        if (ours(high, low)) {
            return false;
        }
        return IpAddress.isV4(high, low) ? answerableV4(low) : answerableV6(high, low);
    }

    private boolean answerableV4(long low) {
        for (long broadcast : broadcasts) {
            if (broadcast == low) {
                return false;
            }
        }
        int first = (int) low >>> 24;
        // This network, this host, groups, reserved, broadcast (RFC 1122 §3.2.1.3).
        return first != 0 && first != 127 && first < 224;
    }

    private static boolean answerableV6(long high, long low) {
        boolean unspecifiedOrLoopback = high == 0 && low >>> 1 == 0;
        return !unspecifiedOrLoopback && high >>> 56 != 0xff;
    }

    /// The address to speak to `remote` from: the one in its network, or else the first of its family; null
    /// when there is none.
    @Nullable
    IpAddress sourceFor(IpAddress remote) {
        IpAddress first = null;
        for (var network : networks) {
            if (network.contains(remote)) {
                return network.address();
            }
            if (first == null && network.address().isV4() == remote.isV4()) {
                first = network.address();
            }
        }
        return first;
    }
}
