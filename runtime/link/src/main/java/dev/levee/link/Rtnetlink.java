package dev.levee.link;

import dev.levee.wire.Bytes;
import dev.levee.wire.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Orders to the kernel that ioctl(2) has no words for: one message out, one answer back (rtnetlink(7)). All numbers
/// are in the machine's byte order, addresses in the network's.
///
/// Threads: any, each with its own [Errno].
final class Rtnetlink {
    private static final int AF_NETLINK = 16;
    private static final int AF_INET6 = 10;
    private static final int SOCK_RAW = 3;

    private static final short RTM_NEWADDR = 20;
    private static final short NLMSG_ERROR = 2;
    private static final short REQUEST_ACK_CREATE_EXCL = 0x1 | 0x4 | 0x400 | 0x200;
    private static final short IFA_ADDRESS = 1;
    private static final byte IFA_F_NODAD = 2;

    // struct nlmsghdr: length, type, flags, sequence, sender.
    private static final long TYPE = 4;
    private static final long FLAGS = 6;
    private static final long HEADER_BYTES = 16;
    // struct ifaddrmsg: family, prefix length, flags, scope, index.
    private static final long FAMILY = HEADER_BYTES;
    private static final long PREFIX = HEADER_BYTES + 1;
    private static final long ADDRESS_FLAGS = HEADER_BYTES + 2;
    private static final long INDEX = HEADER_BYTES + 4;
    // struct rtattr: length, type.
    private static final long ATTRIBUTE = HEADER_BYTES + 8;
    private static final long ATTRIBUTE_BYTES = 4 + 16;
    private static final long MESSAGE_BYTES = ATTRIBUTE + ATTRIBUTE_BYTES;
    /// An answer is a header, an error number, and what it is about.
    private static final long ANSWER_BYTES_MAX = 256;

    private Rtnetlink() {}

    /// Gives an interface an IPv6 address that can be used as soon as this returns. One that is set with ioctl(2) can
    /// be used when a worker of the kernel has had its turn, also where there is nobody to ask for a duplicate.
    static void addV6(Errno errno, int index, IpAddress address, int prefixBits) throws NativeException {
        int fd = NativeFile.socket(errno, AF_NETLINK, SOCK_RAW);
        try (var arena = Arena.ofConfined()) {
            var message = arena.allocate(MESSAGE_BYTES, 8);
            message.set(ValueLayout.JAVA_INT, 0, (int) MESSAGE_BYTES);
            message.set(ValueLayout.JAVA_SHORT, TYPE, RTM_NEWADDR);
            message.set(ValueLayout.JAVA_SHORT, FLAGS, REQUEST_ACK_CREATE_EXCL);
            message.set(ValueLayout.JAVA_BYTE, FAMILY, (byte) AF_INET6);
            message.set(ValueLayout.JAVA_BYTE, PREFIX, (byte) prefixBits);
            message.set(ValueLayout.JAVA_BYTE, ADDRESS_FLAGS, IFA_F_NODAD);
            message.set(ValueLayout.JAVA_INT, INDEX, index);
            message.set(ValueLayout.JAVA_SHORT, ATTRIBUTE, (short) ATTRIBUTE_BYTES);
            message.set(ValueLayout.JAVA_SHORT, ATTRIBUTE + 2, IFA_ADDRESS);
            Bytes.put64(message, ATTRIBUTE + 4, address.high());
            Bytes.put64(message, ATTRIBUTE + 12, address.low());
            ask(errno, fd, message, arena.allocate(ANSWER_BYTES_MAX, 8));
        } finally {
            NativeFile.close(fd);
        }
    }

    private static void ask(Errno errno, int fd, MemorySegment message, MemorySegment answer) throws NativeException {
        if (NativeFile.write(errno, fd, message, 0, message.byteSize()) < 0) {
            throw new NativeException("RTM_NEWADDR", errno.value());
        }
        long length = NativeFile.read(errno, fd, answer, 0, answer.byteSize());
        if (length < 0) {
            throw new NativeException("RTM_NEWADDR", errno.value());
        }
        if (length < HEADER_BYTES + 4 || answer.get(ValueLayout.JAVA_SHORT, TYPE) != NLMSG_ERROR) {
            throw new NativeException("RTM_NEWADDR", Errno.EIO);
        }
        // 0: it is done.
        int negative = answer.get(ValueLayout.JAVA_INT, HEADER_BYTES);
        if (negative != 0) {
            throw new NativeException("RTM_NEWADDR", -negative);
        }
    }
}
