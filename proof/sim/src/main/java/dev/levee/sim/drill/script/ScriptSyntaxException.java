package dev.levee.sim.drill.script;

/// A script that cannot be understood: where, and what was expected there.
public final class ScriptSyntaxException extends Exception {
    private static final long serialVersionUID = 1;

    private final int line;
    private final int column;

    /// @param message one clause, without the place
    public ScriptSyntaxException(Position at, String message) {
        super(message);
        this.line = at.line();
        this.column = at.column();
    }

    public Position at() {
        return new Position(line, column);
    }
}
