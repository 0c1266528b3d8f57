package dev.levee.stack;

/// A user's call that cannot be carried out, with a sentence that says why. Checked: the network never causes
/// it.
public final class SocketException extends Exception {
    private static final long serialVersionUID = 1L;

    private final SocketError error;

    public SocketException(SocketError error, String message) {
        super(message);
        this.error = error;
    }

    public SocketError error() {
        return error;
    }
}
