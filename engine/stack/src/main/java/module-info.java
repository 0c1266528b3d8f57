/// One shard's TCP/IP: demultiplexing, listeners, ports, timers, IP and ICMP, and the semantics of sockets.
///
/// Pure: no clock, no thread, no input or output, no randomness. Time is the first argument, secrets and seeds
/// are configuration.
@org.jspecify.annotations.NullMarked
module dev.levee.stack {
    requires static org.jspecify;
    requires transitive dev.levee.guard;
    requires transitive dev.levee.tcp;
    requires transitive dev.levee.wire;

    exports dev.levee.stack;
}
