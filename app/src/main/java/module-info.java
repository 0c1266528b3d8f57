/// The `levee` command.
@org.jspecify.annotations.NullMarked
module dev.levee.app {
    requires static org.jspecify;
    requires dev.levee.kernel;
    requires dev.levee.net;
    requires dev.levee.path;
    requires dev.levee.sim;
    requires info.picocli;
    requires org.apache.httpcomponents.core5.httpcore5;
    requires tools.jackson.core;

    opens dev.levee.app to
            info.picocli;
}
