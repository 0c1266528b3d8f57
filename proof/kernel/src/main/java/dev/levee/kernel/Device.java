package dev.levee.kernel;

import dev.levee.sim.drill.system.Setup;
import dev.levee.wire.Bytes;
import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Makes the network of a script: loopback, and a TUN device with the system's address and a route to
/// everything else. It has the offloads of an Ethernet card, so that the kernel sends the super-segments that
/// scripts expect, and a plain queue, so that nothing is paced.
///
/// Packets are seen by a packet socket, because that has the time at which the kernel sent them.
///
/// @param tun the open /dev/net/tun, nonblocking
/// @param sniffer the packet socket, nonblocking
record Device(int tun, int sniffer) {
    /// A virtio header without the count of buffers: struct virtio_net_hdr.
    static final int VNET_BYTES = 10;

    static final String NAME = "tun0";

    private static final long O_RDWR_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
    private static final long SOCK_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_RAW = 3;
    private static final int AF_NETLINK = 16;
    private static final int AF_PACKET = 17;
    private static final int ETH_P_ALL = 3;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_TIMESTAMPNS = 35;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_VNET_HDR = 15;

    private static final int SNIFFER_BUFFER_BYTES = 8 << 20;

    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETOFFLOAD = 0x400454d0L;
    /// Checksums, TSO over IPv4 and IPv6, TSO of packets with ECN.
    private static final long OFFLOADS = 1 | 2 | 4 | 8;

    private static final int IFF_TUN_NO_PI_VNET_HDR = 0x1 | 0x1000 | 0x4000;
    private static final int IFF_UP = 1;
    private static final long SIOCADDRT = 0x890b;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final long SIOCSIFADDR = 0x8916;
    private static final long SIOCSIFNETMASK = 0x891c;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCGIFINDEX = 0x8933;
    private static final int RTF_UP_GATEWAY_HOST = 1 | 2 | 4;

    // struct ifreq: the name, then a union.
    private static final int NAME_BYTES = 16;
    private static final int REQUEST_BYTES = 160;

    /// Runs on a thread inside the namespace.
    static Device open(Arena arena, Native calls, Setup setup) {
        var maker = new Maker(calls, arena.allocate(REQUEST_BYTES, 8));
        maker.quiet();
        int tun = (int) calls.must(
                "opening /dev/net/tun",
                Function.OPEN,
                arena.allocateFrom("/dev/net/tun").address(),
                O_RDWR_NONBLOCK_CLOEXEC,
                0);
        int sniffer = -1;
        boolean made = false;
        try {
            maker.device(tun, setup);
            sniffer = maker.sniffer();
            made = true;
            return new Device(tun, sniffer);
        } finally {
            if (!made) {
                calls.call(Function.CLOSE, tun);
            }
        }
    }

    void close(Native calls) {
        calls.call(Function.CLOSE, sniffer);
        calls.call(Function.CLOSE, tun);
    }

    /// One making, with the memory of its requests.
    private record Maker(Native calls, MemorySegment request) {
        /// No packets but the script's own: neither router solicitations nor an address that nobody gave.
        void quiet() {
            for (var setting : new String[] {
                "accept_dad=0", "accept_ra=0", "autoconf=0", "router_solicitations=0", "addr_gen_mode=1"
            }) {
                int equals = setting.indexOf('=');
                var file = Path.of("/proc/sys/net/ipv6/conf/default", setting.substring(0, equals));
                try {
                    if (Files.exists(file)) {
                        Files.writeString(file, setting.substring(equals + 1));
                    }
                } catch (IOException e) {
                    throw new KernelException("the setting " + file + " cannot be written: " + e.getMessage());
                }
            }
        }

        void device(int tun, Setup setup) {
            name(NAME);
            request.set(ValueLayout.JAVA_SHORT, NAME_BYTES, (short) IFF_TUN_NO_PI_VNET_HDR);
            must("TUNSETIFF", tun, TUNSETIFF);
            calls.must("TUNSETOFFLOAD", Function.IOCTL, tun, TUNSETOFFLOAD, OFFLOADS);
            boolean v4 = setup.local().address().isV4();
            int control = socket(v4 ? Addresses.AF_INET : Addresses.AF_INET6, SOCK_DGRAM, 0);
            try {
                up(control, "lo");
                name(NAME);
                request.set(ValueLayout.JAVA_INT, NAME_BYTES, setup.mtu());
                must("SIOCSIFMTU", control, SIOCSIFMTU);
                plainQueue(index(control));
                up(control, NAME);
                address(control, setup.local());
                route(control, setup.remote(), setup.gateway());
            } finally {
                calls.call(Function.CLOSE, control);
            }
        }

        private int socket(int family, int type, int protocol) {
            return (int) calls.must("socket", Function.SOCKET, family, type | SOCK_NONBLOCK_CLOEXEC, protocol);
        }

        private void must(String what, int descriptor, long code) {
            calls.must(what, Function.IOCTL, descriptor, code, request.address());
        }

        private void name(String name) {
            request.fill((byte) 0);
            var octets = name.getBytes(StandardCharsets.US_ASCII);
            MemorySegment.copy(octets, 0, request, ValueLayout.JAVA_BYTE, 0, octets.length);
        }

        private int index(int control) {
            name(NAME);
            must("SIOCGIFINDEX", control, SIOCGIFINDEX);
            return request.get(ValueLayout.JAVA_INT, NAME_BYTES);
        }

        private void up(int control, String device) {
            name(device);
            request.set(ValueLayout.JAVA_SHORT, NAME_BYTES, (short) IFF_UP);
            must("SIOCSIFFLAGS", control, SIOCSIFFLAGS);
        }

        private void address(int control, Cidr local) {
            if (local.address().isV4()) {
                sockaddr(local.address().v4());
                must("SIOCSIFADDR", control, SIOCSIFADDR);
                sockaddr(local.prefixBits() == 0 ? 0 : -1 << 32 - local.prefixBits());
                must("SIOCSIFNETMASK", control, SIOCSIFNETMASK);
                return;
            }
            int index = index(control);
            request.fill((byte) 0);
            putV6(0, local.address());
            request.set(ValueLayout.JAVA_INT, 16, local.prefixBits());
            request.set(ValueLayout.JAVA_INT, 20, index);
            must("SIOCSIFADDR", control, SIOCSIFADDR);
        }

        private void sockaddr(int address) {
            name(NAME);
            request.set(ValueLayout.JAVA_SHORT, NAME_BYTES, (short) Addresses.AF_INET);
            Bytes.put32(request, NAME_BYTES + 4, address);
        }

        private void putV6(long offset, IpAddress address) {
            Bytes.put64(request, offset, address.high());
            Bytes.put64(request, offset + 8, address.low());
        }

        /// The peer is behind the gateway, by a route of its own, which scripts change.
        private void route(int control, IpAddress remote, IpAddress gateway) {
            int index = index(control);
            request.fill((byte) 0);
            if (remote.isV4()) {
                // struct rtentry: padding, then destination, gateway and mask, then flags.
                request.set(ValueLayout.JAVA_SHORT, 8, (short) Addresses.AF_INET);
                Bytes.put32(request, 12, remote.v4());
                request.set(ValueLayout.JAVA_SHORT, 24, (short) Addresses.AF_INET);
                Bytes.put32(request, 28, gateway.v4());
                request.set(ValueLayout.JAVA_SHORT, 40, (short) Addresses.AF_INET);
                Bytes.put32(request, 44, -1);
                request.set(ValueLayout.JAVA_SHORT, 56, (short) RTF_UP_GATEWAY_HOST);
                // The device's name stands behind the structure.
                request.set(ValueLayout.JAVA_LONG, 88, request.address() + 128);
                request.setString(128, NAME, StandardCharsets.US_ASCII);
            } else {
                // struct in6_rtmsg: destination, source, gateway, type, two lengths, metric, time, flags,
                // index.
                putV6(0, remote);
                putV6(32, gateway);
                request.set(ValueLayout.JAVA_SHORT, 52, (short) 128);
                request.set(ValueLayout.JAVA_INT, 56, 1);
                request.set(ValueLayout.JAVA_INT, 72, RTF_UP_GATEWAY_HOST);
                request.set(ValueLayout.JAVA_INT, 76, index);
            }
            must("SIOCADDRT", control, SIOCADDRT);
        }

        /// `tc qdisc add dev tun0 root pfifo`, as one netlink message (rtnetlink(7)): where the system's
        /// default queue is fq, it would pace.
        private void plainQueue(int index) {
            int newQdisc = 36;
            int requestCreateReplace = 0x1 | 0x400 | 0x100;
            int length = 16 + 20 + 12;
            request.fill((byte) 0);
            request.set(ValueLayout.JAVA_INT, 0, length);
            request.set(ValueLayout.JAVA_SHORT, 4, (short) newQdisc);
            request.set(ValueLayout.JAVA_SHORT, 6, (short) requestCreateReplace);
            // struct tcmsg: family, interface, handle, parent (the root), info; then the attribute with the
            // kind.
            request.set(ValueLayout.JAVA_INT, 20, index);
            request.set(ValueLayout.JAVA_INT, 28, -1);
            request.set(ValueLayout.JAVA_SHORT, 36, (short) 10);
            request.set(ValueLayout.JAVA_SHORT, 38, (short) 1);
            request.setString(40, "pfifo", StandardCharsets.US_ASCII);
            int netlink = socket(AF_NETLINK, SOCK_RAW, 0);
            try {
                calls.must("RTM_NEWQDISC", Function.SEND, netlink, request.address(), length, 0);
            } finally {
                calls.call(Function.CLOSE, netlink);
            }
        }

        /// Sees what the device sends, from the packet that comes next.
        int sniffer() {
            int networkOrder = ETH_P_ALL << 8;
            int sniffer = socket(AF_PACKET, SOCK_RAW, networkOrder);
            try {
                int index = index(sniffer);
                option(sniffer, SOL_SOCKET, SO_RCVBUFFORCE, SNIFFER_BUFFER_BYTES);
                option(sniffer, SOL_SOCKET, SO_TIMESTAMPNS, 1);
                option(sniffer, SOL_PACKET, PACKET_VNET_HDR, 1);
                // struct sockaddr_ll.
                request.fill((byte) 0);
                request.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
                request.set(ValueLayout.JAVA_SHORT, 2, (short) networkOrder);
                request.set(ValueLayout.JAVA_INT, 4, index);
                calls.must("binding a packet socket", Function.BIND, sniffer, request.address(), 20);
                return sniffer;
            } catch (KernelException e) {
                calls.call(Function.CLOSE, sniffer);
                throw e;
            }
        }

        private void option(int descriptor, int level, int name, int value) {
            request.set(ValueLayout.JAVA_INT, 0, value);
            calls.must("setsockopt", Function.SETSOCKOPT, descriptor, level, name, request.address(), 4);
        }
    }
}
