package dev.levee.wire;

import java.io.IOException;

/// A capture file that cannot be read on: no capture at all, cut off, or wrong inside. The message is a
/// sentence for people; every record before it was good.
public final class CaptureException extends IOException {
    private static final long serialVersionUID = 1L;

    CaptureException(String message) {
        super(message);
    }
}
