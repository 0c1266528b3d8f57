package dev.levee.stack;

/// How much of everything a stack may hold or send.
///
/// @param connectionsMax connections in any state, TIME-WAIT included
/// @param timeWaitMax connections in TIME-WAIT; beyond it the oldest is let go
/// @param bufferBytesMax octets of native memory for send and receive buffers, in pieces of
///     [dev.levee.tcp.BufferPool#PIECE_BYTES]; what waits to be sent takes at most half of them
/// @param repliesMax replies without a connection (RSTs, ICMP echoes) that may wait to be sent
/// @param resetsPerSecond RSTs for segments that belong to no connection, on average, so that nobody makes this
///     host send without end; how many in which second is drawn, from half as many to half as many more, so that
///     nobody learns from his own how many others got. 0 for none at all. As many ICMP errors
/// @param neighboursMax hosts of an Ethernet segment that are remembered, a quarter of them while they are
///     asked for and a quarter before they are needed
/// @param reassembliesMax packets that may be put together from fragments at once, an eighth of them from one
///     source; 64 KiB of memory for each, taken when it is needed for the first time; 0: fragments are dropped
/// @param pathsMax hosts of whose path it is remembered that it carries less than the link
public record Limits(
        int connectionsMax,
        int timeWaitMax,
        long bufferBytesMax,
        int repliesMax,
        int resetsPerSecond,
        int neighboursMax,
        int reassembliesMax,
        int pathsMax) {
    public static final Limits DEFAULT = new Limits(1 << 20, 1 << 16, 4L << 30, 256, 1_000, 1_024, 64, 1_024);

    /// With the default number of paths.
    public Limits(
            int connectionsMax,
            int timeWaitMax,
            long bufferBytesMax,
            int repliesMax,
            int resetsPerSecond,
            int neighboursMax,
            int reassembliesMax) {
        this(
                connectionsMax,
                timeWaitMax,
                bufferBytesMax,
                repliesMax,
                resetsPerSecond,
                neighboursMax,
                reassembliesMax,
                1_024);
    }

    /// With the default number of reassemblies.
    public Limits(
            int connectionsMax,
            int timeWaitMax,
            long bufferBytesMax,
            int repliesMax,
            int resetsPerSecond,
            int neighboursMax) {
        this(connectionsMax, timeWaitMax, bufferBytesMax, repliesMax, resetsPerSecond, neighboursMax, 64);
    }

    /// With the default number of neighbours.
    public Limits(int connectionsMax, int timeWaitMax, long bufferBytesMax, int repliesMax, int resetsPerSecond) {
        this(connectionsMax, timeWaitMax, bufferBytesMax, repliesMax, resetsPerSecond, 1_024);
    }

    /// With the default rate of RSTs.
    public Limits(int connectionsMax, int timeWaitMax, long bufferBytesMax, int repliesMax) {
        this(connectionsMax, timeWaitMax, bufferBytesMax, repliesMax, 1_000);
    }

    /// @throws IllegalArgumentException when one lies outside its range, in a sentence that names it
    public Limits {
        range("connectionsMax", connectionsMax, 1, 1 << 26);
        range("timeWaitMax", timeWaitMax, 0, 1 << 26);
        range("bufferBytesMax", bufferBytesMax, 1, Long.MAX_VALUE);
        range("repliesMax", repliesMax, 1, 1 << 16);
        range("resetsPerSecond", resetsPerSecond, 0, 1_000_000);
        range("neighboursMax", neighboursMax, 8, 1 << 16);
        range("reassembliesMax", reassembliesMax, 0, 1 << 10);
        range("pathsMax", pathsMax, 4, 1 << 20);
    }

    private static void range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must lie in " + min + ".." + max + ", but is " + value);
        }
    }
}
