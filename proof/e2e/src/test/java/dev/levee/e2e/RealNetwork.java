package dev.levee.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// The tests of a class need root, network namespaces, TUN and some programs. Where something is missing they
/// are skipped, and one line says why; with `LEVEE_REQUIRE_NET=1` in the environment they fail instead.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RealNetworkCondition.class)
@interface RealNetwork {
    /// Programs besides `ip`, by name.
    String[] value() default {};
}
