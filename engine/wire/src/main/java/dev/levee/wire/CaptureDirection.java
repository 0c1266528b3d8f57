package dev.levee.wire;

/// Which way a captured packet went, seen from the host that captured it. In pcapng these are the two lowest
/// bits of the packet flags.
public enum CaptureDirection {
    UNKNOWN,
    INBOUND,
    OUTBOUND;

    static CaptureDirection of(int flags) {
        return switch (flags & 3) {
            case 1 -> INBOUND;
            case 2 -> OUTBOUND;
            default -> UNKNOWN;
        };
    }
}
