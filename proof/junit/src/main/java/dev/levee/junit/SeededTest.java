package dev.levee.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test that runs once for each of many seeds, in place of `@Test`. What [LeveeNetwork] says about the
/// network holds for each run; the seeds count up from its seed. Without a [LeveeNetwork] the network is
/// perfect, and only `SeededRandom` differs between the runs.
///
/// The first seed that fails ends the test. Its message says the seed; with `-Dlevee.seed=17`, or with
/// `@LeveeNetwork(seed = 17)`, that run comes again, packet by packet.
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@TestTemplate
@ExtendWith(LeveeNetworkExtension.class)
@ExtendWith(SeededTestExtension.class)
public @interface SeededTest {
    /// How many seeds. The configuration parameter `levee.seeds` (a system property: `-Dlevee.seeds=10000`)
    /// wins over it.
    int seeds() default 20;
}
