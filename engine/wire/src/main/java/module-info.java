/// Bytes and their meaning: IP, ICMP and TCP headers, checksums, sequence arithmetic, capture files.
///
/// Pure: no clock, no thread, no randomness, no dependency. Capture files are read from and written to streams
/// that the caller opens.
@org.jspecify.annotations.NullMarked
module dev.levee.wire {
    requires static org.jspecify;

    exports dev.levee.wire;
}
