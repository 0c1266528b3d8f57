package dev.levee.junit;

import dev.levee.path.SeededRandom;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.VirtualClock;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestInstantiationAwareExtension;
import org.opentest4j.TestAbortedException;

/// What stands behind [LeveeNetwork]: one [NetworkRun] for each run of a test, kept with that run, so that
/// tests may run at the same time.
final class LeveeNetworkExtension
        implements ParameterResolver,
                BeforeEachCallback,
                TestInstantiationAwareExtension,
                InvocationInterceptor,
                TestExecutionExceptionHandler,
                LifecycleMethodExecutionExceptionHandler {
    /// The configuration parameter that wins over every seed in the sources.
    static final String SEED = "levee.seed";

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(LeveeNetworkExtension.class);
    private static final String SEED_OF_RUN = "seed";
    private static final Set<Class<?>> TYPES =
            Set.of(SimNetwork.class, SimHost.class, VirtualClock.class, Programs.class, SeededRandom.class);

    LeveeNetworkExtension() {}

    /// The seed of a whole test, or the first of many: the parameter's, or the annotation's.
    static long firstSeed(ExtensionContext context, NetworkSettings settings) {
        return parameter(context, SEED).orElse(settings.seed());
    }

    static Optional<Long> parameter(ExtensionContext context, String name) {
        return context.getConfigurationParameter(name).map(text -> {
            try {
                return Long.parseLong(text.strip());
            } catch (NumberFormatException e) {
                throw new ExtensionConfigurationException(
                        name + " must be a whole number such as 17, not '" + text + "'", e);
            }
        });
    }

    /// One run of many gets its own seed.
    static void useSeed(ExtensionContext context, long seed) {
        context.getStore(NAMESPACE).put(SEED_OF_RUN, seed);
    }

    private static NetworkRun run(ExtensionContext context) {
        var store = context.getStore(NAMESPACE);
        return store.computeIfAbsent(NetworkRun.class, _ -> create(context), NetworkRun.class);
    }

    private static NetworkRun create(ExtensionContext context) {
        var settings = NetworkAnnotations.settings(context);
        var seed = context.getStore(NAMESPACE).get(SEED_OF_RUN, Long.class);
        return new NetworkRun(settings.seed(seed == null ? firstSeed(context, settings) : seed));
    }

    /// Wrong annotations fail a test even when it asks for nothing.
    @Override
    public void beforeEach(ExtensionContext context) {
        run(context);
    }

    /// A constructor belongs to the test that it is called for.
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        var type = parameter.getParameter().getType();
        if (!type.equals(SimHost.class) && parameter.isAnnotated(Host.class)) {
            throw new ParameterResolutionException(
                    "@Host is for parameters of type SimHost, not " + type.getSimpleName());
        }
        return TYPES.contains(type);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException("a network lives for one test: ask for "
                    + parameter.getParameter().getType().getSimpleName()
                    + " in the test method or a @BeforeEach method, not where something is made for several tests");
        }
        var run = run(context);
        var type = parameter.getParameter().getType();
        if (type.equals(SimHost.class)) {
            return run.host(hostName(parameter));
        } else if (type.equals(SimNetwork.class)) {
            return run.network();
        } else if (type.equals(VirtualClock.class)) {
            return run.network().clock();
        } else if (type.equals(Programs.class)) {
            return run.programs();
        }
        return run.random();
    }

    private static String hostName(ParameterContext context) {
        var named = context.findAnnotation(Host.class);
        if (named.isPresent()) {
            if (named.get().value().isBlank()) {
                throw new ParameterResolutionException("@Host needs a name, such as @Host(\"client\")");
            }
            return named.get().value();
        }
        var parameter = context.getParameter();
        if (!parameter.isNamePresent()) {
            throw new ParameterResolutionException("the name of parameter " + (context.getIndex() + 1)
                    + " is not in the class file: say @Host(\"client\"), or compile the tests with -parameters");
        }
        return parameter.getName();
    }

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        invocation.proceed();
        run(context).programs().await();
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        interceptTestMethod(invocation, method, context);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw explained(context, failure);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw explained(context, failure);
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw explained(context, failure);
    }

    private static Throwable explained(ExtensionContext context, Throwable failure) {
        return switch (failure) {
            // Not failures of the test, so the network has nothing to say about them.
            case TestAbortedException _, ParameterResolutionException _, ExtensionConfigurationException _ -> failure;
            case VirtualMachineError _ -> failure;
            default -> NetworkFailure.of(failure, run(context));
        };
    }
}
