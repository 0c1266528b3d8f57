package dev.levee.sim.drill.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A packet: `< S 0:0(0) win 65535 <mss 1460>`.
///
/// @param outbound true for `>`: the system under test must send it; false for `<`: it is given it
/// @param encapsulations names of outer headers that were written (`ipv4`, `gre`, `mpls`, `psp`), outermost
///     first
/// @param ip what is said about the IP header
public record PacketLine(Position at, boolean outbound, List<String> encapsulations, IpSpec ip, Body body)
        implements Action {
    public PacketLine {
        encapsulations = List.copyOf(encapsulations);
    }

    /// What is said about an IP header; null: nothing is.
    ///
    /// @param ecn ECN field, checked alone (`noecn`, `ect0`, `ect1`, `ce`)
    /// @param anyEct `ect01`: either of the two ECT codes
    /// @param dscp upper six bits of the octet, checked alone (`dscp 0x0a`)
    /// @param trafficClass whole octet (`tos 0x10`, `class 0x10`)
    /// @param hopLimit TTL or hop limit
    public record IpSpec(
            @Nullable Integer ecn,
            boolean anyEct,
            @Nullable Integer dscp,
            @Nullable Integer trafficClass,
            @Nullable Integer hopLimit,
            @Nullable Integer flowLabel) {
        public static final IpSpec NOTHING = new IpSpec(null, false, null, null, null, null);
    }

    /// What the packet carries.
    public sealed interface Body {}

    /// A TCP segment; null: nothing is said.
    ///
    /// @param ports null, or source and destination
    /// @param flags control bits as in `dev.levee.wire.TcpFlags`, and [#AE]; a digit after the flags has set
    ///     the three bits AE, CWR and ECE
    /// @param ace that digit, the three-bit counter of accurate ECN, or null
    /// @param seq sequence number of the first octet, unsigned
    /// @param seqForm what `seq` counts from
    /// @param ack relative; null when the line does not say it
    /// @param window the field as on the wire
    /// @param options in order; null for `<...>`: any options
    /// @param udp ports of the UDP header that TCP is carried in (`/udp(1000:9811)`), or null
    public record Tcp(
            @Nullable Ports ports,
            int flags,
            @Nullable Integer ace,
            long seq,
            SeqForm seqForm,
            int length,
            @Nullable Long ack,
            @Nullable Integer window,
            int urgentPointer,
            @Nullable List<OptionSpec> options,
            @Nullable Ports udp)
            implements Body {}

    /// The bit of accurate ECN that lies beside the octet of control bits, as a mask for [Tcp#flags].
    public static final int AE = 0x100;

    /// What a sequence number counts from.
    public enum SeqForm {
        /// The sender's initial sequence number.
        RELATIVE,
        /// Zero: the number is the one on the wire (`0:0(0)!`).
        ABSOLUTE,
        /// Not said: any will do (`...(0)`).
        ANY
    }

    /// A UDP datagram.
    public record Udp(@Nullable Ports ports, int length) implements Body {}

    /// An ICMP message.
    ///
    /// @param type its name: `unreachable`, `packet_too_big`
    /// @param code its name, or null
    /// @param quoted the sequence range of the TCP segment that it quotes; null when the line says none
    /// @param quotedProtocol what is quoted: `tcp`, `udp` or `raw`
    /// @param udp as in [Tcp]
    public record Icmp(
            String type,
            @Nullable String code,
            @Nullable Integer mtu,
            @Nullable Integer id,
            @Nullable Range quoted,
            String quotedProtocol,
            @Nullable Ports udp)
            implements Body {}

    /// Anything else that parses but that no target offers; it has a name for the skip's reason.
    public record Other(String name) implements Body {}

    public record Ports(int source, int destination) {}

    /// `start:end(length)`, relative.
    public record Range(long start, int length) {}

    /// A TCP option.
    public sealed interface OptionSpec {
        record Nop() implements OptionSpec {}

        record End() implements OptionSpec {}

        record Mss(int octets) implements OptionSpec {}

        record WindowScale(int shift) implements OptionSpec {}

        record SackPermitted() implements OptionSpec {}

        /// Pairs of relative edges.
        record Sack(List<Range32> blocks) implements OptionSpec {
            public Sack {
                blocks = List.copyOf(blocks);
            }
        }

        /// @param anyValue `val ...`: any will do
        /// @param absoluteEcho `ecr 7!`: the number is the one on the wire, not the script's
        record Timestamps(long value, long echo, boolean anyValue, boolean absoluteEcho) implements OptionSpec {}

        /// The cookie in hexadecimal digits; empty to ask for one.
        record FastOpen(String cookie, boolean experimental) implements OptionSpec {}

        /// Options that parse but that no target offers: `md5`, `ECN`.
        ///
        /// @param octets the option's whole length
        record Named(String name, String value, int octets) implements OptionSpec {}

        /// The whole option's length in octets.
        default int length() {
            return switch (this) {
                case Nop(), End() -> 1;
                case Mss _ -> 4;
                case WindowScale _ -> 3;
                case SackPermitted() -> 2;
                case Sack sack -> 2 + 8 * sack.blocks().size();
                case Timestamps _ -> 10;
                case FastOpen open ->
                    (open.experimental() ? 4 : 2) + open.cookie().length() / 2;
                case Named named -> named.octets();
            };
        }
    }

    /// Left and right edge.
    public record Range32(long left, long right) {}
}
