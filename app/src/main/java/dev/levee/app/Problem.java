package dev.levee.app;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/// Something that the user has to know and can act on. The command ends with the exit code, and says the
/// sentence on standard error: no stack trace.
public final class Problem extends Exception {
    private static final long serialVersionUID = 1L;

    /// The command line or the machine is not what the command needs.
    public static final int USAGE = 2;

    private final int exitCode;

    /// The exit code is [#USAGE].
    ///
    /// @param sentence plain, says what to do; begins in lower case and has no full stop at its end
    public Problem(String sentence) {
        this(USAGE, sentence);
    }

    public Problem(int exitCode, String sentence) {
        super(oneLine(sentence));
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }

    /// Why a file operation failed, in words rather than in class names.
    public static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "it exists already";
            case NotDirectoryException _ -> "it is not a directory";
            default -> describe(e.getMessage(), e);
        };
    }

    private static String describe(@Nullable String message, Exception e) {
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : oneLine(message);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
