package dev.levee.link;

import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.LinkType;
import dev.levee.wire.Offload;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantLock;

/// All Ethernet frames that come in at a network interface, and frames that leave through it:
/// `packet:NAME`, a Linux packet socket (packet(7)) with rings that the kernel shares with us. What the
/// machine itself sends there is not seen.
///
/// **Offloads.** A peer on the same machine leaves checksums and the cutting into segments to a device that never
/// comes: its frames have up to 64 KiB, and sums that lack the text. What is left to be done travels with
/// the frame as an [Offload], from the link that received it to the one that sends it, whose kernel does
/// it where it has to be done. A frame of whose numbers one does not hold is discarded and counted. A
/// `station` gets complete checksums instead, and everybody SCTP's, which the kernel could not be asked
/// for.
///
/// **Tags.** The kernel takes an 802.1Q or 802.1ad tag out of what it receives and reports it beside the frame; here it
/// is put back before anybody sees the frame.
///
/// **Rings.** TPACKET_V2: a slot for each frame. V3 packs frames into blocks but hands out a block only when it is full
/// or a timer of a millisecond is over: 1,010 microseconds to see a frame on an idle veth pair, and 5
/// with V2. Slots have the size of the MTU, so that 8 MiB hold 4,096 frames and not 120. What is longer
/// waits in the socket's queue (PACKET_COPY_THRESH), its slot says so, and the order stays; one read
/// copies it into the caller's frame. Frames up to the MTU leave through a ring, one call for all of
/// them, at 0.9 of the cost of sendmmsg(2). A long one leaves with one write(2) on a second socket: that
/// took 6.3 microseconds for 65,000 octets, and 14.9 through a ring, whose pages the kernel copies too.
///
/// **Addresses.** The interface must carry none, or the machine would answer beside us. IPv6's link-local address is
/// let pass, for the kernel gives one to every interface that comes up; who does not want the kernel's
/// own listener reports and router solicitations on the segment sets `net.ipv6.conf.NAME.disable_ipv6`,
/// and who has a router there must, or its advertisements give the interface an address later.
///
/// Frames that the kernel refuses, finds no room for in the device's queue, or gets while the interface
/// is down, are dropped and counted. Not counted is what a device drops by itself: veth does so with a
/// frame of the full MTU and two tags. Segments of SCTP, and of a tunnel, cannot be described to us: they
/// are missed or discarded, and go through when their peer's device does not offer to cut them.
///
/// Threads: one owner, on a platform thread, because waiting blocks inside a system call; [#wakeup] and
/// [#close] any.
public final class PacketLink implements Link {
    /// The longest IP packet, of IPv6, and an Ethernet header with two tags.
    private static final int FRAME_BYTES_MAX = 65_535 + 40 + EthernetFrame.HEADER_BYTES + 2 * EthernetFrame.TAG_BYTES;

    /// How often an interface that is down is looked for: the kernel does not say when it goes for good.
    private static final long DOWN_NANOS = 500_000_000;

    private final PacketSettings settings;
    private final String name;
    private final PacketSocket socket;
    private final ReceiveRing in;
    private final TransmitRing out;
    private final Errno errno;
    private final NativeWaiter waiter;
    private final LinkCounters counters = new LinkCounters();
    private final WakeFlag wakeFlag = new WakeFlag();

    /// Held by the owner during each call: closing waits for it, so that no call ever sees memory that is
    /// mapped no more, or a descriptor that now belongs to another file.
    private final ReentrantLock inUse = new ReentrantLock();

    /// Held while the bell is rung, and while it is given back.
    private final Object ringing = new Object();

    private volatile boolean closing;
    private boolean closed;
    private boolean down;
    /// The descriptor that has to get room before anything can be sent.
    private int roomFd = NativeWaiter.NONE;

    private PacketLink(PacketSettings settings, PacketSocket socket, Errno errno, NativeWaiter waiter) {
        this.settings = settings;
        this.name = settings.linkName();
        this.socket = socket;
        this.errno = errno;
        this.waiter = waiter;
        int inBytes = socket.in().bytes();
        in = new ReceiveRing(socket.memory().asSlice(0, inBytes), socket.in());
        out = new TransmitRing(socket.memory().asSlice(inBytes, socket.out().bytes()), socket.out());
    }

    /// Takes an interface over.
    ///
    /// @throws LinkException with a sentence that says what is wrong and what to do; then nothing was
    ///     changed
    public static PacketLink open(PacketSettings settings) throws LinkException {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new LinkException("packet sockets need Linux");
        }
        // Ended by the garbage collector: other threads may hold the link when it is closed.
        var arena = Arena.ofAuto();
        var errno = new Errno(arena);
        var socket = PacketSocket.open(settings, errno);
        try {
            return new PacketLink(settings, socket, errno, new NativeWaiter(arena, errno, socket.fd()));
        } catch (NativeException e) {
            socket.close();
            throw new LinkException("the interface " + settings.name() + " cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    /// As the interface had it when the link was opened. Received frames may be longer
    /// ([#frameBytesMax]), and frames that are to be cut into segments may be, too.
    @Override
    public int mtu() {
        return socket.mtu();
    }

    @Override
    public int linkType() {
        return LinkType.ETHERNET;
    }

    @Override
    public int frameBytesMax() {
        return FRAME_BYTES_MAX;
    }

    @Override
    public LinkCounters counters() {
        return counters;
    }

    /// Octets of the kernel's memory that waiting frames can take, both directions, as it was granted.
    public long bytes() {
        return socket.bytes();
    }

    @Override
    public int receive(FrameBatch batch) throws IOException {
        int before = batch.count();
        enter();
        try {
            // Frames that are discarded do not fill the batch.
            for (int looked = 0; looked < in.slots() && !batch.full() && in.next(); looked++) {
                if (in.losing()) {
                    countMissed();
                }
                var frame = batch.next();
                if (take(frame)) {
                    if (settings.station() || Offload.needsCrc(frame.offload())) {
                        Offload.complete(frame);
                    }
                    batch.added();
                    counters.received(frame.length());
                }
                in.release();
            }
            down &= batch.count() == before;
        } finally {
            inUse.unlock();
        }
        return batch.count() - before;
    }

    private void countMissed() {
        try {
            counters.missed(socket.missed(errno));
        } catch (NativeException _) {
            // A count that is not known is no reason to end.
        }
    }

    /// Gets the next frame from where it lies.
    ///
    /// @return whether the owner may have it
    private boolean take(Frame frame) throws LinkException {
        int length = in.length();
        if (in.cut()) {
            counters.missed(1);
            return false;
        }
        boolean fits = ReceiveRing.FRAME_OFFSET + length <= frame.memory().byteSize();
        if (in.queued()) {
            fits &= read(frame, length);
        } else if (fits) {
            in.copy(frame, length);
        }
        if (fits && in.finish(frame, length)) {
            return true;
        }
        counters.discarded();
        return false;
    }

    /// Takes the frame from the socket's queue, whether it fits or not.
    private boolean read(Frame frame, int length) throws LinkException {
        long at = ReceiveRing.FRAME_OFFSET - VirtioHeader.BYTES;
        long room = Math.min(frame.memory().byteSize() - at, (long) length + VirtioHeader.BYTES);
        long read;
        do {
            read = NativeFile.read(errno, socket.fd(), frame.memory(), at, room);
        } while (read < 0 && again(errno.value()));
        return read == length + (long) VirtioHeader.BYTES;
    }

    private boolean again(int number) throws LinkException {
        return switch (number) {
            case Errno.EINTR -> true;
            // Told once, to whoever calls next. The queue is still there.
            case Errno.ENETDOWN -> {
                down = true;
                yield true;
            }
            // The kernel cannot describe it.
            case Errno.EINVAL -> false;
            default -> throw gone(number);
        };
    }

    @Override
    public void transmit(FrameBatch batch) throws IOException {
        int done = 0;
        enter();
        try {
            roomFd = NativeWaiter.NONE;
            while (done < batch.count() && send(batch.get(done))) {
                done++;
            }
            flush();
        } finally {
            inUse.unlock();
            batch.removeFirst(done);
        }
    }

    /// @return whether the frame was taken, if only to be dropped
    private boolean send(Frame frame) throws LinkException {
        if (!sendable(frame)) {
            counters.dropped();
            return true;
        }
        if (!Offload.isLong(frame.offload()) && frame.length() <= out.frameBytesMax()) {
            if (out.put(frame) || flush() && out.put(frame)) {
                return true;
            }
            roomFd = socket.fd();
            return false;
        }
        return flush() && write(frame);
    }

    /// Whether the kernel may be given a frame: with its header before it the ring takes frames of any
    /// length.
    private boolean sendable(Frame frame) {
        int longest = PacketSocket.frameBytes(socket.mtu());
        if (frame.length() < EthernetFrame.HEADER_BYTES
                || frame.length() > FRAME_BYTES_MAX
                || frame.offset() < VirtioHeader.BYTES
                || !Offload.holds(frame)) {
            return false;
        }
        return Offload.isLong(frame.offload())
                ? Offload.headerBytes(frame) + Offload.segmentBytes(frame.offload()) <= longest
                : frame.length() <= longest;
    }

    /// Sends what is in the ring.
    ///
    /// @return whether all of it was sent or dropped; otherwise there is no room
    private boolean flush() throws LinkException {
        while (out.pending() > 0) {
            int pending = out.pending();
            long pendingBytes = out.pendingBytes();
            long sent = NativeSocket.kick(errno, socket.fd());
            boolean refused = out.settle();
            counters.transmitted(pending - out.pending(), pendingBytes - out.pendingBytes());
            if (refused) {
                out.remove();
                counters.dropped();
            } else if (sent < 0 && out.pending() > 0 && !goesOn(errno.value())) {
                return false;
            }
        }
        return true;
    }

    /// What is to be done about frames that the kernel left in the ring.
    ///
    /// @return whether to go on
    private boolean goesOn(int number) throws LinkException {
        return switch (number) {
            case Errno.EINTR -> true;
            case Errno.EAGAIN -> {
                roomFd = socket.fd();
                yield false;
            }
            default -> {
                if (!dropped(number)) {
                    throw gone(number);
                }
                counters.dropped(out.pending());
                out.removeAll();
                yield true;
            }
        };
    }

    /// Whether an error costs the frame, as a network would; otherwise the link is gone.
    private static boolean dropped(int number) {
        return switch (number) {
            // The device's queue is full; it is down; the kernel has no memory; the frame is none.
            case Errno.ENOBUFS, Errno.ENETDOWN, Errno.ENOMEM, Errno.EINVAL, Errno.EMSGSIZE, Errno.EIO -> true;
            default -> false;
        };
    }

    /// Sends one frame that is too long for the ring.
    private boolean write(Frame frame) throws LinkException {
        long at = frame.offset() - (long) VirtioHeader.BYTES;
        int headers = Offload.isLong(frame.offload()) ? Offload.headerBytes(frame) : EthernetFrame.HEADER_BYTES;
        VirtioHeader.put(frame.memory(), at, frame, headers);
        long length = frame.length() + (long) VirtioHeader.BYTES;
        while (NativeFile.write(errno, socket.longFd(), frame.memory(), at, length) < 0) {
            int number = errno.value();
            if (number == Errno.EAGAIN) {
                roomFd = socket.longFd();
                return false;
            }
            if (dropped(number)) {
                counters.dropped();
                return true;
            }
            if (number != Errno.EINTR) {
                throw gone(number);
            }
        }
        counters.transmitted(frame.length());
        return true;
    }

    private LinkException gone(int number) {
        return new LinkException(
                number == Errno.ENXIO || number == Errno.ENODEV
                        ? "the interface of " + name + " was removed"
                        : name + " failed: " + Errno.describe(number));
    }

    /// Sends what is still in the ring, too.
    @Override
    public void await(long timeoutNanos) throws IOException {
        if (timeoutNanos <= 0) {
            return;
        }
        enter();
        try {
            flush();
            if (wakeFlag.beginSleep()) {
                waiter.await(errno, down ? Math.min(timeoutNanos, DOWN_NANOS) : timeoutNanos, roomFd);
                // Who still has something to send tries, and says so again.
                roomFd = NativeWaiter.NONE;
                look();
            }
            wakeFlag.endSleep();
        } finally {
            inUse.unlock();
        }
    }

    /// Waits for another link, too: for the one thread that owns both ends of a bump in the wire. A
    /// [#wakeup] of either ends it.
    ///
    /// @param timeoutNanos as for [#await(long)]
    /// @throws IOException when one of them is gone for good
    public void await(PacketLink other, long timeoutNanos) throws IOException {
        if (timeoutNanos <= 0) {
            return;
        }
        enter();
        try {
            other.enter();
            try {
                awaitBoth(other, timeoutNanos);
            } finally {
                other.inUse.unlock();
            }
        } finally {
            inUse.unlock();
        }
    }

    private void awaitBoth(PacketLink other, long timeoutNanos) throws IOException {
        flush();
        other.flush();
        // Each has to say that it sleeps, whatever the other one says.
        boolean sleeps = wakeFlag.beginSleep();
        boolean otherSleeps = other.wakeFlag.beginSleep();
        if (sleeps && otherSleeps) {
            long waitNanos = down || other.down ? Math.min(timeoutNanos, DOWN_NANOS) : timeoutNanos;
            waiter.await(errno, waitNanos, roomFd, other.waiter, other.roomFd);
            roomFd = NativeWaiter.NONE;
            other.roomFd = NativeWaiter.NONE;
            look();
            other.look();
        }
        wakeFlag.endSleep();
        other.wakeFlag.endSleep();
    }

    /// After a wait: is the interface still there?
    private void look() throws IOException {
        if (waiter.failed()) {
            socket.clearError(errno);
            down = true;
        }
        if (down && !socket.present(errno, settings.name())) {
            throw gone(Errno.ENODEV);
        }
    }

    @Override
    public void wakeup() {
        if (wakeFlag.wake()) {
            synchronized (ringing) {
                if (!closed) {
                    waiter.ring();
                }
            }
        }
    }

    /// Ends the owner's wait, if there is one, and gives the interface back.
    @Override
    public void close() {
        closing = true;
        wakeup();
        inUse.lock();
        try {
            synchronized (ringing) {
                if (!closed) {
                    closed = true;
                    countMissed();
                    socket.close();
                    waiter.close();
                }
            }
        } finally {
            inUse.unlock();
        }
    }

    private void enter() throws LinkException {
        inUse.lock();
        if (closing) {
            inUse.unlock();
            throw new LinkException("the link " + name + " is closed");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
