package dev.levee.tcp;

/// What changed for the user of a connection: bits that [TcpConnection#takeEvents] hands over and clears. They
/// say where to look, not what is there; looking in vain is allowed, missing a change is not.
///
/// Threads: any.
public final class TcpEvents {
    /// The handshake is complete.
    public static final int CONNECTED = 0x01;
    /// Data arrived, or the peer's FIN did.
    public static final int READABLE = 0x02;
    /// Room in the send buffer was made, or less than half of `TcpConfig.unsentBytesMax` waits to be sent.
    public static final int WRITABLE = 0x04;
    /// The peer acknowledged octets, or our FIN.
    public static final int ACKNOWLEDGED = 0x08;
    /// The connection is of no more use to the user: it ended, see [TcpConnection#cause].
    public static final int ENDED = 0x10;
    /// State CLOSED: every resource can be given back.
    public static final int RELEASED = 0x20;

    /// R1 was reached: one segment was retransmitted so often in vain that delivery is in doubt, see
    /// [TcpConnection#inDoubt]; or what was in doubt was delivered after all.
    public static final int DOUBT = 0x40;
    /// What the network says of the connection changed, see [TcpConnection#softError].
    public static final int SOFT_ERROR = 0x80;
    /// A router said that the path carries less, and was believed: see [TcpConnection#pathMtu].
    public static final int PATH_MTU = 0x100;

    /// The peer's urgent pointer has arrived, or moved on: see [TcpConnection#urgentEnd].
    public static final int URGENT = 0x200;

    /// The connection is idle, but memory is kept for what may be written, or for what was received and not known to be
    /// read: see [TcpConnection#resting].
    public static final int RESTING = 0x400;

    private TcpEvents() {}
}
