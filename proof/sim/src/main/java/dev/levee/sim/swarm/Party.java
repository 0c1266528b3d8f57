package dev.levee.sim.swarm;

import dev.levee.sim.SimSocket;

/// What the oracles know of a connection's user.
///
/// Threads: the simulation's.
interface Party {
    SimSocket socket();

    /// Which [Content] it writes.
    long stream();

    /// Octets that the socket took.
    long written();

    /// Octets that it gave.
    long read();

    /// Whether no more will be written: the FIN is due.
    boolean sendClosed();

    /// Whether the end of the other's stream had arrived before that.
    boolean closedAfterEnd();

    /// Whether nobody will read any more.
    boolean receiveClosed();

    /// Whether the user aborted, or closed in a way that may reset.
    boolean mayAbort();

    /// The host's time at which it stopped reading for good; says nothing before [#receiveClosed].
    long receiveClosedHostNanos();

    /// The host's time at which it had closed both ways; says nothing before that.
    long leftHostNanos();

    /// The peer has taken all that there was.
    void allTaken();

    /// Whether there is anything that the peer has not taken, as far as [#allTaken] says.
    boolean owes();

    /// The host's time since when; says nothing before.
    long owesHostNanos();

    /// Whether it wants no more of either direction.
    boolean closed();

    /// Its connection has this initial sequence number.
    void isNumbered(int iss);

    /// The connection's other end has this initial sequence number.
    void meets(int iss);

    /// The host's time at that; says nothing before [#closed].
    long closedHostNanos();
}
