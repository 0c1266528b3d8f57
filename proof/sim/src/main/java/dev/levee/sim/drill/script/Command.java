package dev.levee.sim.drill.script;

/// A shell line in back quotes.
///
/// @param text between the quotes
public record Command(Position at, String text) implements Action {}
