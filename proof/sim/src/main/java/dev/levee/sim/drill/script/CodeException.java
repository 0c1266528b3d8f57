package dev.levee.sim.drill.script;

/// Why a `%{ }%` block has no verdict or a bad one. Never leaves [CodeEvaluator].
final class CodeException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean error;

    private CodeException(boolean error, String message) {
        super(message);
        this.error = error;
    }

    /// The statement is fine but fails when it is run, as a division by zero does.
    static CodeException error(String message) {
        return new CodeException(true, message);
    }

    /// Not in the subset that is offered here.
    static CodeException unsupported(String message) {
        return new CodeException(false, message);
    }

    boolean isError() {
        return error;
    }
}
