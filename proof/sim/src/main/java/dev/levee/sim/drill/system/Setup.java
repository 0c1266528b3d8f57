package dev.levee.sim.drill.system;

import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;

/// What a target is before a script begins.
///
/// @param platform whose numbers the script's names stand for
/// @param profile whose habits the system has, where it has a choice
/// @param mode which IP, on the wire and in calls
/// @param local the system's own address with its network
/// @param gateway the host in that network through which everything else is reached
/// @param remote the scripted peer's address
/// @param mtu of the link in octets
public record Setup(
        Platform platform, Profile profile, Mode mode, Cidr local, IpAddress gateway, IpAddress remote, int mtu) {
    /// Whose habits: where the RFCs leave a choice, systems differ.
    public enum Profile {
        LINUX,
        FREEBSD,
        LEVEE
    }

    /// Which IP.
    public enum Mode {
        IPV4,
        IPV6,
        /// IPv4 on the wire, sockets of the IPv6 family with mapped addresses.
        MAPPED
    }
}
