package dev.levee.tcp;

/// Whether an active open may send its first text with the SYN (RFC 7413). Text that travels so may reach the
/// peer's application twice, when the network duplicates the SYN or the SYN is repeated to a server that has
/// restarted (RFC 7413 §2.1 and §6.2): only for requests that do no harm when they are carried out twice.
///
/// Threads: any; immutable.
public enum FastOpenUse {
    /// An ordinary handshake.
    OFF,
    /// With the cookie that the peer gave to an earlier connection; without one the SYN asks for it.
    WITH_COOKIE,
    /// Always, and without a cookie: only where every host on the way and the server are known to agree.
    WITHOUT_COOKIE
}
