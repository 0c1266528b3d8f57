/// An imperfect path between two hosts: loss, delay, jitter, reordering, duplication, corruption, rate and
/// queue.
///
/// Pure: time is the first argument, the seed is configuration. Links and simulators run the same classes.
@org.jspecify.annotations.NullMarked
module dev.levee.path {
    requires static org.jspecify;
    requires transitive dev.levee.wire;

    exports dev.levee.path;
}
