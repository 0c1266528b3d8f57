package dev.levee.tcp;

/// When received text is acknowledged without delay (RFC 9293 §3.8.6.3: "at least every second full-sized
/// segment").
public enum AckFrequency {
    /// When two full-sized segments' worth of octets have come.
    TWO_FULL_SEGMENTS,
    /// When more octets than one full-sized segment's have come.
    MORE_THAN_ONE_SEGMENT,
    /// With the second segment of any size, and with one that is larger than the send MSS.
    SECOND_SEGMENT
}
