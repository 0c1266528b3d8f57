package dev.levee.wire;

/// An address with the length of its network's prefix: `198.18.0.2/24`.
///
/// Threads: any.
///
/// @param address the host's own address, not the network's
/// @param prefixBits 0 to 32 for IPv4, 0 to 128 for IPv6
public record Cidr(IpAddress address, int prefixBits) {
    public Cidr {
        int bitsMax = address.isV4() ? 32 : 128;
        if (prefixBits < 0 || prefixBits > bitsMax) {
            throw new IllegalArgumentException(
                    "the prefix length of " + address + " must lie in 0.." + bitsMax + ", not " + prefixBits);
        }
    }

    /// Reads `ADDRESS/BITS`.
    ///
    /// @throws IllegalArgumentException with a sentence that names the text
    public static Cidr parse(String text) {
        return AddressText.parseCidr(text);
    }

    /// Whether `other` lies in this network; addresses of the other family never do.
    public boolean contains(IpAddress other) {
        if (other.isV4() != address.isV4()) {
            return false;
        }
        int bits = address.isV4() ? 96 + prefixBits : prefixBits;
        return ((other.high() ^ address.high()) & highMask(bits)) == 0
                && ((other.low() ^ address.low()) & lowMask(bits)) == 0;
    }

    /// The network's first address.
    public IpAddress network() {
        int bits = address.isV4() ? 96 + prefixBits : prefixBits;
        return new IpAddress(address.high() & highMask(bits), address.low() & lowMask(bits));
    }

    /// Whether `other` is the directed broadcast address of this network. Only IPv4 networks of up to 30 bits
    /// have one.
    public boolean broadcast(IpAddress other) {
        return prefixBits <= 30 && address.isV4() && contains(other) && (other.low() | lowMask(96 + prefixBits)) == -1L;
    }

    /// The first host address of this network that is not this host's own: what the other end of a link is
    /// given.
    ///
    /// @throws IllegalArgumentException when the network has no room for a second host
    public IpAddress firstOtherHost() {
        if (prefixBits == (address.isV4() ? 32 : 128)) {
            throw new IllegalArgumentException(this + " has no room for a second host; use a shorter prefix");
        }
        boolean twoHosts = prefixBits == (address.isV4() ? 31 : 127);
        var network = network();
        var first = new IpAddress(network.high(), network.low() + (twoHosts ? 0 : 1));
        return first.equals(address) ? new IpAddress(first.high(), first.low() + 1) : first;
    }

    private static long highMask(int bits) {
        return bits >= 64 ? -1L : bits == 0 ? 0 : -1L << 64 - bits;
    }

    private static long lowMask(int bits) {
        return bits <= 64 ? 0 : -1L << 128 - bits;
    }

    @Override
    public String toString() {
        return address + "/" + prefixBits;
    }
}
