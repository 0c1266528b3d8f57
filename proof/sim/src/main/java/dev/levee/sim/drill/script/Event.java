package dev.levee.sim.drill.script;

/// One line of a script: when, and what.
public record Event(Position at, EventTime time, Action action) {}
