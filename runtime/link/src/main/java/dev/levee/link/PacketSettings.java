package dev.levee.link;

/// Which network interface to take over, and how much memory its frames may take while they wait. All of
/// it is the kernel's, for [PacketLink] keeps none, and [PacketLink#bytes] says how much it came to.
///
/// Threads: any.
///
/// @param name of an interface that exists, 1 to 15 characters
/// @param ringBytes of the ring that received frames wait in, 64 KiB to 256 MiB; rounded down to a power
///     of two
/// @param longBytes of received frames that are longer than a slot of the ring (64 KiB from a peer on the
///     same
///     machine): as the kernel reckons, with what it needs around them
/// @param transmitBytes of the ring that frames leave through, 64 KiB to 256 MiB; rounded down to a power
///     of two
/// @param queueBytes of longer frames that were sent and that the device has not passed on yet, as the
///     kernel reckons
/// @param station whether the owner is a host on the segment and not a bump in the wire: it gets frames
///     with complete
///     checksums, and never an [dev.levee.wire.Offload]
public record PacketSettings(
        String name, int ringBytes, int longBytes, int transmitBytes, int queueBytes, boolean station) {
    /// 4,096 frames of an ordinary MTU: ten milliseconds of the rates reached here.
    private static final int RING_BYTES = 8 << 20;
    /// A hundred of 64 KiB.
    private static final int LONG_BYTES = 8 << 20;
    /// 2,048 frames of an ordinary MTU.
    private static final int TRANSMIT_BYTES = 4 << 20;

    private static final int QUEUE_BYTES = 8 << 20;

    private static final int BYTES_MIN = RingLayout.BLOCK_BYTES;
    private static final int BYTES_MAX = 256 << 20;

    /// A bump in the wire: 16 MiB for what comes, 13.5 MiB for what goes.
    public static PacketSettings of(String name) {
        return new PacketSettings(name, RING_BYTES, LONG_BYTES, TRANSMIT_BYTES, QUEUE_BYTES, false);
    }

    /// A host on the segment, with the same memory.
    public static PacketSettings station(String name) {
        return new PacketSettings(name, RING_BYTES, LONG_BYTES, TRANSMIT_BYTES, QUEUE_BYTES, true);
    }

    /// @throws IllegalArgumentException with one sentence for the user
    public PacketSettings {
        TunSettings.checkName(name);
        check("ring for received frames", ringBytes);
        check("room for long frames", longBytes);
        check("ring for frames to be sent", transmitBytes);
        check("queue of frames to be sent", queueBytes);
    }

    private static void check(String what, int bytes) {
        if (bytes < BYTES_MIN || bytes > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "the " + what + " must have " + BYTES_MIN + " to " + BYTES_MAX + " octets, not " + bytes);
        }
    }

    /// `packet:eth1`: what people call the link.
    String linkName() {
        return Links.PACKET + name;
    }
}
