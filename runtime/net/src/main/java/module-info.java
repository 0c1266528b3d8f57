/// What applications import: hosts with blocking TCP streams for virtual and platform threads. The package says
/// how to use them.
@org.jspecify.annotations.NullMarked
module dev.levee.net {
    requires static org.jspecify;
    requires jdk.net;
    requires transitive dev.levee.link;
    requires transitive dev.levee.stack;

    exports dev.levee.net;
}
