/// A network in virtual time: whole stacks over imperfect paths, scripts of packets, ladder diagrams. The same
/// engine classes run here and on the wire; a seed replays a run exactly.
///
/// Pure like the engine: no clock, no thread, no input or output, no randomness but seeds.
@org.jspecify.annotations.NullMarked
module dev.levee.sim {
    requires static org.jspecify;
    requires transitive dev.levee.path;
    requires transitive dev.levee.stack;
    requires transitive dev.levee.tcp;
    requires transitive dev.levee.wire;

    exports dev.levee.sim;
    exports dev.levee.sim.drill;
    exports dev.levee.sim.drill.engine;
    exports dev.levee.sim.drill.script;
    exports dev.levee.sim.drill.system;
    exports dev.levee.sim.flood;
    exports dev.levee.sim.swarm;
}
