/// The same work beside the kernel: ratios of one run, never single figures.
@org.jspecify.annotations.NullMarked
module dev.levee.bench {
    requires static org.jspecify;
    requires dev.levee.guard;
    requires dev.levee.link;
    requires dev.levee.net;
    requires dev.levee.sim;
    requires dev.levee.stack;
    requires dev.levee.tcp;
    requires dev.levee.wire;
    requires java.management;
    requires jdk.management;
}
