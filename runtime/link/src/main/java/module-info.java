/// Frames in and out of the process: memory, TUN, capture files. The only module of the library with
/// native access.
@org.jspecify.annotations.NullMarked
module dev.levee.link {
    requires static org.jspecify;
    requires transitive dev.levee.path;
    requires transitive dev.levee.wire;

    exports dev.levee.link;
}
