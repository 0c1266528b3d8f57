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
    /// @param trafficClass whole octet (`tos 0x10`)
    /// @param hopLimit TTL or hop limit
    public record IpSpec(
            @Nullable Integer ecn,
            boolean anyEct,
            @Nullable Integer trafficClass,
            @Nullable Integer hopLimit,
            @Nullable Integer flowLabel) {
        public static final IpSpec NOTHING = new IpSpec(null, false, null, null, null);
    }

    /// What the packet carries.
    public sealed interface Body {}

    /// A TCP segment; null: nothing is said.
    ///
    /// @param ports null, or source and destination
    /// @param flags control bits as in `dev.levee.wire.TcpFlags`
    /// @param ace the three-bit counter of accurate ECN that a digit after the flags gives, or null
    /// @param seq relative sequence number of the first octet, unsigned
    /// @param ack relative; null when the line does not say it
    /// @param window the field as on the wire
    /// @param options in order; null for `<...>`: any options
    /// @param udp ports of the UDP header that TCP is carried in (`/udp(1000:9811)`), or null
    public record Tcp(
            @Nullable Ports ports,
            int flags,
            @Nullable Integer ace,
            long seq,
            int length,
            @Nullable Long ack,
            @Nullable Integer window,
            int urgentPointer,
            @Nullable List<OptionSpec> options,
            @Nullable Ports udp)
            implements Body {}

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

        record Timestamps(long value, long echo) implements OptionSpec {}

        /// The cookie in hexadecimal digits, or a script's word for it; empty to ask for one.
        record FastOpen(String cookie, boolean experimental) implements OptionSpec {}

        /// Options that parse but that no target offers: `md5`, `accecn`.
        record Named(String name, String value) implements OptionSpec {}
    }

    /// Left and right edge.
    public record Range32(long left, long right) {}
}
