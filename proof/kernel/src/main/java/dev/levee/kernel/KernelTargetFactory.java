package dev.levee.kernel;

import dev.levee.sim.drill.system.Setup;
import dev.levee.sim.drill.system.Target;
import dev.levee.sim.drill.system.TargetFactory;
import java.lang.foreign.Arena;
import java.util.Optional;

/// Makes kernels: a fresh network namespace for each run of a script.
///
/// Threads: any, several at once; each target is used by the platform thread that opened it.
public final class KernelTargetFactory implements TargetFactory {
    private static boolean warm;

    /// Why there can be no such target on this machine, as one plain sentence that says what to do; empty when
    /// there can.
    public static Optional<String> lack() {
        return Machine.lack();
    }

    /// @throws KernelException when the machine does not let it; then nothing is left behind
    @Override
    public Target open(Setup setup) {
        warmUp();
        return new KernelTarget(setup);
    }

    private static synchronized void warmUp() {
        if (!warm) {
            startJavasOwnThreads();
            WarmUp.run();
            warm = true;
        }
    }

    /// Java starts some threads of its own when they are first needed, and they inherit the namespace of the
    /// thread that happened to need them: none of them may be one of ours.
    private static void startJavasOwnThreads() {
        var unused = Arena.ofAuto();
        assert unused.scope().isAlive();
    }
}
