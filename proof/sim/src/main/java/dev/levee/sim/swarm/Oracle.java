package dev.levee.sim.swarm;

/// What a run is judged by. Oracles look at packets, sockets and counters only; what they expect is computed
/// apart from the engine.
public enum Oracle {
    ENGINE("engine", "the engine threw an exception, broke an assertion of its own or a promise about deadlines"),
    HEADER("header", "every packet has a valid IP and TCP header, correct checksums and the host's own address"),
    FLAGS("flags", "flags make sense together"),
    OPTIONS("options", "options are those that were negotiated, and the same in every copy of a SYN"),
    SEGMENT_SIZE("segment-size", "no segment is larger than the peer and the link take"),
    SEND_WINDOW("send-window", "nothing is sent outside of the window that the peer has opened, but probes"),
    SEQUENCE("sequence", "sequence numbers follow each other without gaps, those of pure ACKs lie in the window"),
    SAME_OCTETS("same-octets", "every copy of an octet is the octet that the user wrote"),
    PUSH("push", "the last octets that a user has written are pushed"),
    FIN_PLACE("fin-place", "the FIN comes behind the last octet, always at the same place, and nothing behind it"),
    AFTER_RESET("after-reset", "after a reset nothing more is sent"),
    RESET_FORM("reset-form", "a RST has the numbers that RFC 9293 gives it"),
    ACK_RANGE("ack-range", "nothing is acknowledged that has not arrived"),
    ACK_CURRENT("ack-current", "acknowledgements cover everything that has arrived in order"),
    RIGHT_EDGE("right-edge", "a window that was opened is never taken back"),
    BUFFER("buffer", "no window is larger than the buffer"),
    SILLY_RECEIVER("silly-receiver", "windows do not grow in small steps"),
    SILLY_SENDER("silly-sender", "no small segments while there is more to send"),
    NAGLE("nagle", "no small segment while another waits for its acknowledgement"),
    TIMESTAMP("timestamp", "timestamps never go back, and echo what RFC 7323 says"),
    ACK_DELAY("ack-delay", "no acknowledgement waits longer than configured, ever half a second"),
    ACK_SECOND("ack-second", "at least every second full segment is acknowledged at once"),
    ACK_AT_ONCE("ack-at-once", "what is out of order, or fills a gap, or ends the stream, is acknowledged at once"),
    ACK_STORM("ack-storm", "no pure ACK without a reason"),
    SELECTIVE("selective", "SACK blocks report what has arrived, all that fits, the newest first"),
    FAST_OPEN("fast-open", "text and cookies go with a SYN, and are taken, only as RFC 7413 allows"),
    ROUND_TRIP("round-trip", "round-trip times are what can have been measured, and no timeout is shorter"),
    RETRANSMIT_EARLY("retransmit-early", "nothing is sent again before the timeout or three duplicate ACKs"),
    BACK_OFF("back-off", "each timeout in a row is twice as long as the one before"),
    STALL("stall", "who has something to say says something within the longest timeout"),
    IDLE_SENDER("idle-sender", "what may be sent is sent at once"),
    WINDOW_UPDATE("window-update", "a reader that has made room says so"),
    FAST_RETRANSMIT("fast-retransmit", "the third duplicate ACK brings the missing segment"),
    CONGESTION("congestion", "no more is under way than slow start, its threshold and duplicate ACKs allow"),
    GIVE_UP("give-up", "who is not answered gives up after R2, and not before"),
    STATE("state", "a connection's state is what the packets and its user's calls make it"),
    TIME_WAIT("time-wait", "TIME-WAIT lasts 2 MSL, and its owner answers a repeated FIN with an ACK"),
    STREAM("stream", "what is read is what was written, in order, once"),
    END_OF_STREAM("end-of-stream", "the end comes behind the last octet"),
    CAUSE("cause", "the cause that a user is told is what happened"),
    DELIVERY("delivery", "all octets arrived, or the user was told how many perhaps did not"),
    COUNTERS("counters", "counters say what the packets say, and their sums add up"),
    LIMITS("limits", "limits are kept"),
    LEAK("leak", "at the end nothing is left: no connection, no buffer, no deadline"),
    LIVENESS("liveness", "on a good network every transfer ends"),
    LIVELOCK("livelock", "a run takes a bounded number of steps");

    private final String label;
    private final String words;

    Oracle(String label, String words) {
        this.label = label;
        this.words = words;
    }

    /// The name in reports.
    public String label() {
        return label;
    }

    /// What must be true.
    public String words() {
        return words;
    }
}
