package dev.levee.tcp;

/// How a closed window is asked about (RFC 9293 §3.8.6.1).
public enum WindowProbe {
    /// With the next octet of text or the FIN, as the RFC has it: when the window opens meanwhile, the octet is
    /// delivered.
    NEXT_OCTET,
    /// With an empty segment whose sequence number lies just below SND.UNA: unacceptable everywhere, so that it
    /// must be answered, and no octet is ever sent outside of the window.
    OLD_SEQUENCE
}
