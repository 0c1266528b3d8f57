package dev.levee.sim.drill.script;

/// Statements about the connection's state between `%{` and `}%`.
///
/// @param text between them
public record Code(Position at, String text) implements Action {}
