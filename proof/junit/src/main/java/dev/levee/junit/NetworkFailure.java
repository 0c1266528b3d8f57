package dev.levee.junit;

import org.opentest4j.AssertionFailedError;

/// Puts what the network knows into the message of a failure. What a tool reads from it stays: whether it is a
/// failed assertion, expected and actual value, stack trace.
final class NetworkFailure {
    /// The failure of a test with any other exception.
    private static final class TestException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private TestException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private NetworkFailure() {}

    static Throwable of(Throwable failure, NetworkRun run) {
        boolean assertion = failure instanceof AssertionError;
        var said = failure.getMessage() == null ? "" : failure.getMessage();
        var message = run.explain(assertion ? said : failure.toString());
        var explained = switch (failure) {
            case AssertionFailedError error
            when error.isExpectedDefined() && error.isActualDefined() ->
                new AssertionFailedError(message, error.getExpected(), error.getActual(), failure);
            case AssertionError error -> new AssertionFailedError(message, error);
            default -> new TestException(message, failure);
        };
        explained.setStackTrace(failure.getStackTrace());
        return explained;
    }
}
