/// The annotation that ties a test to the RFC requirement it proves.
@org.jspecify.annotations.NullMarked
module dev.levee.rfc {
    requires static org.jspecify;
    requires transitive org.junit.jupiter.api;

    exports dev.levee.rfc;
}
