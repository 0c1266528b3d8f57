package dev.levee.tcp;

import dev.levee.wire.IpAddress;

/// What identifies a connection: both addresses and both ports, seen from this side.
///
/// Threads: any; immutable.
public record FourTuple(IpAddress localAddress, int localPort, IpAddress remoteAddress, int remotePort) {

    /// `198.18.0.2:80 <- 198.18.0.1:40000`, with brackets around IPv6.
    @Override
    public String toString() {
        return endpoint(localAddress, localPort) + " <-> " + endpoint(remoteAddress, remotePort);
    }

    /// `198.18.0.2:80` or `[2001:db8::2]:80`.
    public static String endpoint(IpAddress address, int port) {
        return address.isV4() ? address + ":" + port : "[" + address + "]:" + port;
    }
}
