package dev.levee.tcp;

import dev.levee.wire.Segment;

/// What this side offers with its SYN or SYN-ACK, as far as it follows from settings, the link and the peer's options
/// alone (RFC 9293 §3.7.1, RFC 7323 §2).
///
/// Threads: any.
final class Offer {
    static final int V4_HEADERS_BYTES = 40;
    static final int V6_HEADERS_BYTES = 60;
    private static final int MSS_MIN = 8;
    private static final int V4_MSS_DEFAULT = 536;
    private static final int V6_MSS_DEFAULT = 1220;

    private Offer() {}

    /// The MSS to offer on a link.
    static int mss(TcpConfig config, int mtu, boolean v4) {
        // RFC 9293 §3.7.1: "The maximum size of a segment that TCP endpoint really sends ... MUST be the
        // smaller ..."
        return Math.max(MSS_MIN, Math.min(config.mssMax(), mtu - (v4 ? V4_HEADERS_BYTES : V6_HEADERS_BYTES)));
    }

    /// The MSS to send with.
    ///
    /// @param peerMss what the peer has said; 0: nothing
    static int sendMss(TcpConfig config, int mssOffered, int peerMss, boolean v4) {
        // RFC 9293 §3.7.1: "If an MSS Option is not received at connection setup, TCP implementations MUST
        // assume a default send MSS of 536 ... for IPv4 or 1220 ... for IPv6".
        return peerMss > 0
                ? Math.clamp(peerMss, Math.min(config.mssMin(), mssOffered), mssOffered)
                : Math.min(mssOffered, v4 ? V4_MSS_DEFAULT : V6_MSS_DEFAULT);
    }

    /// How far the window field is to be shifted, if the peer scales, too.
    static int windowShift(TcpConfig config) {
        if (!config.windowScaling()) {
            return 0;
        }
        if (config.windowShift() >= 0) {
            return config.windowShift();
        }
        boolean grows = config.receiveBufferBytesMax() > config.receiveBufferBytes();
        int capacity = grows ? config.receiveBufferBytesMax() - 1 : windowLimit(config);
        int shift = 0;
        // RFC 7323 §2.3: "the shift count MUST be limited to 14".
        while (capacity >>> shift > 0xffff && shift < Segment.WINDOW_SCALE_MAX) {
            shift++;
        }
        return shift;
    }

    /// What the receive buffer is promised to hold until it grows.
    static int windowLimit(TcpConfig config) {
        return config.receiveWindowBytes() == 0 ? config.receiveBufferBytes() : config.receiveWindowBytes();
    }

    /// The same where it is whole segments.
    static int windowLimit(TcpConfig config, int sendMss) {
        int limit = windowLimit(config);
        if (!config.windowInSegments()) {
            return limit;
        }
        int segments = (limit + sendMss - 1) / sendMss;
        return Math.min(segments * sendMss, config.receiveBufferBytes());
    }

    /// What the peer is promised at first.
    ///
    /// @param limit [#windowLimit]
    static int firstPromise(TcpConfig config, int limit) {
        int first = config.receiveWindowInitialBytes();
        return first == 0 || first == windowLimit(config) ? limit : first;
    }

    /// The window field of the first SYN or SYN-ACK, which is never scaled (RFC 7323 §2.2).
    ///
    /// @param shift what later ones are scaled by
    /// @param limit [#windowLimit]
    static int firstWindow(TcpConfig config, int shift, int limit) {
        int unit = shift == 0 ? 0 : 1 << shift;
        int room = Math.min(
                Math.min(limit, firstPromise(config, limit)), Math.max(limit, config.receiveBufferBytes()) - unit);
        return Math.clamp(room, 0, 0xffff);
    }
}
