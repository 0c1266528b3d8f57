package dev.levee.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/// Judges [RealNetwork].
final class RealNetworkCondition implements ExecutionCondition {
    private static final boolean REQUIRED = "1".equals(System.getenv("LEVEE_REQUIRE_NET"));
    private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        var needs = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), RealNetwork.class)
                .orElseThrow();
        var lack = lack(needs.value());
        if (lack.isEmpty()) {
            return ConditionEvaluationResult.enabled("the network can be used");
        }
        if (REQUIRED) {
            throw new IllegalStateException("LEVEE_REQUIRE_NET=1, and " + lack.get());
        }
        if (SAID.add(lack.get())) {
            System.out.println("Tests with real programs are skipped: " + lack.get());
        }
        return ConditionEvaluationResult.disabled(lack.get());
    }

    private static Optional<String> lack(String[] programs) {
        if (Machine.LACK.isPresent()) {
            return Machine.LACK;
        }
        for (var program : programs) {
            if (Tools.find(program).isEmpty()) {
                return Optional.of("there is no " + program + " on the PATH");
            }
        }
        return Optional.empty();
    }

    /// Looked at once, when the first class asks.
    private static final class Machine {
        static final Optional<String> LACK = look();

        private static Optional<String> look() {
            try {
                if (!Files.exists(Path.of("/proc/self"))
                        || !Files.getAttribute(Path.of("/proc/self"), "unix:uid")
                                .equals(0)) {
                    return Optional.of("they need root on Linux");
                }
                if (!Files.exists(Path.of("/dev/net/tun"))) {
                    return Optional.of("there is no /dev/net/tun");
                }
                if (Tools.find("ip").isEmpty()) {
                    return Optional.of("there is no ip on the PATH");
                }
                try (var _ = new Namespace()) {
                    return Optional.empty();
                }
            } catch (Exception e) {
                return Optional.of("a network namespace cannot be made: " + e.getMessage());
            }
        }
    }
}
