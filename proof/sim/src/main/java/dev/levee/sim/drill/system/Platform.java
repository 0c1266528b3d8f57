package dev.levee.sim.drill.system;

/// Whose numbers and habits a script assumes.
public enum Platform {
    LINUX,
    FREEBSD
}
