package dev.levee.sim.drill.script;

/// What an event is.
public sealed interface Action permits PacketLine, CallLine, Command, Code {}
