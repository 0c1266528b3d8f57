package dev.levee.sim.drill.script;

/// A place in a script's text, both counted from 1.
public record Position(int line, int column) {
    @Override
    public String toString() {
        return "line " + line + ", column " + column;
    }
}
