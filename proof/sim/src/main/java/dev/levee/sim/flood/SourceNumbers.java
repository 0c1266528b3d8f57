package dev.levee.sim.flood;

import dev.levee.path.SeededRandom;
import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Addresses for the sources of a capture, out of one network: two sources have two addresses, and where they
/// lie is a function of a seed and of the order in which they came, not of what they were.
///
/// Sources of one network (24 bits of an IPv4 address, 64 of an IPv6 one) stay in one, where there are networks
/// enough. Where they come from more of them, they are spread over all that there are. Only when there are more
/// sources than addresses do some share one.
///
/// Threads: one owner.
final class SourceNumbers {
    private static final int V4_HOST_BITS = 8;
    private static final int V6_HOST_BITS = 64;
    /// The host numbers of a network that are used: neither the first, the network's, nor the last, all ones.
    private static final int V4_HOSTS = 254;

    private static final int V6_HOSTS = 0xffff;

    private final boolean v4;
    private final IpAddress network;
    /// Which network of `sources` a number is, and which host in it; in any order, but each once.
    private final int[] networks;

    private final int[] hosts;
    private final Map<IpAddress, IpAddress> addresses = new HashMap<>();
    private final long distinct;

    /// @param sources of at least two networks, so at most a /23 or a /63
    /// @param captured where the segments came from, one after the other, each as often as it did
    SourceNumbers(Cidr sources, List<IpAddress> captured, long seed) {
        v4 = sources.address().isV4();
        network = sources.network();
        int bits = (v4 ? 32 - V4_HOST_BITS : 128 - V6_HOST_BITS) - sources.prefixBits();
        if (bits < 1) {
            throw new IllegalArgumentException(sources + " is too small a network to replay a capture from");
        }
        var random = new SeededRandom(seed);
        // The first network is left out: whoever sends from there has an address in it himself.
        networks = shuffled((1 << Math.min(bits, 16)) - 1, random);
        hosts = shuffled(v4 ? V4_HOSTS : V6_HOSTS, random);
        if (!byNetwork(captured)) {
            spread(captured);
        }
        distinct = addresses.values().stream().distinct().count();
    }

    /// The numbers from 1 to `count`.
    private static int[] shuffled(int count, SeededRandom random) {
        var numbers = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            numbers[i] = numbers[other];
            numbers[other] = i + 1;
        }
        return numbers;
    }

    /// Gives addresses so that networks stay together.
    ///
    /// @return whether there was room
    private boolean byNetwork(List<IpAddress> captured) {
        var numbers = new HashMap<IpAddress, Integer>();
        var members = new int[networks.length];
        for (var source : captured) {
            if (addresses.containsKey(source)) {
                continue;
            }
            int number = numbers.computeIfAbsent(networkOf(source), _ -> numbers.size());
            if (number >= networks.length || members[number] == hosts.length) {
                addresses.clear();
                return false;
            }
            addresses.put(source, address(number, members[number]++));
        }
        return true;
    }

    private static IpAddress networkOf(IpAddress source) {
        return source.isV4()
                ? new IpAddress(source.high(), source.low() & -1L << V4_HOST_BITS)
                : new IpAddress(source.high(), 0);
    }

    private void spread(List<IpAddress> captured) {
        long number = 0;
        for (var source : captured) {
            if (!addresses.containsKey(source)) {
                int host = (int) (number / networks.length % hosts.length);
                addresses.put(source, address((int) (number % networks.length), host));
                number++;
            }
        }
    }

    private IpAddress address(int number, int host) {
        return v4
                ? new IpAddress(network.high(), network.low() | (long) networks[number] << V4_HOST_BITS | hosts[host])
                : new IpAddress(network.high() | networks[number], network.low() | hosts[host]);
    }

    /// The address of a source of the capture.
    IpAddress of(IpAddress source) {
        return Objects.requireNonNull(addresses.get(source), "every source of the capture has one");
    }

    int sources() {
        return addresses.size();
    }

    int addresses() {
        return (int) distinct;
    }
}
