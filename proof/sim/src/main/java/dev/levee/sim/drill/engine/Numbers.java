package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.script.Constants;
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
/// @param messageControlCut `MSG_CTRUNC`
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
/// @param atMark `SIOCATMARK`
record Numbers(
        int inet6,
        int nonBlockType,
        int closeOnExecType,
        int nonBlock,
        int messageOutOfBand,
        int messagePeek,
        int messageTruncate,
        int messageControlCut,
        int messageDontWait,
        int messageEndOfRecord,
        int messageWaitAll,
        int messageNoSignal,
        int messageErrorQueue,
        int messageMore,
        int messageZeroCopy,
        int messageFastOpen,
        int bytesReadable,
        int bytesUnsent,
        int atMark) {
    static final int INET = 2;
    static final int UNSPECIFIED = 0;
    static final int STREAM = 1;
    static final int PROTOCOL_TCP = 6;
    static final int READ_WRITE = 2;

    private static final Numbers LINUX = from(Platform.LINUX, "SIOCINQ", "SIOCOUTQ");
    private static final Numbers FREEBSD = from(Platform.FREEBSD, "FIONREAD", "FIONWRITE");

    private static Numbers from(Platform platform, String readable, String unsent) {
        var names = Constants.of(platform);
        return new Numbers(
                number(names, "AF_INET6"),
                number(names, "SOCK_NONBLOCK"),
                number(names, "SOCK_CLOEXEC"),
                number(names, "O_NONBLOCK"),
                number(names, "MSG_OOB"),
                number(names, "MSG_PEEK"),
                number(names, "MSG_TRUNC"),
                number(names, "MSG_CTRUNC"),
                number(names, "MSG_DONTWAIT"),
                number(names, "MSG_EOR"),
                number(names, "MSG_WAITALL"),
                number(names, "MSG_NOSIGNAL"),
                number(names, "MSG_ERRQUEUE"),
                number(names, "MSG_MORE"),
                number(names, "MSG_ZEROCOPY"),
                number(names, "MSG_FASTOPEN"),
                number(names, readable),
                number(names, unsent),
                number(names, "SIOCATMARK"));
    }

    /// 0 for what a system does not have.
    private static int number(Constants names, String name) {
        return (int) names.value(name).orElse(0);
    }

    static Numbers of(Platform platform) {
        return platform == Platform.LINUX ? LINUX : FREEBSD;
    }
}
