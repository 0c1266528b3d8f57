package dev.levee.link;

/// What went through a link, and what it could not carry.
///
/// Threads: written by the link's owner; others may see slightly old values.
public final class LinkCounters {
    private long receivedPackets;
    private long receivedBytes;
    private long transmittedPackets;
    private long transmittedBytes;
    private long droppedPackets;

    LinkCounters() {}

    /// Packets given to the owner.
    public long receivedPackets() {
        return receivedPackets;
    }

    public long receivedBytes() {
        return receivedBytes;
    }

    /// Packets taken from the owner and passed on.
    public long transmittedPackets() {
        return transmittedPackets;
    }

    public long transmittedBytes() {
        return transmittedBytes;
    }

    /// Packets taken from the owner that the link could not carry: too long, the other end's queue full, the
    /// device down.
    public long droppedPackets() {
        return droppedPackets;
    }

    void received(long bytes) {
        receivedPackets++;
        receivedBytes += bytes;
    }

    void transmitted(long bytes) {
        transmittedPackets++;
        transmittedBytes += bytes;
    }

    void dropped() {
        droppedPackets++;
    }

    /// One line for people.
    @Override
    public String toString() {
        return "received " + receivedPackets + " packets (" + receivedBytes + " bytes), transmitted "
                + transmittedPackets + " packets (" + transmittedBytes + " bytes), dropped " + droppedPackets;
    }
}
