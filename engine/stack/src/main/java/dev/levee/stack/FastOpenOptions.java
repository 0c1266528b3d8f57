package dev.levee.stack;

import org.jspecify.annotations.Nullable;

/// Whether, and how, a listener accepts text with a SYN (RFC 7413). Such a connection can be accepted, read and
/// answered before the handshake is complete. Immutable.
///
/// **A warning of RFC 7413 §2.1 and §6.2:** text of a SYN may be handed to the application twice, when the network
/// duplicates the SYN or when it is repeated after a restart of this host. Only for services to which a request
/// that arrives twice does no harm.
///
/// @param pendingMax how many connections may be open without their handshake being complete, those included
///     that were reset in that state less than a minute ago; beyond it handshakes are ordinary ones. 0: off
/// @param cookieRequired whether text is accepted only with a valid cookie, which proves that the client could
///     receive at its address before. Without, anybody can make this host answer to any address, and hold a
///     receive buffer for it
/// @param keys what cookies are made with; null: keys of the stack's own secret
public record FastOpenOptions(
        int pendingMax, boolean cookieRequired, @Nullable FastOpenKeys keys) {
    /// No fast open.
    public static final FastOpenOptions OFF = new FastOpenOptions(0, true, null);

    static final int PENDING_MOST = 1 << 16;

    /// @throws IllegalArgumentException when `pendingMax` lies outside 0..65536
    public FastOpenOptions {
        if (pendingMax < 0 || pendingMax > PENDING_MOST) {
            throw new IllegalArgumentException("pendingMax must lie in 0.." + PENDING_MOST + ", but is " + pendingMax);
        }
    }

    /// With cookies of the stack's own secret.
    public static FastOpenOptions pending(int max) {
        return new FastOpenOptions(max, true, null);
    }
}
