package dev.levee.stack;

import dev.levee.wire.SipHash;

/// Independent keys from one secret, one for each use: what leaks through one use says nothing about another.
///
/// Threads: any.
enum Keys {
    DEMUX,
    INITIAL_SEQUENCE,
    TIMESTAMP_OFFSET,
    PORT_OFFSET,
    PORT_COUNTER,
    CHANCE,
    MAC,
    NEIGHBOURS,
    SPREAD,
    FAST_OPEN,
    FRAGMENT_IDENTIFICATION,
    PATH_MTU,
    GUARD,
    COOKIE,
    REPLIES;

    /// The key of this use.
    SipHash from(SipHash secret) {
        long domain = ordinal() + 1L;
        return new SipHash(secret.hash(domain, 0, 0, 0, 1), secret.hash(domain, 0, 0, 0, 2));
    }
}
