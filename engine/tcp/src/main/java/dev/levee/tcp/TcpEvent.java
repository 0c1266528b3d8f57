package dev.levee.tcp;

/// What can change a connection's state (RFC 9293 §3.3.2, figure 5, and §3.10).
public enum TcpEvent {
    PASSIVE_OPEN("passive OPEN"),
    ACTIVE_OPEN("active OPEN"),
    SYN_ARRIVES("SYN arrives"),
    SYN_ACK_ARRIVES("SYN,ACK arrives"),
    SYN_ACKED("our SYN is acknowledged"),
    USER_CLOSES("CLOSE"),
    FIN_ARRIVES("FIN arrives"),
    FIN_ACKED("our FIN is acknowledged"),
    TIME_WAIT_ENDS("2 MSL are over"),
    RST_ARRIVES("RST arrives"),
    USER_ABORTS("ABORT"),
    GIVE_UP("a time limit is over");

    private final String text;

    TcpEvent(String text) {
        this.text = text;
    }

    /// As people read it.
    @Override
    public String toString() {
        return text;
    }
}
