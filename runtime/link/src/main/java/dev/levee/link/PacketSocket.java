package dev.levee.link;

import dev.levee.wire.EthernetFrame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Opening the sockets of a [PacketLink]: packet(7). Either it all works, or nothing is left behind and
/// the user is told why.
///
/// Threads: one owner.
///
/// @param fd receives, and sends through its ring
/// @param longFd sends what is longer than a slot of the ring, and receives nothing
/// @param index the interface's number
/// @param mtu the interface's
/// @param memory both rings, mapped until [#close]
/// @param bytes of the kernel's memory that frames may take, both directions
record PacketSocket(
        int fd, int longFd, int index, int mtu, MemorySegment memory, RingLayout in, RingLayout out, long bytes) {
    private static final String PRIVILEGE = "run as root, or give Java the capability CAP_NET_RAW";

    /// What the kernel reckons for the shortest frame.
    private static final int FRAME_OVERHEAD_BYTES = 768;

    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int ARPHRD_ETHER = 1;
    private static final short ETH_P_ALL = 3;

    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_COPY_THRESH = 7;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_TX_RING = 13;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int TPACKET_V2 = 1;
    private static final short PACKET_MR_PROMISC = 1;

    // struct sockaddr_ll: family, protocol in network order, interface; the rest is not needed.
    private static final long ADDRESS_BYTES = 20;
    // struct packet_mreq: interface, type, length and octets of an address.
    private static final long MEMBERSHIP_BYTES = 16;
    // struct tpacket_req: octets of a block, blocks, octets of a slot, slots.
    private static final long REQUEST_BYTES = 16;
    // struct tpacket_stats: frames, lost frames.
    private static final long STATISTICS_BYTES = 8;

    /// The interfaces that this process has taken: two links on one would each get what the other one's
    /// side sent.
    private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

    static PacketSocket open(PacketSettings settings, Errno errno) throws LinkException {
        var name = settings.name();
        try (var interfaces = new NativeInterface(errno)) {
            int index = interfaces.index(name);
            check(settings, interfaces, index);
            if (!TAKEN.add(index)) {
                throw new LinkException(
                        "the interface " + name + " is used by this process already; choose another one");
            }
            boolean opened = false;
            try {
                var socket = open(settings, errno, index, interfaces.mtu(name));
                opened = true;
                return socket;
            } finally {
                if (!opened) {
                    TAKEN.remove(index);
                }
            }
        } catch (NativeException e) {
            throw new LinkException(unusable(name) + e.getMessage(), e);
        }
    }

    private static String unusable(String name) {
        return "the interface " + name + " cannot be used: ";
    }

    /// @param index 0: there is none
    private static void check(PacketSettings settings, NativeInterface interfaces, int index)
            throws LinkException, NativeException {
        var name = settings.name();
        if (index == 0) {
            throw new LinkException("there is no network interface " + name + "; `ip link` lists those that there are");
        }
        if (interfaces.hardware(name) != ARPHRD_ETHER) {
            throw new LinkException(
                    "the interface " + name
                            + " is not one of Ethernet; use a network card's, or one of a veth pair, or tun:NAME for IP packets");
        }
        if (!interfaces.up(name)) {
            throw new LinkException(
                    "the interface " + name + " is down; bring it up with `ip link set dev " + name + " up`");
        }
        var addresses = addresses(name);
        if (!addresses.isEmpty()) {
            throw new LinkException("the interface " + name + " carries the address " + addresses.getFirst()
                    + ", so this machine would answer beside Levee; remove it with `ip address flush dev " + name
                    + " scope global`");
        }
    }

    /// All addresses but IPv6's link-local ones.
    private static List<String> addresses(String name) throws LinkException {
        var found = new ArrayList<String>();
        try {
            var device = NetworkInterface.getByName(name);
            if (device != null) {
                device.inetAddresses()
                        .filter(address -> address instanceof Inet4Address || !address.isLinkLocalAddress())
                        .map(address -> address.getHostAddress().replaceFirst("%.*", ""))
                        .forEach(found::add);
            }
        } catch (SocketException e) {
            throw new LinkException(unusable(name) + e.getMessage(), e);
        }
        return found;
    }

    private static PacketSocket open(PacketSettings settings, Errno errno, int index, int mtu)
            throws LinkException, NativeException {
        int fd = newSocket(settings.name(), errno);
        int longFd = -1;
        boolean opened = false;
        try {
            longFd = newSocket(settings.name(), errno);
            NativeSocket.setInt(errno, longFd, SOL_PACKET, PACKET_VNET_HDR, 1);
            var socket = setUp(settings, errno, fd, longFd, index, mtu);
            opened = true;
            return socket;
        } finally {
            if (!opened) {
                NativeFile.close(fd);
                if (longFd >= 0) {
                    NativeFile.close(longFd);
                }
            }
        }
    }

    /// Of no protocol, so that nothing is received before all is set up.
    private static int newSocket(String name, Errno errno) throws LinkException, NativeException {
        try {
            return NativeFile.socket(errno, AF_PACKET, SOCK_RAW | NativeFile.O_NONBLOCK);
        } catch (NativeException e) {
            if (e.errno() == Errno.EPERM || e.errno() == Errno.EACCES) {
                throw new LinkException("no permission to take over the interface " + name + "; " + PRIVILEGE, e);
            }
            if (e.errno() == Errno.EAFNOSUPPORT) {
                throw new LinkException(
                        "this machine has no packet sockets; load their module with `modprobe af_packet`", e);
            }
            throw e;
        }
    }

    private static PacketSocket setUp(PacketSettings settings, Errno errno, int fd, int longFd, int index, int mtu)
            throws NativeException {
        var in = RingLayout.of(settings.ringBytes(), frameBytes(mtu));
        var out = RingLayout.of(settings.transmitBytes(), frameBytes(mtu));
        NativeSocket.setInt(errno, fd, SOL_PACKET, PACKET_VERSION, TPACKET_V2);
        NativeSocket.setInt(errno, fd, SOL_PACKET, PACKET_VNET_HDR, 1);
        NativeSocket.setInt(errno, fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
        NativeSocket.setInt(errno, fd, SOL_PACKET, PACKET_COPY_THRESH, 1);
        ring(errno, fd, PACKET_RX_RING, in);
        ring(errno, fd, PACKET_TX_RING, out);
        // The kernel doubles what it is asked for, because frames take more room than their octets.
        buffer(errno, fd, NativeSocket.SO_RCVBUFFORCE, NativeSocket.SO_RCVBUF, settings.longBytes() / 2);
        // Full before the ring is: only then does ppoll(2) tell of room.
        int ringQueueBytes = out.slots() * FRAME_OVERHEAD_BYTES;
        buffer(errno, fd, NativeSocket.SO_SNDBUFFORCE, NativeSocket.SO_SNDBUF, ringQueueBytes / 2);
        buffer(errno, longFd, NativeSocket.SO_SNDBUFFORCE, NativeSocket.SO_SNDBUF, settings.queueBytes() / 2);
        long bytes = in.bytes()
                + out.bytes()
                + (long) NativeSocket.getInt(errno, fd, NativeSocket.SOL_SOCKET, NativeSocket.SO_RCVBUF)
                + NativeSocket.getInt(errno, fd, NativeSocket.SOL_SOCKET, NativeSocket.SO_SNDBUF)
                + NativeSocket.getInt(errno, longFd, NativeSocket.SOL_SOCKET, NativeSocket.SO_SNDBUF);
        var memory = NativeSocket.map(errno, fd, (long) in.bytes() + out.bytes());
        boolean bound = false;
        try {
            promiscuous(errno, fd, index);
            bind(errno, longFd, index, (short) 0);
            bind(errno, fd, index, Short.reverseBytes(ETH_P_ALL));
            bound = true;
            return new PacketSocket(fd, longFd, index, mtu, memory, in, out, bytes);
        } finally {
            if (!bound) {
                NativeSocket.unmap(memory);
            }
        }
    }

    /// The longest frame that an interface carries in one piece: with two tags, a provider's and a
    /// customer's.
    static int frameBytes(int mtu) {
        return mtu + EthernetFrame.HEADER_BYTES + 2 * EthernetFrame.TAG_BYTES;
    }

    private static void ring(Errno errno, int fd, int option, RingLayout layout) throws NativeException {
        try (var arena = Arena.ofConfined()) {
            var request = arena.allocate(REQUEST_BYTES, 4);
            request.set(ValueLayout.JAVA_INT, 0, RingLayout.BLOCK_BYTES);
            request.set(ValueLayout.JAVA_INT, 4, layout.blocks());
            request.set(ValueLayout.JAVA_INT, 8, layout.slotBytes());
            request.set(ValueLayout.JAVA_INT, 12, layout.slots());
            NativeSocket.set(errno, fd, SOL_PACKET, option, request);
        }
    }

    /// Beyond the machine's limit where that is allowed (CAP_NET_ADMIN), otherwise up to it.
    private static void buffer(Errno errno, int fd, int force, int within, int bytes) throws NativeException {
        try {
            NativeSocket.setInt(errno, fd, NativeSocket.SOL_SOCKET, force, bytes);
        } catch (NativeException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
            NativeSocket.setInt(errno, fd, NativeSocket.SOL_SOCKET, within, bytes);
        }
    }

    private static void promiscuous(Errno errno, int fd, int index) throws NativeException {
        try (var arena = Arena.ofConfined()) {
            var membership = arena.allocate(MEMBERSHIP_BYTES, 4);
            membership.set(ValueLayout.JAVA_INT, 0, index);
            membership.set(ValueLayout.JAVA_SHORT, 4, PACKET_MR_PROMISC);
            NativeSocket.set(errno, fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership);
        }
    }

    private static void bind(Errno errno, int fd, int index, short protocol) throws NativeException {
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(ADDRESS_BYTES, 4);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(ValueLayout.JAVA_SHORT, 2, protocol);
            address.set(ValueLayout.JAVA_INT, 4, index);
            NativeSocket.bind(errno, fd, address);
        }
    }

    /// Frames that found no room since this was last asked.
    long missed(Errno errno) throws NativeException {
        try (var arena = Arena.ofConfined()) {
            var statistics = arena.allocate(STATISTICS_BYTES, 4);
            NativeSocket.get(errno, fd, SOL_PACKET, PACKET_STATISTICS, statistics);
            return Integer.toUnsignedLong(statistics.get(ValueLayout.JAVA_INT, 4));
        }
    }

    /// Takes back what the socket has to complain of: that the interface went down.
    void clearError(Errno errno) throws NativeException {
        int _ = NativeSocket.getInt(errno, fd, NativeSocket.SOL_SOCKET, NativeSocket.SO_ERROR);
    }

    /// Whether the interface is still there, and still the same.
    boolean present(Errno errno, String name) throws NativeException {
        try (var interfaces = new NativeInterface(errno)) {
            return interfaces.index(name) == index;
        }
    }

    /// The memory is gone afterwards: nobody may look at it any more.
    void close() {
        NativeSocket.unmap(memory);
        NativeFile.close(fd);
        NativeFile.close(longFd);
        TAKEN.remove(index);
    }
}
