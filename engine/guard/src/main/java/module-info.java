/// Handshakes that have no connection yet, and what stands up to floods of them: SYN cache, SYN cookies, limits.
///
/// Pure: time is the first argument, secrets are configuration. The stack and the gateway run the same classes.
@org.jspecify.annotations.NullMarked
module dev.levee.guard {
    requires static org.jspecify;
    requires transitive dev.levee.wire;

    exports dev.levee.guard;
}
