package dev.levee.junit;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.platform.commons.support.AnnotationSupport;

/// What stands behind [SeededTest]: one run of the test for each seed, until one fails.
final class SeededTestExtension implements TestTemplateInvocationContextProvider {
    /// The configuration parameter that wins over every count in the sources.
    static final String SEEDS = "levee.seeds";

    SeededTestExtension() {}

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getTestMethod(), SeededTest.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        long first = LeveeNetworkExtension.firstSeed(context, NetworkAnnotations.settings(context));
        long count = count(context);
        var failed = new AtomicBoolean();
        return LongStream.range(0, count)
                .takeWhile(_ -> !failed.get())
                .mapToObj(index -> new SeedRun(first + index, failed));
    }

    private static long count(ExtensionContext context) {
        if (LeveeNetworkExtension.parameter(context, LeveeNetworkExtension.SEED).isPresent()) {
            return 1;
        }
        var annotation = AnnotationSupport.findAnnotation(context.getTestMethod(), SeededTest.class)
                .orElseThrow();
        long seeds = LeveeNetworkExtension.parameter(context, SEEDS).orElse((long) annotation.seeds());
        if (seeds < 1) {
            throw new ExtensionConfigurationException(
                    "@SeededTest needs at least one seed; seeds or " + SEEDS + " is " + seeds);
        }
        return seeds;
    }

    /// The run with one seed.
    private record SeedRun(long seed, AtomicBoolean failed) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return "seed " + seed;
        }

        @Override
        public void prepareInvocation(ExtensionContext context) {
            LeveeNetworkExtension.useSeed(context, seed);
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new UntilOneFails(failed));
        }
    }

    /// Runs that were on their way when one failed, because tests run at the same time, are left out.
    private record UntilOneFails(AtomicBoolean failed) implements ExecutionCondition, TestWatcher {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return failed.get()
                    ? ConditionEvaluationResult.disabled("another seed has failed")
                    : ConditionEvaluationResult.enabled("no seed has failed yet");
        }

        @Override
        public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
            failed.set(true);
        }
    }
}
