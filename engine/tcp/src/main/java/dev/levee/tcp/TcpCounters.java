package dev.levee.tcp;

/// What is counted about TCP, with the name under which tools show it.
public enum TcpCounters {
    SEGMENTS_IN("segmentsIn"),
    SEGMENTS_OUT("segmentsOut"),
    BYTES_IN("bytesIn"),
    BYTES_OUT("bytesOut"),
    RETRANSMITS("retransmits"),
    FAST_RETRANSMITS("fastRetransmits"),
    TIMEOUT_RETRANSMITS("timeoutRetransmits"),
    TAIL_PROBES("tailProbes"),
    CONGESTION_MARKS_IN("congestionMarksIn"),
    CONGESTION_ECHOES_IN("congestionEchoesIn"),
    RECOVERIES_UNDONE("recoveriesUndone"),
    DUPLICATES_REPORTED_IN("duplicatesReportedIn"),
    SYN_RETRANSMITS("synRetransmits"),
    DUPLICATE_ACKS_IN("duplicateAcksIn"),
    OUT_OF_ORDER_IN("outOfOrderIn"),
    DUPLICATE_BYTES_IN("duplicateBytesIn"),
    OUT_OF_WINDOW_IN("outOfWindowIn"),
    OLD_TIMESTAMP_IN("oldTimestampIn"),
    UNACCEPTABLE_ACK_IN("unacceptableAckIn"),
    DELAYED_ACKS("delayedAcks"),
    CHALLENGE_ACKS("challengeAcks"),
    DELIVERIES_IN_DOUBT("deliveriesInDoubt"),
    PATH_MTU_REDUCTIONS("pathMtuReductions"),
    BLACK_HOLES_GUESSED("blackHolesGuessed"),
    ZERO_WINDOW_PROBES("zeroWindowProbes"),
    ZERO_WINDOW_TIMEOUTS("zeroWindowTimeouts"),
    KEEP_ALIVE_PROBES("keepAliveProbes"),
    RESTS("rests"),
    RESETS_IN("resetsIn"),
    RESETS_OUT("resetsOut"),
    ACTIVE_OPENS("activeOpens"),
    PASSIVE_OPENS("passiveOpens"),
    ESTABLISHED("established"),
    FIN_WAIT_2_TIMEOUTS("finWait2Timeouts"),
    CLOSED("closed");

    private final String label;

    TcpCounters(String label) {
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
        private final long[] values = new long[TcpCounters.values().length];

        public void add(TcpCounters counter, long count) {
            values[counter.ordinal()] += count;
        }

        public void count(TcpCounters counter) {
            values[counter.ordinal()]++;
        }

        public long get(TcpCounters counter) {
            return values[counter.ordinal()];
        }
    }
}
