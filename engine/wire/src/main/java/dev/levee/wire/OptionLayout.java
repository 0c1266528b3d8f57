package dev.levee.wire;

/// In which order TCP options stand in a header, and what pads them to whole words. Receivers must take any
/// (RFC 9293 §3.2); people and tools tell systems apart by it.
///
/// Threads: any.
public enum OptionLayout {
    /// MSS, SACK-permitted, timestamps, window scale; no-operations before an option make it end on a word, and
    /// SACK-permitted takes the place of two of them.
    TIMESTAMPS_BEFORE_SCALE,
    /// MSS, window scale, SACK-permitted, timestamps; no-operations bring values to word boundaries, octets of
    /// the end of the list fill up the last word.
    SCALE_BEFORE_TIMESTAMPS
}
