package dev.levee.link;

import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.LinkType;
import dev.levee.wire.Offload;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantLock;

/// IP packets exchanged with the Linux kernel through a TUN device, `tun:NAME`; or Ethernet frames through a TAP
/// device, `tap:NAME`, which may be a port of a bridge with the machine's network behind it.
///
/// A device of that name that exists is used as it is, and nothing about it is changed: not its addresses, its
/// MTU, or whether it is up. Otherwise the device is created, given a long queue, brought up and given the
/// kernel-side addresses; it vanishes with [#close], or with the process. Nobody but us is on the segment of a
/// TAP device that was just made, so the kernel is told not to ask whether its addresses are taken (where that
/// cannot be set, they work a second or two later).
///
/// A checksum that was left to be completed is completed before the packet leaves.
///
/// Packets that the kernel refuses (the device is down, the packet is none) are dropped and counted. What it
/// has no room for stays in the batch.
///
/// Threads: one owner, on a platform thread, because waiting blocks inside a system call; [#wakeup] and
/// [#close] any.
public final class TunLink implements Link {
    private final String name;
    private final boolean ethernet;
    /// Where frames begin, so that the packets in them lie where packets always lie.
    private final int frameOffset;

    private final TunDevice device;
    private final Errno errno;
    private final NativeWaiter waiter;
    private final LinkCounters counters = new LinkCounters();
    private final WakeFlag wakeFlag = new WakeFlag();

    /// Held by the owner during each call: closing waits for it, so that no call ever sees a descriptor that
    /// was given back and now belongs to another file.
    private final ReentrantLock inUse = new ReentrantLock();

    /// Held while the bell is rung, and while it is given back.
    private final Object ringing = new Object();

    private volatile boolean closing;
    private boolean closed;
    private boolean wantsRoom;

    private TunLink(TunSettings settings, TunDevice device, Errno errno, NativeWaiter waiter) {
        this.name = settings.linkName();
        this.ethernet = settings.ethernet();
        this.frameOffset = ethernet ? EthernetFrame.OFFSET : Frame.HEADROOM_BYTES;
        this.device = device;
        this.errno = errno;
        this.waiter = waiter;
    }

    /// Attaches to a device, or creates it.
    ///
    /// @throws LinkException with a sentence that says what is wrong and what to do; then nothing was changed
    public static TunLink open(TunSettings settings) throws LinkException {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new LinkException("TUN and TAP devices need Linux");
        }
        // Ended by the garbage collector: other threads may hold the link when it is closed.
        var arena = Arena.ofAuto();
        var errno = new Errno(arena);
        var device = TunDevice.open(settings, errno);
        try {
            return new TunLink(settings, device, errno, new NativeWaiter(arena, errno, device.fd()));
        } catch (NativeException e) {
            NativeFile.close(device.fd());
            throw new LinkException("the device " + settings.name() + " cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    /// As the device had it when the link was opened.
    @Override
    public int mtu() {
        return device.mtu();
    }

    @Override
    public int linkType() {
        return ethernet ? LinkType.ETHERNET : LinkType.RAW;
    }

    @Override
    public LinkCounters counters() {
        return counters;
    }

    /// Whether the device was created by this link and ends with it.
    public boolean created() {
        return device.created();
    }

    @Override
    public int receive(FrameBatch batch) throws IOException {
        int before = batch.count();
        enter();
        try {
            while (!batch.full()) {
                var frame = batch.next();
                var memory = frame.memory();
                long room = memory.byteSize() - frameOffset;
                long length = NativeFile.read(errno, device.fd(), memory, frameOffset, room);
                if (length > 0) {
                    frame.set(frameOffset, (int) length);
                    batch.added();
                    counters.received(length);
                } else if (length == 0 || noneLeft(errno.value())) {
                    break;
                }
            }
        } finally {
            inUse.unlock();
        }
        return batch.count() - before;
    }

    private boolean noneLeft(int number) throws LinkException {
        return switch (number) {
            case Errno.EINTR -> false;
            case Errno.EAGAIN -> true;
            default -> throw gone(number);
        };
    }

    @Override
    public void transmit(FrameBatch batch) throws IOException {
        int done = 0;
        enter();
        try {
            wantsRoom = false;
            int longest = frameBytesMax();
            while (done < batch.count() && !wantsRoom) {
                var frame = batch.get(done);
                if (frame.length() > longest) {
                    counters.dropped();
                    done++;
                    continue;
                }
                Offload.complete(frame);
                long length = NativeFile.write(errno, device.fd(), frame.memory(), frame.offset(), frame.length());
                if (length >= 0) {
                    counters.transmitted(length);
                    done++;
                } else if (refused(errno.value())) {
                    counters.dropped();
                    done++;
                }
            }
        } finally {
            inUse.unlock();
            batch.removeFirst(done);
        }
    }

    /// Whether a packet that was not written will never be; if it may be tried again, whether at once or when
    /// there is room.
    private boolean refused(int number) throws LinkException {
        return switch (number) {
            case Errno.EINTR -> false;
            case Errno.EAGAIN, Errno.ENOBUFS -> {
                wantsRoom = true;
                yield false;
            }
            // The packet is none; the device is down; the kernel has no memory for it.
            case Errno.EINVAL, Errno.EIO, Errno.ENETDOWN, Errno.EMSGSIZE, Errno.ENOMEM -> true;
            default -> throw gone(number);
        };
    }

    private LinkException gone(int number) {
        return new LinkException(
                number == Errno.EBADFD || number == Errno.ENODEV
                        ? "the device of " + name + " was removed"
                        : name + " failed: " + Errno.describe(number));
    }

    @Override
    public void await(long timeoutNanos) throws IOException {
        if (timeoutNanos <= 0) {
            return;
        }
        enter();
        try {
            if (wakeFlag.beginSleep()) {
                waiter.await(errno, timeoutNanos, wantsRoom ? device.fd() : NativeWaiter.NONE);
            }
            wakeFlag.endSleep();
        } finally {
            inUse.unlock();
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

    /// Ends the owner's wait, if there is one, and gives the device back.
    @Override
    public void close() {
        closing = true;
        wakeup();
        inUse.lock();
        try {
            synchronized (ringing) {
                if (!closed) {
                    closed = true;
                    NativeFile.close(device.fd());
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
