package dev.levee.link;

import dev.levee.wire.EthernetFrame;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.LinkType;
import java.io.IOException;

/// Where IP packets come from and go to: as they are, or in Ethernet frames (see [#linkType]).
///
/// Threads: one owner, except [#wakeup] and [#close], which any thread may call.
public interface Link extends AutoCloseable {

    /// What people call it: `tun:levee0`, `memory:a`.
    String name();

    /// The longest IP packet in octets.
    int mtu();

    /// What the frames of this link are, a [LinkType]: `RAW` for IP packets, `ETHERNET`. A link around another
    /// one says what that one says.
    default int linkType() {
        return LinkType.RAW;
    }

    /// The longest frame in octets: the longest packet, and the header before it where there is one. Frames to
    /// receive into must have room for it.
    default int frameBytesMax() {
        return mtu() + headerBytes();
    }

    /// Octets before the packet in each frame of this link, tags not counted.
    default int headerBytes() {
        return linkType() == LinkType.ETHERNET ? EthernetFrame.HEADER_BYTES : 0;
    }

    /// What went through so far.
    LinkCounters counters();

    /// Adds the packets that are there to `batch`, until it is full. Never blocks.
    ///
    /// @return how many were added
    /// @throws IOException when the link is gone for good
    int receive(FrameBatch batch) throws IOException;

    /// Sends the batch's packets in order and removes those that it took from the batch; what is left may be
    /// tried again. Never blocks. A packet that the link cannot carry is dropped and counted, as a network
    /// would.
    ///
    /// @throws IOException when the link is gone for good
    void transmit(FrameBatch batch) throws IOException;

    /// Waits until there is something to receive, [#wakeup] was called, or the time is over. May return early.
    ///
    /// @param timeoutNanos at most this long; 0 or less: not at all; `Long.MAX_VALUE`: without end
    /// @throws IOException when the link is gone for good
    void await(long timeoutNanos) throws IOException;

    /// Ends a wait that goes on now, or the next one.
    void wakeup();

    /// Gives everything back: a device that this link created is removed. Again: no effect.
    @Override
    void close();
}
