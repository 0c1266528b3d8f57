package dev.levee.guard;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How a listener stands up to a flood of SYNs. Each can be chosen by name, while it runs; [#AUTO] is all of them
/// together and the default.
///
/// In every mode nothing but a row of 64 octets, at most, is remembered of a SYN: a connection gets its control block
/// when the handshake is complete. The SYN-ACK's number is always a cookie; what differs is whether cookies are
/// believed, and what happens when there is no more room. So changing the mode is nothing that a client can notice.
///
/// Threads: any.
public enum Defence {
    /// A half-open table that grows within its memory budget, and nothing else: who comes when it is full is dropped.
    BACKLOG(true, false, false, false, true),
    /// A half-open table of fixed size that is watched: above its watermarks handshakes have less time.
    MONITOR(true, false, false, true, false),
    /// Only that nothing larger than a row is remembered: a half-open table of fixed size.
    DELAYED(true, false, false, false, false),
    /// Where the table is full a random row is thrown out.
    CACHE(true, true, false, false, true),
    /// Nothing is remembered at all.
    COOKIES(false, false, true, false, false),
    /// Rows while there is room, random rows thrown out when there is none, and cookies for those.
    AUTO(true, true, true, true, true);

    private final boolean rows;
    private final boolean throwsOut;
    private final boolean cookies;
    private final boolean watches;
    private final boolean grows;

    Defence(boolean rows, boolean throwsOut, boolean cookies, boolean watches, boolean grows) {
        this.rows = rows;
        this.throwsOut = throwsOut;
        this.cookies = cookies;
        this.watches = watches;
        this.grows = grows;
    }

    /// Whether SYNs get rows.
    public boolean rows() {
        return rows;
    }

    /// Whether a new row may take the place of another.
    public boolean throwsOut() {
        return throwsOut;
    }

    /// Whether an acknowledgement is believed by its cookie alone.
    public boolean cookies() {
        return cookies;
    }

    /// Whether watermarks count.
    public boolean watches() {
        return watches;
    }

    /// Whether there may be as many rows as the memory budget has room for; else as many as the listener says.
    public boolean grows() {
        return grows;
    }

    /// The name in options and in tables.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The defence of a name.
    ///
    /// @throws IllegalArgumentException for any other, in a sentence that lists them
    public static Defence of(String label) {
        return Stream.of(values())
                .filter(defence -> defence.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no defence '" + label + "'; choose one of "
                        + Stream.of(values()).map(Defence::label).collect(Collectors.joining(", "))));
    }
}
