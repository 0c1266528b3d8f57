package dev.levee.sim.drill.engine;

/// What a descriptor stands for.
interface OpenFile {
    /// The events of `poll` that hold now, as [PollEvents] has them.
    int events();
}
