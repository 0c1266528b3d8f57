package dev.levee.wire;

/// Why a packet went no further. The network's mistakes are counted by these and never raise an exception.
public enum DropReason {
    /// The packet is good.
    NONE,
    /// Shorter than its headers say.
    TRUNCATED,
    /// Neither IPv4 nor IPv6.
    BAD_VERSION,
    /// An IP header that cannot be: its lengths, an IPv4-mapped address on the wire, or an extension header
    /// that asks to be dropped by who does not know it.
    BAD_IP_HEADER,
    /// The IPv4 header checksum is wrong.
    BAD_IP_CHECKSUM,
    /// A fragment that does not fit to the others of its packet, or for which there is no room.
    FRAGMENT,
    /// A protocol that nobody here speaks.
    UNKNOWN_PROTOCOL,
    /// The TCP data offset is below 5 or beyond the segment.
    BAD_TCP_HEADER,
    /// The TCP or ICMP checksum is wrong.
    BAD_CHECKSUM,
    /// Source or destination port 0.
    PORT_ZERO,
    /// Not addressed to this host.
    NOT_OURS,
    /// Source is broadcast, multicast, unspecified, or our own address from outside.
    BAD_SOURCE,
    /// SYN together with FIN or RST, or a SYN that no listener may see.
    BAD_FLAGS,
    /// No connection and no listener; answered with a RST where RFC 9293 asks for one.
    NO_CONNECTION,
    /// The listener's half-open or accept queue is full.
    BACKLOG_FULL,
    /// The connection table or the memory budget is full.
    NO_MEMORY,
    /// An ICMP message that names no connection of ours, or one outside its window.
    ICMP_UNRELATED,
    /// An ARP or neighbour discovery message that cannot be: its lengths, a group's address where a host's must
    /// be, a hop limit which says that it was forwarded.
    BAD_NEIGHBOUR_MESSAGE,
    /// An ARP or neighbour discovery message that neither asks for an address of ours nor tells of a neighbour
    /// that we have asked for.
    NEIGHBOUR_UNRELATED,
    /// A reply could not be queued because too many are waiting.
    REPLY_QUEUE_FULL,
    /// A SYN found so many others waiting to be served that there was no room for it.
    SYN_LANE_FULL
}
