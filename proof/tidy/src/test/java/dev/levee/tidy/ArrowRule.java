package dev.levee.tidy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Arrows between modules point down and left only (ARCHITECTURE.md): app, defence, runtime, engine; inside the
/// engine stack, then guard and tcp, which never see each other, then wire.
final class ArrowRule {
    private static final Set<String> ENGINE =
            Set.of("engine/wire", "engine/path", "engine/guard", "engine/tcp", "engine/stack");

    private static final Set<String> SIM_AND_ENGINE =
            Stream.concat(ENGINE.stream(), Stream.of("proof/sim")).collect(Collectors.toUnmodifiableSet());

    /// What each part of the engine and of the proofs may refer to, beside itself.
    private static final Map<String, Set<String>> ALLOWED = Map.of(
            "engine/wire", Set.of(),
            "engine/path", Set.of("engine/wire"),
            "engine/guard", Set.of("engine/wire"),
            "engine/tcp", Set.of("engine/wire"),
            "engine/stack", Set.of("engine/wire", "engine/path", "engine/guard", "engine/tcp"),
            "proof/sim", ENGINE,
            "proof/junit", SIM_AND_ENGINE,
            "proof/kernel", Set.of("engine/wire", "proof/sim"),
            "proof/rfc", Set.of());

    /// The proofs that users run with the command.
    private static final Set<String> OF_THE_COMMAND = Set.of("proof/sim", "proof/kernel");

    private ArrowRule() {}

    /// Judges one class.
    ///
    /// @param module the directory of its module
    /// @param modules where each package is at home: `dev/levee/wire` in `engine/wire`
    static List<Finding> check(String module, ClassReferences references, Map<String, String> modules) {
        return references.judge(module, reference -> {
            int dot = reference.indexOf('.');
            var target = modules.get(ClassReferences.packageOf(dot < 0 ? reference : reference.substring(0, dot)));
            return dot >= 0 || target == null || allowed(module, target)
                    ? ""
                    : module + " must not see " + target + ": " + reference.replace('/', '.');
        });
    }

    static boolean allowed(String from, String to) {
        if (from.equals(to)) {
            return true;
        }
        var listed = ALLOWED.get(from);
        if (listed != null) {
            return listed.contains(to);
        }
        return switch (layer(from)) {
            case "runtime" -> ENGINE.contains(to) || (layer(to).equals("runtime") && !from.equals("runtime/link"));
            case "defence" ->
                ENGINE.contains(to) || layer(to).equals("runtime") || layer(to).equals("defence");
            case "app" -> !layer(to).equals("proof") || OF_THE_COMMAND.contains(to);
            case "proof" -> true;
            // An engine module that is not listed has no arrows until somebody writes them down here.
            default -> false;
        };
    }

    private static String layer(String module) {
        int slash = module.indexOf('/');
        return slash < 0 ? module : module.substring(0, slash);
    }
}
