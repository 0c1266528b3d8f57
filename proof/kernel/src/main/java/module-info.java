/// The Linux kernel as a system under test: the same scripts that judge Levee's engine are run against real
/// sockets in a network namespace of their own. Here because real sockets with their exact error numbers cannot
/// be had through Java's API; nothing of the library depends on it.
@org.jspecify.annotations.NullMarked
module dev.levee.kernel {
    requires static org.jspecify;
    requires transitive dev.levee.sim;
    requires transitive dev.levee.wire;

    exports dev.levee.kernel;
}
