/// JUnit tests on a simulated network in virtual time. The package says how to use them.
@org.jspecify.annotations.NullMarked
module dev.levee.junit {
    requires static org.jspecify;
    requires transitive dev.levee.sim;
    requires transitive org.junit.jupiter.api;

    exports dev.levee.junit;

    // JUnit makes the extensions.
    opens dev.levee.junit to
            org.junit.platform.commons;
}
