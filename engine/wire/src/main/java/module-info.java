/// Bytes and their meaning: IP, ICMP and TCP headers, checksums, sequence arithmetic, capture files.
///
/// Pure: no clock, no thread, no input or output, no randomness, no dependency.
@org.jspecify.annotations.NullMarked
module dev.levee.wire {
    requires static org.jspecify;

    exports dev.levee.wire;
}
