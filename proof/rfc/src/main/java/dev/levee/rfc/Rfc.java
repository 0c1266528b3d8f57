package dev.levee.rfc;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/// The requirements that a test proves, each as `number:id`: `@Rfc("9293:MUST-7")`, or several at once:
/// `@Rfc({"9293:MUST-7", "9293:MUST-68"})`. Where an RFC does not number its requirements, the section stands
/// in place of the id: `@Rfc("6528:3")`. The compliance table is generated from these.
///
/// On a class it holds for every test in it. All such tests carry the JUnit tag `rfc`.
///
/// Threads: any.
@Documented
@Tag("rfc")
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Rfc {
    /// The requirements, `number:id` each.
    String[] value();
}
