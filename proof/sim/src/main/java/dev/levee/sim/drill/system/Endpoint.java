package dev.levee.sim.drill.system;

import dev.levee.wire.IpAddress;

/// A socket address. `family` is the system's number for it; a mapped IPv4 address in an `AF_INET6` structure
/// is written with the IPv6 family.
public record Endpoint(int family, IpAddress address, int port) {}
