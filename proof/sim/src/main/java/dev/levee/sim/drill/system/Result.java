package dev.levee.sim.drill.system;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a system call returned.
///
/// @param value what it returned; -1 for a failure
/// @param error the name of `errno` (`EAGAIN`), empty when it did not fail
/// @param octets data that it filled in: what a read gave, an option's value, the integer of an ioctl
/// @param from the address that it filled in, null when none
/// @param flags of a received message
/// @param events of poll, one for each descriptor that was asked about, in that order; of epoll, in the order
///     in which they came
/// @param descriptors that it made besides its value: the two ends of a pipe
/// @param controls control messages that came with a received one
/// @param unsupported why the target does not offer this call; empty when it does
public record Result(
        long value,
        String error,
        byte[] octets,
        @Nullable Endpoint from,
        int flags,
        List<Ready> events,
        List<Integer> descriptors,
        List<Control> controls,
        String unsupported) {
    private static final byte[] NONE = {};

    /// A descriptor with the events that happened.
    ///
    /// @param data what epoll was told to say
    public record Ready(int descriptor, int events, long data) {}

    /// A control message that carries an integer, as all do that are offered.
    public record Control(int level, int type, int value) {}

    public Result {
        events = List.copyOf(events);
        descriptors = List.copyOf(descriptors);
        controls = List.copyOf(controls);
    }

    /// Without control messages.
    public Result(
            long value,
            String error,
            byte[] octets,
            @Nullable Endpoint from,
            int flags,
            List<Ready> events,
            List<Integer> descriptors,
            String unsupported) {
        this(value, error, octets, from, flags, events, descriptors, List.of(), unsupported);
    }

    /// The same with the flags and the control messages of a received message.
    public Result with(int messageFlags, List<Control> messages) {
        return new Result(value, error, octets, from, messageFlags, events, descriptors, messages, unsupported);
    }

    public static Result of(long value) {
        return new Result(value, "", NONE, null, 0, List.of(), List.of(), "");
    }

    public static Result of(long value, byte[] octets) {
        return new Result(value, "", octets, null, 0, List.of(), List.of(), "");
    }

    public static Result failure(String error) {
        return new Result(-1, error, NONE, null, 0, List.of(), List.of(), "");
    }

    public static Result unsupported(String why) {
        return new Result(-1, "", NONE, null, 0, List.of(), List.of(), why);
    }
}
