package dev.levee.junit;

/// A program of a test has ended with an exception, which is the cause.
public final class ProgramFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ProgramFailure(String name, Throwable cause) {
        super("the program " + name + " failed: " + cause, cause);
    }
}
