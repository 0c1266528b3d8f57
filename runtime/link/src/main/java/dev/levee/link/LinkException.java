package dev.levee.link;

import java.io.IOException;

/// A link that cannot be opened, or is gone. The message is one plain sentence for the user, which says what to
/// do where something can be done.
public final class LinkException extends IOException {
    private static final long serialVersionUID = 1L;

    public LinkException(String message) {
        super(message);
    }

    public LinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
