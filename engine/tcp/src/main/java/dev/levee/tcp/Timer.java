package dev.levee.tcp;

/// The timers of a connection. Each is a deadline or [Deadlines#NONE]; setting one again just overwrites it.
enum Timer {
    /// The oldest unacknowledged segment, a SYN or a FIN included, is to be sent again (RFC 6298).
    RETRANSMIT,
    /// The window is closed or too small to be used: it is to be probed (RFC 9293 §3.8.6.1, §3.8.6.2.1).
    PERSIST,
    /// A received segment has waited long enough for its acknowledgement (RFC 9293 §3.8.6.3).
    DELAYED_ACK,
    /// What was sent a little before something that has arrived is lost, if it has not arrived by then (RFC
    /// 8985 §6.2).
    REORDER,
    /// The last segments of a flight are probed for (RFC 8985 §7).
    TAIL_PROBE,
    /// Nothing was heard for long, or a probe was not answered (RFC 9293 §3.8.4).
    KEEP_ALIVE,
    /// Nothing was said for a while: what an idle connection does not need is given back.
    REST,
    /// TIME-WAIT or FIN-WAIT-2 ends.
    LINGERING_STATE
}
