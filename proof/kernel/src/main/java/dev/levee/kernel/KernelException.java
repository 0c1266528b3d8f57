package dev.levee.kernel;

/// The kernel cannot be used as a target. The message is one plain sentence that says what to do.
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KernelException(String message) {
        super(message);
    }

    /// A system call of ours that failed.
    static KernelException failed(String what, int errno) {
        return new KernelException(what + " failed: " + ErrnoNames.of(errno));
    }
}
