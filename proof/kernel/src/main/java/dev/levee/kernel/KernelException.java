package dev.levee.kernel;

/// The kernel cannot be used as a target. The message is one plain sentence that says what to do.
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KernelException(String message) {
        super(message);
    }

    /// A system call of ours that failed.
    static KernelException failed(String what, int errno) {
        var name = ErrnoNames.of(errno);
        boolean forbidden = name.equals("EPERM") || name.equals("EACCES");
        return new KernelException(
                forbidden
                        ? "--target kernel is not allowed to do what it needs (" + what + "); run it as root"
                        : "--target kernel cannot do what it needs: " + what + " failed with " + name);
    }
}
