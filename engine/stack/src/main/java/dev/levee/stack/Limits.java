package dev.levee.stack;

/// How much of everything a stack may hold.
///
/// @param connectionsMax connections in any state, TIME-WAIT included
/// @param timeWaitMax connections in TIME-WAIT; beyond it the oldest is let go
/// @param bufferBytesMax octets of native memory for send and receive buffers
/// @param repliesMax replies without a connection (RSTs, ICMP echoes) that may wait to be sent
public record Limits(int connectionsMax, int timeWaitMax, long bufferBytesMax, int repliesMax) {
    public static final Limits DEFAULT = new Limits(1 << 20, 1 << 16, 4L << 30, 256);
}
