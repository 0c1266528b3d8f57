package dev.levee.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/// Runs tests within a test: those that must fail, too. They are static nested classes, which no build runs by
/// themselves.
final class Inner {
    private Inner() {}

    /// Runs a class with configuration parameters: name, value, name, value.
    static EngineExecutionResults run(Class<?> type, String... parameters) {
        return run(selectClass(type), parameters);
    }

    private static EngineExecutionResults run(DiscoverySelector selector, String... parameters) {
        var kit = EngineTestKit.engine("junit-jupiter").selectors(selector);
        for (int i = 0; i < parameters.length; i += 2) {
            kit.configurationParameter(parameters[i], parameters[i + 1]);
        }
        return kit.execute();
    }

    /// The one failure of a class.
    static Throwable failure(Class<?> type) {
        return only(run(type));
    }

    /// Runs one method.
    static EngineExecutionResults runMethod(Class<?> type, String method, String... parameters) {
        return runInherited(type, type, method, parameters);
    }

    /// Runs one method that a class has from another one.
    static EngineExecutionResults runInherited(Class<?> type, Class<?> declaring, String method, String... parameters) {
        var found = Arrays.stream(declaring.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(method))
                .findFirst()
                .orElseThrow();
        return run(selectMethod(type, found), parameters);
    }

    /// The one failure of a method.
    static Throwable failure(Class<?> type, String method, String... parameters) {
        return only(runMethod(type, method, parameters));
    }

    private static Throwable only(EngineExecutionResults results) {
        var failures = failures(results);
        assertThat(failures).hasSize(1);
        return failures.getFirst();
    }

    /// All failures, of containers too.
    static List<Throwable> failures(EngineExecutionResults results) {
        return results.allEvents()
                .filter(event -> event.getPayload(TestExecutionResult.class)
                        .filter(result -> result.getStatus() == TestExecutionResult.Status.FAILED)
                        .isPresent())
                .map(event -> event.getRequiredPayload(TestExecutionResult.class)
                        .getThrowable()
                        .orElseThrow())
                .toList();
    }
}
