package dev.levee.tcp;

/// Whether explicit congestion notification (RFC 3168) is agreed on with peers.
///
/// Threads: any; immutable.
public enum EcnUse {
    /// Neither asked for nor agreed to.
    OFF,
    /// Agreed to when the peer asks, not asked for.
    WHEN_ASKED,
    /// Asked for, and agreed to.
    ON
}
