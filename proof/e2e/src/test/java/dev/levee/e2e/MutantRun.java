package dev.levee.e2e;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import java.util.Set;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// A program that runs the tests it is given, as `class` or `class#method`, class by class in this order, until one
/// fails. Exit code 0: all passed; 3: one failed; 4: none was there to run.
final class MutantRun {
    static final int PASSED = 0;
    /// Not 1, with which every Java program ends that fails.
    static final int FAILED = 3;

    private static final int NONE = 4;

    private MutantRun() {}

    public static void main(String[] names) {
        var wanted = Set.of(names);
        var classes = Arrays.stream(names)
                .map(name -> name.split("#", -1)[0])
                .distinct()
                .map(name -> selectClass(name))
                .toList();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(classes)
                .filters(only(wanted))
                .build();
        var verdict = new Verdict();
        LauncherFactory.create().execute(request, verdict);
        System.exit(verdict.passed == 0 ? NONE : PASSED);
    }

    private static PostDiscoveryFilter only(Set<String> wanted) {
        return test -> FilterResult.includedIf(isWanted(test, wanted));
    }

    /// Classes stay, and of their methods those that were asked for, by themselves or with all of their class.
    private static boolean isWanted(TestDescriptor test, Set<String> wanted) {
        if (!(test.getSource().orElse(null) instanceof MethodSource method)) {
            return true;
        }
        return wanted.contains(method.getClassName())
                || wanted.contains(method.getClassName() + "#" + method.getMethodName());
    }

    /// Ends the program with the first failure: what is behind it would only wait for what never comes.
    private static final class Verdict implements TestExecutionListener {
        private int passed;

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                System.out.println(test.getDisplayName() + ": "
                        + result.getThrowable().map(Throwable::toString).orElse("failed"));
                System.exit(FAILED);
            }
            passed += test.isTest() ? 1 : 0;
        }
    }
}
