package dev.levee.link;

import java.io.IOException;

/// A system call that failed, with its error number. Those who called it turn it into a sentence for the user.
final class NativeException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    NativeException(String call, int errno) {
        super(call + " failed: " + Errno.describe(errno));
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
