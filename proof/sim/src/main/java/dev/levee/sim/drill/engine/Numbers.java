package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Platform;

/// The numbers of a system's socket calls.
///
/// @param inet6 `AF_INET6`
/// @param nonBlockType `SOCK_NONBLOCK`
/// @param closeOnExecType `SOCK_CLOEXEC`
/// @param nonBlock `O_NONBLOCK`
/// @param messageOutOfBand `MSG_OOB`
/// @param messagePeek `MSG_PEEK`
/// @param messageTruncate `MSG_TRUNC`
/// @param messageDontWait `MSG_DONTWAIT`
/// @param messageEndOfRecord `MSG_EOR`
/// @param messageWaitAll `MSG_WAITALL`
/// @param messageNoSignal `MSG_NOSIGNAL`
/// @param messageErrorQueue `MSG_ERRQUEUE`, 0 where there is none
/// @param messageMore `MSG_MORE` or its like
/// @param messageZeroCopy `MSG_ZEROCOPY`, 0 where there is none
/// @param messageFastOpen `MSG_FASTOPEN`, 0 where there is none
/// @param bytesReadable `FIONREAD`
/// @param bytesUnsent `SIOCOUTQ` or `FIONWRITE`
record Numbers(
        int inet6,
        int nonBlockType,
        int closeOnExecType,
        int nonBlock,
        int messageOutOfBand,
        int messagePeek,
        int messageTruncate,
        int messageDontWait,
        int messageEndOfRecord,
        int messageWaitAll,
        int messageNoSignal,
        int messageErrorQueue,
        int messageMore,
        int messageZeroCopy,
        int messageFastOpen,
        int bytesReadable,
        int bytesUnsent) {
    static final int INET = 2;
    static final int UNSPECIFIED = 0;
    static final int STREAM = 1;
    static final int PROTOCOL_TCP = 6;
    static final int READ_WRITE = 2;

    private static final Numbers LINUX = new Numbers(
            10,
            0x800,
            0x80000,
            0x800,
            0x1,
            0x2,
            0x20,
            0x40,
            0x80,
            0x100,
            0x4000,
            0x2000,
            0x8000,
            0x400_0000,
            0x2000_0000,
            0x541b,
            0x5411);
    private static final Numbers FREEBSD = new Numbers(
            28,
            0x2000_0000,
            0x1000_0000,
            0x4,
            0x1,
            0x2,
            0x10,
            0x80,
            0x8,
            0x40,
            0x20000,
            0,
            0,
            0,
            0,
            0x4004_667f,
            0x4004_6677);

    static Numbers of(Platform platform) {
        return platform == Platform.LINUX ? LINUX : FREEBSD;
    }
}
