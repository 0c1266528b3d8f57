package dev.levee.guard;

/// What was decided about handshakes, with the name under which tools show it.
public enum GuardCounters {
    /// SYNs to listeners.
    SYNS("syns"),
    /// SYNs that got a row.
    CACHED("cached"),
    /// SYNs whose handshake had a row already.
    REPEATED("repeated"),
    /// SYNs of a tuple whose row was another handshake's, or had options that they left out, and which they replaced.
    REPLACED("replaced"),
    /// Rows thrown out for others.
    EVICTED("evicted"),
    /// Rows that became protected: their SYN came again, or others of their prefix have completed handshakes.
    PROTECTED("protected"),
    /// Rows that may not be lost.
    PINNED("pinned"),
    /// SYNs that were answered with a cookie and without a row.
    COOKIES_SENT("cookiesSent"),
    /// Acknowledgements without text, to listeners that wait for it, which would else have completed a handshake, or
    /// might have.
    DEFERRED("deferred"),
    /// Complete handshakes that wait for room in the accept queue.
    HELD("held"),
    /// Those whose time was over before there was any: their peers are told with a RST.
    HELD_EXPIRED("heldExpired"),
    /// SYNs that reopened a connection in TIME-WAIT.
    REOPENED("reopened"),
    /// Handshakes that were completed by a row.
    COMPLETED("completed"),
    /// Handshakes that were completed by a cookie.
    COOKIES_VALID("cookiesValid"),
    /// Acknowledgements whose cookie is none, or too old, where rows had been lost.
    COOKIES_INVALID("cookiesInvalid"),
    /// Good cookies that had completed a handshake before.
    COOKIES_REPLAYED("cookiesReplayed"),
    /// Good cookies where no row was lost since they were issued.
    COOKIES_UNPROVEN("cookiesUnproven"),
    /// SYN-ACKs sent again.
    RETRANSMITTED("retransmitted"),
    /// SYN-ACKs that were due again and left out: their prefix had no budget, or the table was under pressure.
    RETRANSMISSIONS_SAVED("retransmissionsSaved"),
    /// Rows whose time was over.
    EXPIRED("expired"),
    /// Rows whose time was over earlier than in peace: above the high watermark.
    REAPED("reaped"),
    /// Rows ended by their peer: by a RST, or by a SYN in the window.
    RESET("reset"),
    /// SYNs dropped because the half-open table was full.
    DROPPED_FULL("droppedFull"),
    /// SYNs dropped because they have completed a handshake before: late duplicates.
    DROPPED_DUPLICATE("droppedDuplicate"),
    /// SYNs dropped because their row could not be pinned and their service speaks first.
    DROPPED_UNPINNABLE("droppedUnpinnable"),
    /// SYNs dropped because no cookie can tell what they say, and there was no room for a row.
    DROPPED_UNTELLABLE("droppedUntellable"),
    /// Times that the high watermark was reached.
    ALARMS("alarms");

    private final String label;

    GuardCounters(String label) {
        this.label = label;
    }

    /// The name in JSON and in tables.
    public String label() {
        return label;
    }

    /// One row of counters.
    ///
    /// Threads: one writer; other threads may read and see values that are a little old.
    public static final class Row {
        private final long[] values = new long[GuardCounters.values().length];

        void count(GuardCounters counter) {
            values[counter.ordinal()]++;
        }

        public long get(GuardCounters counter) {
            return values[counter.ordinal()];
        }
    }
}
