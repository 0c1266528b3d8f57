package dev.levee.tcp;

/// The states of a connection (RFC 9293 §3.3.2). LISTEN belongs to listeners; a connection begins in SYN-SENT
/// or SYN-RECEIVED and ends in CLOSED.
public enum TcpState {
    CLOSED("CLOSED"),
    LISTEN("LISTEN"),
    SYN_SENT("SYN-SENT"),
    SYN_RECEIVED("SYN-RECEIVED"),
    ESTABLISHED("ESTABLISHED"),
    FIN_WAIT_1("FIN-WAIT-1"),
    FIN_WAIT_2("FIN-WAIT-2"),
    CLOSE_WAIT("CLOSE-WAIT"),
    CLOSING("CLOSING"),
    LAST_ACK("LAST-ACK"),
    TIME_WAIT("TIME-WAIT");

    private final String rfcName;

    TcpState(String rfcName) {
        this.rfcName = rfcName;
    }

    /// Whether both sides agree on sequence numbers: every state from ESTABLISHED on.
    public boolean synchronised() {
        return ordinal() >= ESTABLISHED.ordinal();
    }

    /// Whether this side may still queue data to be sent.
    public boolean maySend() {
        return this == ESTABLISHED || this == CLOSE_WAIT || this == SYN_SENT || this == SYN_RECEIVED;
    }

    /// Whether the peer has sent its FIN, so that no more data can arrive.
    public boolean finReceived() {
        return switch (this) {
            case CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT -> true;
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 -> false;
        };
    }

    /// The name as the RFC spells it: `FIN-WAIT-1`.
    @Override
    public String toString() {
        return rfcName;
    }
}
