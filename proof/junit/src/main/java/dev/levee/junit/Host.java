package dev.levee.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Names the host that a parameter of type `SimHost` stands for, where the parameter's own name does not:
/// because it differs, or because the tests are compiled without `-parameters`. Within one test, the same name
/// is the same host.
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Host {
    /// The host's name.
    String value();
}
