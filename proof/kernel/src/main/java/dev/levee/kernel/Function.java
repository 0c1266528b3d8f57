package dev.levee.kernel;

/// The functions of the C library that are called here.
enum Function {
    SOCKET("socket", 3),
    BIND("bind", 3),
    LISTEN("listen", 2),
    ACCEPT("accept", 3),
    ACCEPT4("accept4", 4),
    CONNECT("connect", 3),
    READ("read", 3, true),
    READV("readv", 3, true),
    RECV("recv", 4, true),
    RECVFROM("recvfrom", 6, true),
    RECVMSG("recvmsg", 3, true),
    WRITE("write", 3, true),
    WRITEV("writev", 3, true),
    SEND("send", 4, true),
    SENDTO("sendto", 6, true),
    SENDMSG("sendmsg", 3, true),
    SHUTDOWN("shutdown", 2),
    CLOSE("close", 1),
    FCNTL("fcntl", 3),
    IOCTL("ioctl", 3),
    GETSOCKOPT("getsockopt", 5),
    SETSOCKOPT("setsockopt", 5),
    POLL("poll", 3),
    PPOLL("ppoll", 4),
    EPOLL_CREATE("epoll_create", 1),
    EPOLL_CREATE1("epoll_create1", 1),
    EPOLL_CTL("epoll_ctl", 4),
    EPOLL_WAIT("epoll_wait", 4),
    PIPE2("pipe2", 2),
    OPEN("open", 3),
    SENDFILE("sendfile", 4, true),
    SPLICE("splice", 6, true),
    UNSHARE("unshare", 1),
    GETPID("getpid", 0),
    GETTID("gettid", 0),
    TGKILL("tgkill", 3),
    SIGACTION("sigaction", 3),
    SCHED_SETSCHEDULER("sched_setscheduler", 3),
    CLOCK_GETTIME("clock_gettime", 2);

    final String symbol;
    final int arity;
    /// Whether the result has 64 bits; if not, the upper half of the register holds anything.
    final boolean wide;

    Function(String symbol, int arity) {
        this(symbol, arity, false);
    }

    Function(String symbol, int arity, boolean wide) {
        this.arity = arity;
        this.wide = wide;
        this.symbol = symbol;
    }

    /// Whether arguments from the third on are variadic in C.
    boolean variadic() {
        return this == FCNTL || this == IOCTL || this == OPEN;
    }
}
