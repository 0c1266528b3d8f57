package dev.levee.sim.drill.system;

/// Makes a fresh target for each run of a script.
///
/// Threads: any, several at once.
public interface TargetFactory {
    Target open(Setup setup);
}
