package dev.levee.sim;

import dev.levee.wire.TcpFlags;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A packet as a script writes it, with relative sequence numbers: `P. 1:101(100) ack 1 win 257 <nop,nop,TS val
/// 5 ecr 0>`.
///
/// Flags: `S` SYN, `F` FIN, `R` RST, `P` PSH, `.` ACK, `U` URG, `E` ECE, `W` CWR, `-` none. Then the sequence
/// numbers of the text, its length in parentheses if wanted; one number alone means no text. `=7` is the
/// absolute number 7. Then, each if wanted, `ack N`, `win N` (as on the wire), `urg N` and options in angle
/// brackets: `mss N`, `wscale N`, `sackOK`, `TS val N ecr N`, `sack L:R L:R`, `nop`, `eol`. A `*` stands for
/// any number in what is expected; for the newest timestamp of the stack under test in what is sent to it.
///
/// Threads: any; immutable.
///
/// @param flags the control bits
/// @param seq relative to the sender's initial sequence number unless `seqAbsolute`
/// @param length octets of text
/// @param ack relative to the receiver's; null: absent, in what is expected: any
/// @param window null: absent
/// @param urgent null: absent
/// @param options null: absent; in what is expected: any
record PacketSpec(
        int flags,
        int seq,
        boolean seqAbsolute,
        int length,
        @Nullable Integer ack,
        @Nullable Integer window,
        @Nullable Integer urgent,
        @Nullable Options options) {

    /// What stands in angle brackets.
    ///
    /// @param mss 0: absent
    /// @param windowScale -1: absent
    /// @param timestamps whether there are timestamps
    /// @param tsVal null: `*`
    /// @param tsEcr null: `*`
    /// @param sack edges of blocks, left and right in turn
    record Options(
            int mss,
            int windowScale,
            boolean sackPermitted,
            boolean timestamps,
            @Nullable Integer tsVal,
            @Nullable Integer tsEcr,
            List<Integer> sack) {
        Options {
            sack = List.copyOf(sack);
        }
    }

    boolean has(int mask) {
        return (flags & mask) == mask;
    }

    boolean hasAck() {
        return has(TcpFlags.ACK);
    }
}
