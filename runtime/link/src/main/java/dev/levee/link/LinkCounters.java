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
    private long missedPackets;
    private long discardedPackets;

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

    /// Packets that came and found no room to wait in, as far as the kernel has said so.
    public long missedPackets() {
        return missedPackets;
    }

    /// Packets that came and were not given to the owner, because what they leave to be done to them
    /// cannot be, or they are longer than the owner's frames.
    public long discardedPackets() {
        return discardedPackets;
    }

    void received(long bytes) {
        receivedPackets++;
        receivedBytes += bytes;
    }

    void transmitted(long bytes) {
        transmittedPackets++;
        transmittedBytes += bytes;
    }

    void transmitted(int packets, long bytes) {
        transmittedPackets += packets;
        transmittedBytes += bytes;
    }

    void dropped(int packets) {
        droppedPackets += packets;
    }

    void missed(long packets) {
        missedPackets += packets;
    }

    void discarded() {
        discardedPackets++;
    }

    void dropped() {
        droppedPackets++;
    }

    /// One line for people. What few links can tell, and seldom have to, is there only if it happened.
    @Override
    public String toString() {
        return "received " + receivedPackets + " packets (" + receivedBytes + " bytes), transmitted "
                + transmittedPackets + " packets (" + transmittedBytes + " bytes), dropped " + droppedPackets
                + (missedPackets == 0 ? "" : ", missed " + missedPackets)
                + (discardedPackets == 0 ? "" : ", discarded " + discardedPackets);
    }
}
