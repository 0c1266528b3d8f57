/// One TCP connection: the state machine of RFC 9293, its timers, loss recovery and congestion control.
///
/// Pure: no clock, no thread, no input or output, no randomness. Time is the first argument, secrets and seeds
/// are configuration.
@org.jspecify.annotations.NullMarked
module dev.levee.tcp {
    requires static org.jspecify;
    requires transitive dev.levee.wire;

    exports dev.levee.tcp;
}
