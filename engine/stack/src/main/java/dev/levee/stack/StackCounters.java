package dev.levee.stack;

/// What is counted about a stack beside TCP ([dev.levee.tcp.TcpCounters]) and drops ([DropCounters]), with the
/// name under which tools show it.
public enum StackCounters {
    /// Packets handed to the driver.
    FRAMES_OUT("framesOut"),
    /// ICMP echo requests answered.
    ECHO_REPLIES("echoReplies"),
    /// Fragments received, for this host and from somebody who can be answered.
    FRAGMENTS_IN("fragmentsIn"),
    /// Packets that were put together from fragments.
    REASSEMBLIES("reassemblies"),
    /// Packets that lacked fragments for 60 s after the first one.
    REASSEMBLIES_EXPIRED("reassembliesExpired"),
    /// Packets whose fragments contradicted each other: they overlap, or disagree on the end.
    REASSEMBLIES_SPOILT("reassembliesSpoilt"),
    /// Packets whose place was taken by others, because of `Limits.reassembliesMax`.
    REASSEMBLIES_EVICTED("reassembliesEvicted"),
    /// Fragments sent: of echo replies that are longer than the MTU.
    FRAGMENTS_OUT("fragmentsOut"),
    /// RSTs for segments that belong to no connection.
    CLOSED_PORT_RESETS("closedPortResets"),
    /// Such RSTs that were not sent because of `Limits.resetsPerSecond`.
    CLOSED_PORT_RESETS_LIMITED("closedPortResetsLimited"),
    /// ICMP errors that named a segment in flight of ours.
    ICMP_ERRORS("icmpErrors"),
    /// ICMP errors sent: about packets that nobody here takes, whose headers are wrong, or that never became whole.
    ICMP_ERRORS_OUT("icmpErrorsOut"),
    /// Such errors that were not sent because of `Limits.resetsPerSecond`.
    ICMP_ERRORS_LIMITED("icmpErrorsLimited"),
    /// Connections let go before their TIME-WAIT was over, because of `Limits.timeWaitMax`.
    TIME_WAIT_DROPPED("timeWaitDropped"),
    /// Connections in TIME-WAIT that a new SYN reopened.
    TIME_WAIT_REOPENED("timeWaitReopened"),
    /// Hosts of the segment that did not answer three solicitations.
    NEIGHBOURS_UNREACHABLE("neighboursUnreachable"),
    /// Packets dropped because their next hop's link-layer address is not known, or there is no next hop.
    NEIGHBOUR_PACKETS_DROPPED("neighbourPacketsDropped"),
    /// Times that another station used an address of ours.
    ADDRESS_CONFLICTS("addressConflicts"),
    /// SYNs, and segments that would have completed a handshake, dropped because the accept queue was full.
    ACCEPT_QUEUE_FULL("acceptQueueFull"),
    /// SYNs dropped although there was room in the accept queue: [dev.levee.guard.GuardCounters] say why.
    HALF_OPEN_FULL("halfOpenFull"),
    /// Connections whose SYN's text was accepted with it, or could have been (RFC 7413).
    FAST_OPENS("fastOpens"),
    /// Fast open cookies given to those who asked.
    FAST_OPEN_COOKIES_GIVEN("fastOpenCookiesGiven"),
    /// SYNs with a cookie that is not this host's, or not of its keys any more.
    FAST_OPEN_COOKIES_WRONG("fastOpenCookiesWrong"),
    /// SYNs that were answered by an ordinary handshake because of `FastOpenOptions.pendingMax`.
    FAST_OPEN_FULL("fastOpenFull");

    private final String label;

    StackCounters(String label) {
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
        private final long[] values = new long[StackCounters.values().length];

        Row() {}

        void count(StackCounters counter) {
            values[counter.ordinal()]++;
        }

        public long get(StackCounters counter) {
            return values[counter.ordinal()];
        }
    }
}
