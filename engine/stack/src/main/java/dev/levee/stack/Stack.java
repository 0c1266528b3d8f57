package dev.levee.stack;

import dev.levee.guard.CookieKeys;
import dev.levee.guard.GuardCounters;
import dev.levee.guard.GuardMemory;
import dev.levee.tcp.BufferPool;
import dev.levee.tcp.CloseCause.AbortReason;
import dev.levee.tcp.Deadlines;
import dev.levee.tcp.FastOpenCookies;
import dev.levee.tcp.FourTuple;
import dev.levee.tcp.TcpContext;
import dev.levee.tcp.TcpCounters;
import dev.levee.tcp.TcpState;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.Handshake;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One host's TCP/IP on one link, without any input or output of its own: frames in, frames out, sockets for
/// users.
///
/// Order of use by whoever drives it (a shard with the real clock, the simulator with a virtual one):
/// 1. [#onFrame] for each packet received, then user commands on sockets and listeners;
/// 2. [#poll] until it says false, each time transmitting the packet;
/// 3. [#pollReady] and [#pollReadyListener] until null: who became ready;
/// 4. again when a packet arrives, a user asks for something, or [#nextDeadline] has come.
///
/// Time never goes back: each `nowNanos` is at least the one before.
///
/// Invariant: after `poll(now)` has said false, `nextDeadline()` lies after `now`, and nothing would be sent
/// before it.
///
/// Threads: shard.
public final class Stack {
    private final StackConfig config;
    private final GuardMemory memory;
    private final Addresses addresses;
    private final Ports ports;
    private final TcpContext tcp;
    private final DropCounters drops = new DropCounters();
    private final StackCounters.Row counters = new StackCounters.Row();
    private final Sockets sockets;
    private final Listeners listeners = new Listeners();
    private final Replies replies;
    private final Births births;
    private final Handshakes handshakes;
    private final Fragments fragments;
    private final Output output;
    private final IpPacket ip = new IpPacket();
    private final TcpInput tcpInput;
    private final IcmpInput icmpInput;
    /// Null on a link that carries IP packets.
    private final @Nullable EthernetPort ethernet;

    private long lastNanos;
    private boolean shutDown;

    /// With memory of the JVM for handshakes.
    public Stack(StackConfig config) {
        this(config, GuardMemory.ofJvm());
    }

    /// @param memory where handshakes that have no connection yet are remembered
    public Stack(StackConfig config, GuardMemory memory) {
        this.config = config;
        this.memory = memory;
        ports = new Ports(config.secret());
        tcp = new TcpContext(new BufferPool(config.limits().bufferBytesMax()), Keys.CHANCE.from(config.secret()));
        sockets = new Sockets(config, counters, tcp.buffers());
        replies = new Replies(config, counters, tcp.writer());
        var station = config.ethernet();
        ethernet = station == null ? null : new EthernetPort(config, station, ip, sockets, counters);
        if (ethernet != null) {
            sockets.ethernet(ethernet);
        }
        addresses = new Addresses(ethernet == null ? config.addresses() : ethernet.addresses());
        births = new Births(config, sockets, tcp, counters);
        handshakes = new Handshakes(config, memory, tcp, sockets.paths());
        fragments = new Fragments(config.limits(), replies, counters);
        output = new Output(replies, sockets, handshakes);
        tcpInput = new TcpInput(ip, ethernet, sockets, listeners, replies, births, handshakes, counters);
        icmpInput = new IcmpInput(ip, sockets, tcpInput.handshakes(), addresses, replies, counters);
    }

    /// One IP packet, or Ethernet frame, from the link. Valid during the call only. Never throws, whatever the packet.
    public void onFrame(long nowNanos, Frame frame) {
        lastNanos = nowNanos;
        drops.count(receive(nowNanos, frame));
    }

    private DropReason receive(long nowNanos, Frame frame) {
        var port = ethernet;
        var served = port == null ? null : port.unwrap(nowNanos, frame);
        if (served != null) {
            return served;
        }
        var reason = ip.parse(frame);
        boolean piece = reason == DropReason.FRAGMENT;
        if (reason != DropReason.NONE && !piece) {
            return malformed(nowNanos, reason);
        }
        served = port == null ? null : piece ? port.pieceArrives() : port.arrives(nowNanos);
        if (served != null) {
            return served;
        }
        reason = addresses.check(ip);
        if (reason != DropReason.NONE) {
            return reason;
        }
        return piece ? reassemble(nowNanos) : deliver(nowNanos);
    }

    private DropReason malformed(long nowNanos, DropReason reason) {
        // RFC 4443 §2.4 (e.5): what came to all on the link is answered to nobody; nor is what came to an address
        // that is not yet ours.
        boolean direct = ethernet == null || ethernet.pieceArrives() == null;
        if (ip.hasProblem() && direct && addresses.check(ip) == DropReason.NONE) {
            replies.problem(nowNanos, ip);
        }
        return reason;
    }

    private DropReason reassemble(long nowNanos) {
        var whole = fragments.add(nowNanos, ip);
        if (whole == null) {
            return fragments.verdict();
        }
        // A fragment inside of it is none that anybody sends.
        var reason = ip.parse(whole);
        return reason == DropReason.NONE ? deliver(nowNanos) : reason;
    }

    private DropReason deliver(long nowNanos) {
        int protocol = ip.protocol();
        if (protocol == IpPacket.PROTOCOL_TCP) {
            return tcpInput.arrives(nowNanos);
        }
        if (protocol == IpPacket.NO_NEXT_HEADER && !ip.v4()) {
            // RFC 8200 §4.7: "there is nothing following that header", so that nobody is missing.
            return DropReason.UNKNOWN_PROTOCOL;
        }
        boolean icmp = protocol == (ip.v4() ? IpPacket.PROTOCOL_ICMP : IpPacket.PROTOCOL_ICMP6);
        return icmp ? icmpInput.arrives(nowNanos) : replies.nobody(nowNanos, ip);
    }

    /// Writes the next packet that is due, if any. Connections take turns.
    ///
    /// @return whether one was written
    public boolean poll(long nowNanos, Frame out) {
        lastNanos = nowNanos;
        fragments.run(nowNanos);
        boolean written = ethernet == null ? output.poll(nowNanos, out) : pollFrame(nowNanos, ethernet, out);
        if (written) {
            counters.count(StackCounters.FRAMES_OUT);
        }
        return written;
    }

    /// A packet that cannot go makes its next hop be asked for, which is then due itself. The port may have left the
    /// turn to others who have nothing.
    private boolean pollFrame(long nowNanos, EthernetPort port, Frame out) {
        while (!port.poll(nowNanos, out)) {
            if (!output.poll(nowNanos, out)) {
                port.answersAgain();
                return port.poll(nowNanos, out);
            }
            if (port.wrap(nowNanos, out)) {
                return true;
            }
        }
        return true;
    }

    /// When [#poll] has something to do next if nothing else happens; `Deadlines.NONE` if never. While packets
    /// wait to be polled, this is a time that has come already.
    public long nextDeadline() {
        boolean waits = !replies.isEmpty() || sockets.outputWaits() || handshakes.waits();
        if (waits) {
            return lastNanos;
        }
        long deadline = Deadlines.earlier(sockets.earliestDeadline(), fragments.nextDeadline());
        deadline = Deadlines.earlier(deadline, handshakes.nextDeadline(lastNanos));
        return ethernet == null ? deadline : Deadlines.earlier(deadline, ethernet.nextDeadline(lastNanos));
    }

    /// Passive OPEN. `address` may be any of this host's, or `0.0.0.0` or `::` for all of that family (`::`
    /// takes both); the most exact listener gets the connection. Port 0 chooses a free one.
    ///
    /// @throws SocketException when the port is taken, the address is not this host's, or there are too many
    ///     listeners: 65,536
    /// @throws IllegalArgumentException for a port outside 0 to 65535
    public Listener listen(IpAddress address, int port, ListenOptions options) throws SocketException {
        checkPort(port);
        checkOpen();
        if (!address.isAny() && !addresses.ours(address.high(), address.low())) {
            throw notOurs(address);
        }
        int chosen = port == 0 ? ports.choose(address, address, 0, this::unused) : port;
        if (chosen == Ports.NONE) {
            throw new SocketException(
                    SocketError.NO_PORT_FREE, "every port from " + Ports.FIRST + " to " + Ports.LAST + " is in use");
        }
        if (listeners.taken(address, chosen)) {
            throw new SocketException(
                    SocketError.ADDRESS_IN_USE,
                    FourTuple.endpoint(address, chosen) + " is already being listened on; choose another port");
        }
        var listener = new Listener(address, chosen, options, sockets, listeners, handshakes);
        if (!handshakes.add(listener)) {
            throw new SocketException(
                    SocketError.LIMIT_REACHED, "there are already 65,536 listeners, as many as there can be");
        }
        listeners.add(listener);
        return listener;
    }

    private boolean unused(int port) {
        return !listeners.taken(port);
    }

    /// Active OPEN: the SYN is due. Without a local address, the host's address in the remote's network is
    /// used, or else its first of that family. Port 0 chooses one (RFC 6056).
    ///
    /// @throws SocketException when no such connection can be made: no address of that family, a destination
    ///     that is broadcast, multicast, this host itself or port 0, tuple in use, no port free, limits reached
    /// @throws IllegalArgumentException for a port outside 0 to 65535
    public TcpSocket connect(
            long nowNanos,
            @Nullable IpAddress localAddress,
            int localPort,
            IpAddress remoteAddress,
            int remotePort,
            SocketOptions options)
            throws SocketException {
        checkPort(localPort);
        checkPort(remotePort);
        checkOpen();
        var local = source(localAddress, remoteAddress, remotePort);
        if (ethernet != null && !ethernet.hasRoute(nowNanos, remoteAddress)) {
            throw new SocketException(
                    SocketError.NO_ROUTE, remoteAddress + " is in no network of this host; give it a gateway");
        }
        int port = localPort == 0 ? choosePort(local, remoteAddress, remotePort) : localPort;
        var tuple = new FourTuple(local, port, remoteAddress, remotePort);
        if (taken(local, port, remoteAddress, remotePort)) {
            throw new SocketException(
                    SocketError.ADDRESS_IN_USE,
                    "there is already a connection " + tuple + "; choose another local port");
        }
        lastNanos = nowNanos;
        if (!sockets.room(nowNanos)) {
            throw new SocketException(
                    SocketError.LIMIT_REACHED,
                    "there are already " + config.limits().connectionsMax() + " connections, as many as are allowed");
        }
        return births.open(nowNanos, tuple, options);
    }

    private IpAddress source(@Nullable IpAddress local, IpAddress remote, int remotePort) throws SocketException {
        if (remotePort == 0 || !addresses.answerable(remote.high(), remote.low())) {
            throw new SocketException(
                    SocketError.BAD_DESTINATION,
                    FourTuple.endpoint(remote, remotePort) + " is not an address and port that can be connected to");
        }
        var source = local == null || local.isAny() ? addresses.sourceFor(remote) : local;
        if (source == null || source.isV4() != remote.isV4()) {
            throw new SocketException(
                    SocketError.NO_ROUTE,
                    "this host has no " + (remote.isV4() ? "IPv4" : "IPv6") + " address to reach " + remote
                            + " from; give it one");
        }
        if (!addresses.ours(source.high(), source.low())) {
            throw notOurs(source);
        }
        for (var duplicate : duplicates()) {
            if (duplicate.address().equals(source)) {
                throw new SocketException(SocketError.ADDRESS_IN_USE, duplicate.toString());
            }
        }
        return source;
    }

    private int choosePort(IpAddress local, IpAddress remote, int remotePort) throws SocketException {
        int port = ports.choose(
                local,
                remote,
                remotePort,
                candidate -> unused(candidate) && !taken(local, candidate, remote, remotePort));
        if (port == Ports.NONE) {
            throw new SocketException(
                    SocketError.NO_PORT_FREE,
                    "every local port from " + Ports.FIRST + " to " + Ports.LAST + " is in use towards "
                            + FourTuple.endpoint(remote, remotePort));
        }
        return port;
    }

    private boolean taken(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        int ports = localPort << 16 | remotePort;
        return sockets.demux().find(local.high(), local.low(), remote.high(), remote.low(), ports) != null
                || handshakes.taken(local, remote, ports);
    }

    private static void checkPort(int port) {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("a port must lie in 0..65535, but is " + port);
        }
    }

    private void checkOpen() throws SocketException {
        if (shutDown) {
            throw new SocketException(SocketError.CLOSED, "the stack was shut down");
        }
    }

    private static SocketException notOurs(IpAddress address) {
        return new SocketException(SocketError.ADDRESS_NOT_OURS, address + " is not an address of this host");
    }

    /// A socket whose readiness, acknowledged octets, state or cause may have changed since it was last
    /// returned; null when there is none. The last time is in state CLOSED.
    public @Nullable TcpSocket pollReady() {
        return sockets.pollReady();
    }

    /// A listener that has a connection to accept, or was closed; null when there is none.
    public @Nullable Listener pollReadyListener() {
        return listeners.pollReady();
    }

    /// Ends everything: listeners close, connections are aborted (RSTs are due), connect and listen are
    /// refused from now on. Connections that their users have closed and whose FIN is acknowledged are left
    /// alone: a RST would take from the peer's application what it has not read yet. Users learn of it as
    /// [CloseCause][dev.levee.tcp.CloseCause] and still have to close their sockets.
    public void shutdown(long nowNanos) {
        lastNanos = nowNanos;
        shutDown = true;
        listeners.forEach(listener -> listener.close(nowNanos, AbortReason.SHUTDOWN));
        var all = new ArrayList<TcpSocket>();
        sockets.demux().forEach(all::add);
        for (var socket : all) {
            if (!socket.delivered()) {
                socket.shutDown(nowNanos);
            }
        }
    }

    /// An address of ours that another station has.
    ///
    /// @param station whose answer told it
    public record Duplicate(IpAddress address, MacAddress station) {
        /// A sentence for the user.
        @Override
        public String toString() {
            return address + " is used by another station, " + station + "; choose another address";
        }
    }

    /// Whether it is decided of each address of this host whether it may be used: on an Ethernet segment it is
    /// asked for first, if so configured. Before, and when it turns out to be another's, nothing is sent from it
    /// and nothing is taken for it.
    public boolean addressesSettled() {
        return ethernet == null || ethernet.claims().settled();
    }

    /// Addresses of this host that may not be used because other stations have them.
    public List<Duplicate> duplicates() {
        return ethernet == null ? List.of() : ethernet.claims().duplicates();
    }

    /// What is known of a host of the segment.
    ///
    /// @param mac null while it is being asked for
    /// @param state as RFC 4861 §7.3.2 has it: `INCOMPLETE`, `REACHABLE`, `STALE`, `DELAY`, `PROBE`
    public record NeighbourView(IpAddress address, @Nullable MacAddress mac, String state) {}

    /// The hosts of the segment that are known, or asked for, in no order; none on a link that carries IP
    /// packets.
    public List<NeighbourView> neighbours() {
        return ethernet == null ? List.of() : ethernet.neighbours().views();
    }

    /// What this stack was made from.
    public StackConfig config() {
        return config;
    }

    /// Where memory for half-open handshakes comes from.
    GuardMemory guardMemory() {
        return memory;
    }

    /// Whether another SYN can be answered before some answers have been polled.
    boolean answersHaveRoom() {
        return handshakes.room();
    }

    /// A packet for this stack was dropped before it got here.
    void dropped(DropReason reason) {
        drops.count(reason);
    }

    /// What became of received packets.
    public DropCounters drops() {
        return drops;
    }

    /// What is counted beside TCP.
    public StackCounters.Row counters() {
        return counters;
    }

    /// What TCP counts, all connections of this stack together.
    public TcpCounters.Row tcpCounters() {
        return tcp.counters();
    }

    /// What was decided about handshakes that have no connection yet; null before anybody has listened.
    public GuardCounters.@Nullable Row guardCounters() {
        var gate = handshakes.gate();
        return gate == null ? null : gate.counters();
    }

    /// Handshakes that have no connection yet and are remembered.
    public int halfOpenRows() {
        return handshakes.rows();
    }

    /// Hands every handshake over that has no connection yet and is remembered, in no order; the holder is reused.
    public void forEachHandshake(Consumer<? super Handshake> action) {
        handshakes.forEach(action);
    }

    /// Octets of native memory taken for those.
    public long halfOpenBytes() {
        var gate = handshakes.gate();
        return gate == null ? 0 : gate.bytes();
    }

    /// Whether there are so many of them that they have less time.
    public boolean halfOpenPressed() {
        var gate = handshakes.gate();
        return gate != null && gate.pressed();
    }

    /// Sets the wall clock, by which SYN cookies have epochs: at the beginning, and again when it may have been set.
    /// Without it, cookies are good for this stack only.
    ///
    /// @param wallMillis since the beginning of 1970, UTC
    public void wallClock(long nowNanos, long wallMillis) {
        handshakes.wallClock(nowNanos, wallMillis);
    }

    /// The keys of SYN cookies: from the stack's secret until [#cookieKeys(CookieKeys)] says otherwise.
    public CookieKeys cookieKeys() {
        return handshakes.keys();
    }

    /// Changes the keys of SYN cookies: to those that other hosts have, too, or to fresh ones.
    public void cookieKeys(CookieKeys keys) {
        handshakes.keys(keys);
    }

    /// The epoch of SYN cookies at a moment.
    public long cookieEpoch(long nowNanos) {
        return handshakes.epoch(nowNanos);
    }

    /// What active opens remember of their peers for fast open.
    public FastOpenCookies fastOpenCookies() {
        return tcp.fastOpenCookies();
    }

    /// The memory of this stack's connections.
    public BufferPool buffers() {
        return tcp.buffers();
    }

    /// Connections in any state, TIME-WAIT included.
    public int connectionCount() {
        return sockets.demux().size();
    }

    /// Connections in each state, indexed by the state's ordinal, with handshakes that have none yet. Looks at all of
    /// them.
    public int[] connectionCounts() {
        var counts = new int[TcpState.values().length];
        sockets.demux().forEach(socket -> counts[socket.connection().state().ordinal()]++);
        counts[TcpState.SYN_RECEIVED.ordinal()] += handshakes.rows();
        return counts;
    }

    /// Hands every socket over, in no order, those that nobody accepted and those closed by their users
    /// included. The action must not change the stack.
    public void forEachSocket(Consumer<? super TcpSocket> action) {
        sockets.demux().forEach(action);
    }

    /// Hands every open listener over, in no order.
    public void forEachListener(Consumer<? super Listener> action) {
        listeners.forEach(action);
    }
}
