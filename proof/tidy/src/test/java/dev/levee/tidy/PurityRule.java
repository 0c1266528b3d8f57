package dev.levee.tidy;

import java.util.List;

/// The engine and the simulator refer to no clock, thread, network, file, environment, chance or native call:
/// those come as arguments. `MemorySegment` and `Arena` are fine, and so are streams given by the caller.
final class PurityRule {
    private static final List<String> CLASSES = List.of(
            "java/lang/foreign/Linker",
            "java/lang/foreign/SymbolLookup",
            "java/lang/Thread",
            "java/lang/Process",
            "java/lang/Runtime",
            "java/lang/management/",
            "java/util/concurrent/",
            "java/util/Random",
            "java/util/SplittableRandom",
            "java/util/random/",
            "java/util/Timer",
            "java/security/SecureRandom",
            "java/net/",
            "java/nio/channels/",
            "java/nio/file/",
            "java/io/File",
            "java/io/RandomAccessFile",
            "java/time/Clock",
            "sun/misc/Unsafe");

    private static final List<String> MEMBERS = List.of(
            "java/lang/System.nanoTime",
            "java/lang/System.currentTimeMillis",
            "java/lang/System.getenv",
            "java/lang/System.getProperty",
            "java/lang/System.exit",
            "java/lang/System.out",
            "java/lang/System.err",
            "java/lang/System.in",
            "java/lang/Math.random",
            "java/lang/StrictMath.random",
            "java/lang/Object.wait",
            "java/lang/Object.notify",
            "java/lang/Object.notifyAll",
            "java/util/UUID.randomUUID",
            "java/lang/foreign/MemorySegment.reinterpret",
            "java/lang/foreign/AddressLayout.withTargetLayout");

    private PurityRule() {}

    /// Whether a module has to be pure.
    static boolean appliesTo(String module) {
        return module.startsWith("engine/") || module.equals("proof/sim");
    }

    /// Judges one class of a module to which this applies.
    static List<Finding> check(String module, ClassReferences references) {
        return references.judge(
                module, reference -> forbidden(reference) ? "must stay pure: " + reference.replace('/', '.') : "");
    }

    private static boolean forbidden(String reference) {
        int dot = reference.indexOf('.');
        if (dot >= 0) {
            boolean now = reference.startsWith("java/time/") && reference.endsWith(".now");
            return now || MEMBERS.contains(reference);
        }
        // `FileNotFoundException` and the like are included: who does not touch files has no use for them.
        return CLASSES.stream().anyMatch(name -> name.endsWith("/") ? reference.startsWith(name) : is(reference, name));
    }

    /// The class itself, those nested in it, and those whose names begin with it: `ThreadLocal`,
    /// `RandomGenerator`.
    private static boolean is(String reference, String name) {
        return reference.startsWith(name) && !reference.startsWith("java/lang/RuntimeException");
    }
}
