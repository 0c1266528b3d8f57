package dev.levee.sim;

/// The simulated world broke a rule: an invariant of the engine, a limit on steps, or something that was waited
/// for did not come. An error like a failed assertion, so that every test framework reports it as one.
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    public SimulationFailure(String message) {
        super(message);
    }

    SimulationFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
