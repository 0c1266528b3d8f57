package dev.levee.link;

import dev.levee.wire.Bytes;
import dev.levee.wire.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// Questions to the kernel about network interfaces, and orders: ioctl(2) with struct ifreq (netdevice(7)), and for
/// IPv6 addresses [Rtnetlink].
///
/// Threads: one owner.
final class NativeInterface implements AutoCloseable {
    /// The longest name, without the zero at its end.
    static final int NAME_BYTES_MAX = 15;

    static final int IFF_TUN = 0x1;
    static final int IFF_TAP = 0x2;
    static final int IFF_MULTI_QUEUE = 0x100;
    static final int IFF_NO_PI = 0x1000;
    static final int IFF_TUN_EXCL = 0x8000;

    private static final MethodHandle IOCTL = Native.capturingVariadic(
            "ioctl",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;

    private static final long TUNSETIFF = 0x400454caL;
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final long SIOCSIFADDR = 0x8916;
    private static final long SIOCSIFNETMASK = 0x891c;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCGIFHWADDR = 0x8927;
    private static final long SIOCGIFINDEX = 0x8933;
    private static final long SIOCSIFTXQLEN = 0x8943;
    private static final int IFF_UP = 1;

    // struct ifreq: the name, then a union of 24 octets.
    private static final long UNION = 16;
    private static final long SOCKADDR_ADDRESS = UNION + 4;
    private static final long IFREQ_BYTES = 40;

    private final Errno errno;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
    private final int socket;

    NativeInterface(Errno errno) throws NativeException {
        this.errno = errno;
        try {
            socket = NativeFile.socket(errno, AF_INET, SOCK_DGRAM);
        } catch (NativeException e) {
            arena.close();
            throw e;
        }
    }

    /// Makes `fd` (an open /dev/net/tun) the other side of a TUN or TAP device.
    void attach(int fd, String name, int flags) throws NativeException {
        name(name);
        request.set(ValueLayout.JAVA_SHORT, UNION, (short) flags);
        ioctl("TUNSETIFF", fd, TUNSETIFF);
    }

    /// The interface's number, or 0 when there is none of this name.
    int index(String name) throws NativeException {
        name(name);
        try {
            ioctl("SIOCGIFINDEX", socket, SIOCGIFINDEX);
            return request.get(ValueLayout.JAVA_INT, UNION);
        } catch (NativeException e) {
            if (e.errno() == Errno.ENODEV) {
                return 0;
            }
            throw e;
        }
    }

    int mtu(String name) throws NativeException {
        name(name);
        ioctl("SIOCGIFMTU", socket, SIOCGIFMTU);
        return request.get(ValueLayout.JAVA_INT, UNION);
    }

    void setMtu(String name, int mtu) throws NativeException {
        name(name);
        request.set(ValueLayout.JAVA_INT, UNION, mtu);
        ioctl("SIOCSIFMTU", socket, SIOCSIFMTU);
    }

    void setQueueLength(String name, int packets) throws NativeException {
        name(name);
        request.set(ValueLayout.JAVA_INT, UNION, packets);
        ioctl("SIOCSIFTXQLEN", socket, SIOCSIFTXQLEN);
    }

    /// What kind of device it is (ARPHRD_ETHER and so on).
    int hardware(String name) throws NativeException {
        name(name);
        ioctl("SIOCGIFHWADDR", socket, SIOCGIFHWADDR);
        return request.get(ValueLayout.JAVA_SHORT, UNION) & 0xffff;
    }

    boolean up(String name) throws NativeException {
        name(name);
        ioctl("SIOCGIFFLAGS", socket, SIOCGIFFLAGS);
        return (request.get(ValueLayout.JAVA_SHORT, UNION) & IFF_UP) != 0;
    }

    void bringUp(String name) throws NativeException {
        name(name);
        ioctl("SIOCGIFFLAGS", socket, SIOCGIFFLAGS);
        short flags = request.get(ValueLayout.JAVA_SHORT, UNION);
        request.set(ValueLayout.JAVA_SHORT, UNION, (short) (flags | IFF_UP));
        ioctl("SIOCSIFFLAGS", socket, SIOCSIFFLAGS);
    }

    /// @param label the interface's name, or `NAME:TEXT` for a second address
    void addV4(String label, int address, int prefixBits) throws NativeException {
        sockaddr(label, address);
        ioctl("SIOCSIFADDR", socket, SIOCSIFADDR);
        sockaddr(label, prefixBits == 0 ? 0 : -1 << 32 - prefixBits);
        ioctl("SIOCSIFNETMASK", socket, SIOCSIFNETMASK);
    }

    void addV6(String name, IpAddress address, int prefixBits) throws NativeException {
        Rtnetlink.addV6(errno, index(name), address, prefixBits);
    }

    private void sockaddr(String label, int address) {
        name(label);
        request.set(ValueLayout.JAVA_SHORT, UNION, (short) AF_INET);
        Bytes.put32(request, SOCKADDR_ADDRESS, address);
    }

    private void name(String name) {
        var octets = name.getBytes(StandardCharsets.US_ASCII);
        assert octets.length <= NAME_BYTES_MAX : name;
        request.fill((byte) 0);
        MemorySegment.copy(octets, 0, request, ValueLayout.JAVA_BYTE, 0, octets.length);
    }

    private void ioctl(String what, int fd, long code) throws NativeException {
        int result;
        try {
            result = (int) IOCTL.invokeExact(errno.captured(), fd, code, request.address());
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (result < 0) {
            throw new NativeException(what, errno.value());
        }
    }

    @Override
    public void close() {
        NativeFile.close(socket);
        arena.close();
    }
}
