package dev.levee.net;

import dev.levee.guard.Defence;
import dev.levee.link.Link;
import dev.levee.link.Pages;
import dev.levee.stack.EthernetConfig;
import dev.levee.stack.EthernetConfig.DuplicateDetection;
import dev.levee.stack.FastOpenOptions;
import dev.levee.stack.Limits;
import dev.levee.stack.ListenOptions;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.tcp.TcpConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import dev.levee.wire.LinkType;
import dev.levee.wire.MacAddress;
import dev.levee.wire.SipHash;
import java.io.IOException;
import java.net.BindException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A host of its own inside this process: addresses, a TCP/IP stack, and the link that it is reached by.
/// Listening and connecting work as everywhere; what comes out are [TcpStream]s that block the calling thread,
/// best a virtual one.
///
/// A thread that waits in a call of this package and is interrupted closes the stream or listener that it waits
/// for, keeps its interrupt status, and gets a `ClosedByInterruptException`, as with `SocketChannel`. A
/// lingering close and receipts are the exceptions: there an interrupt ends the waiting only.
///
/// When the link breaks or the stack fails, the host ends: every call that waits, and every later one, throws
/// an exception that says so.
///
/// Threads: any.
public final class Host implements AutoCloseable {
    /// How long [#close()] lets connections go on that their users have closed.
    public static final Duration CLOSE_GRACE = Duration.ofSeconds(1);

    /// Beyond its own limits a shard can only be late because the machine is.
    private static final Duration END_PATIENCE = Duration.ofSeconds(5);

    private final Shard shard;
    private final List<Cidr> addresses;
    private final SocketOptions socketOptions;
    private final ListenOptions listenOptions;

    private Host(Shard shard, List<Cidr> addresses, ListenOptions listenOptions) {
        this.shard = shard;
        this.addresses = addresses;
        socketOptions = listenOptions.socket();
        this.listenOptions = listenOptions;
    }

    /// A builder without a link and without addresses; both are needed.
    public static Builder builder() {
        return new Builder();
    }

    public List<Cidr> addresses() {
        return addresses;
    }

    /// This host's station on an Ethernet segment; null on a link that carries IP packets.
    public @Nullable MacAddress mac() {
        var ethernet = shard.stack().config().ethernet();
        return ethernet == null ? null : ethernet.mac();
    }

    /// Blocks until it is decided of each address whether it may be used. On an Ethernet segment the other
    /// stations are asked first whether they have it ([Builder#duplicateDetection]); what is sent from it before
    /// is lost. On a link that carries IP packets this returns at once.
    ///
    /// @throws BindException when another station has one of the addresses, in a sentence that names both
    /// @throws IOException when the host has ended
    /// @throws InterruptedException when the thread is interrupted; the host goes on
    public void awaitAddresses() throws IOException, InterruptedException {
        shard.awaitSettled();
        var task = new Task<>("no address can be used", _ -> shard.stack().duplicates());
        shard.submit(task, 1);
        for (var duplicate : task.await()) {
            throw new BindException(duplicate.toString());
        }
    }

    /// The name of the link: `tun:levee0`.
    public String linkName() {
        return shard.link().name();
    }

    /// Listens on a port of all addresses. 0 chooses one.
    ///
    /// @throws java.net.BindException when the port is taken
    public TcpListener listen(int port) throws IOException {
        return listen(IpAddress.ANY_V6, port, listenOptions());
    }

    /// Listens on a port of one address, given as text.
    ///
    /// @throws java.net.BindException when the port is taken or the address is not this host's
    public TcpListener listen(String address, int port) throws IOException {
        return listen(IpAddress.parse(address), port, listenOptions());
    }

    /// Listens on a port. `0.0.0.0` means all IPv4 addresses, `::` all addresses.
    ///
    /// @throws java.net.BindException when the port is taken or the address is not this host's
    public TcpListener listen(IpAddress address, int port, ListenOptions options) throws IOException {
        // Here, where it is the caller's mistake: on the shard it would be everybody's.
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(options, "options");
        Ports.check(port);
        var task = new Task<>(
                "cannot listen", _ -> new ListenerPort(shard, shard.stack().listen(address, port, options), options));
        shard.submit(task, 1);
        return new TcpListener(task.await());
    }

    /// What listeners of this host begin with.
    public ListenOptions listenOptions() {
        return listenOptions;
    }

    /// Connects to an address given as text: a literal, names are not looked up.
    ///
    /// @throws TcpException when the connection is refused, or nobody answers, or the network says that the
    ///     peer cannot be reached
    /// @throws IOException when it cannot even be tried: no address of that family, no port free
    public TcpStream connect(String address, int port) throws IOException {
        return connect(IpAddress.parse(address), port, connectOptions());
    }

    /// As [#connect(String, int)], but not longer than `timeout`.
    ///
    /// @throws java.net.SocketTimeoutException when the time is over
    public TcpStream connect(String address, int port, Duration timeout) throws IOException {
        return connect(IpAddress.parse(address), port, connectOptions().withTimeout(timeout));
    }

    /// As [#connect(String, int)].
    ///
    /// @throws java.net.SocketTimeoutException when the time of the options is over
    public TcpStream connect(IpAddress address, int port, ConnectOptions options) throws IOException {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(options, "options");
        Ports.check(port);
        var request = new ConnectRequest(options.localAddress(), options.localPort(), address, port, options.socket());
        var connecting = SocketPort.connecting(shard, request);
        connecting.awaitConnected(options.limitNanos(), request.toString());
        return new TcpStream(connecting);
    }

    /// As [#connect(IpAddress, int, ConnectOptions)], with the first octets to send: returns when the connection is
    /// open and all of them are written.
    ///
    /// With [ConnectOptions#withFastOpen] they travel with the SYN (RFC 7413), as many as fit into one segment, and
    /// may be answered a round trip earlier; the others follow at once. The peer has to offer that, and to have
    /// given a cookie to an earlier connection of this host: otherwise the handshake is an ordinary one, and asks
    /// for the cookie.
    ///
    /// **A warning of RFC 7413 §6.2:** what travels with a SYN may reach the peer's application twice. Only for
    /// requests that do no harm when they are carried out twice, such as those that only read.
    ///
    /// @throws java.net.SocketTimeoutException when the time of the options is over
    public TcpStream connect(IpAddress address, int port, ConnectOptions options, byte[] first) throws IOException {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(options, "options");
        Ports.check(port);
        var octets = first.clone();
        var request = new ConnectRequest(
                options.localAddress(), options.localPort(), address, port, options.socket(), octets);
        var connecting = SocketPort.connecting(shard, request);
        connecting.awaitConnected(options.limitNanos(), request.toString());
        int written = (int) connecting.output.writtenEnd();
        if (written < octets.length) {
            writeRest(connecting, octets, written);
        }
        return new TcpStream(connecting);
    }

    private static void writeRest(SocketPort to, byte[] octets, int written) throws IOException {
        try {
            to.output.write(octets, written, octets.length - written);
        } catch (IOException e) {
            // Nobody else could close it.
            to.abort();
            throw e;
        }
    }

    /// What connections of this host begin with: no timeout, address and port chosen by the stack.
    public ConnectOptions connectOptions() {
        return new ConnectOptions(Duration.ZERO, IpAddress.ANY_V6, 0, socketOptions);
    }

    SocketPort connecting(ConnectRequest request) {
        return SocketPort.connecting(shard, request);
    }

    /// Makes sockets of this host for libraries that use `java.net`.
    public LeveeSocketFactory socketFactory() {
        return new LeveeSocketFactory(this);
    }

    /// Makes server sockets of this host for libraries that use `java.net`.
    public LeveeServerSocketFactory serverSocketFactory() {
        return new LeveeServerSocketFactory(this);
    }

    /// What was counted so far; after the end of the host, until then.
    public HostCounters counters() {
        return ask("counters", _ -> HostCounters.of(shard.stack(), shard.undeliveredBytes()));
    }

    /// Counters, states and connections as they are now; after the end of the host, as they were then.
    public HostStats stats() {
        return ask("statistics", now -> HostStats.of(now, shard.stack(), shard.undeliveredBytes()));
    }

    private <T> T ask(String what, Task.Body<T> body) {
        var task = new Task<>(what, true, body);
        shard.submit(task, 1);
        try {
            return task.await();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Why the host has ended by itself; null if it has not.
    public @Nullable Throwable failure() {
        return shard.failure();
    }

    /// As [#close(Duration)] with [#CLOSE_GRACE].
    @Override
    public void close() {
        close(CLOSE_GRACE);
    }

    /// Ends the host. Connections that their users have closed may go on delivering for `grace`; all that are
    /// left then are reset, and who uses them is told. The link is closed. Again: no effect but waiting.
    ///
    /// An interrupted thread does not wait; the host ends nevertheless.
    public void close(Duration grace) {
        shard.close(Parking.nanos(grace));
        try {
            shard.join(grace.plus(END_PATIENCE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Shard shard() {
        return shard;
    }

    @Override
    public String toString() {
        return "host " + addresses + " on " + linkName();
    }

    /// Collects what a host is made of.
    public static final class Builder {
        private final List<Cidr> addresses = new ArrayList<>();
        private final List<IpAddress> gateways = new ArrayList<>();
        private @Nullable Link link;
        private @Nullable MacAddress mac;
        private DuplicateDetection detection = DuplicateDetection.IPV6;
        private boolean routerDiscovery;
        private TcpConfig tcp = TcpConfig.DEFAULT;
        private Limits limits = Limits.DEFAULT;
        private FastOpenOptions fastOpen = FastOpenOptions.OFF;
        private Defence defence = Defence.AUTO;
        private @Nullable SipHash secret;
        private LongSupplier clock = System::nanoTime;

        private Builder() {}

        /// The link that the host is reached by. It belongs to the host from its start on, which closes it in
        /// the end.
        public Builder link(Link link) {
            this.link = link;
            return this;
        }

        /// An address of the host with its network: `198.18.0.2/24`, `2001:db8::2/64`.
        ///
        /// @throws IllegalArgumentException with a sentence that names the text
        public Builder address(String cidr) {
            return address(Cidr.parse(cidr));
        }

        /// An address of the host with its network.
        public Builder address(Cidr cidr) {
            addresses.add(cidr);
            return this;
        }

        /// The host's own station on an Ethernet segment. Without it, one that follows from the secret.
        public Builder mac(MacAddress mac) {
            this.mac = mac;
            return this;
        }

        /// Where packets for other networks go on an Ethernet segment: one address of each family. Without it,
        /// hosts of other networks cannot be reached.
        ///
        /// @throws IllegalArgumentException with a sentence that names the text
        public Builder gateway(String address) {
            return gateway(IpAddress.parse(address));
        }

        /// As [#gateway(String)].
        public Builder gateway(IpAddress address) {
            gateways.add(address);
            return this;
        }

        /// Which addresses are asked for on an Ethernet segment before they are used: those of IPv6 unless said
        /// otherwise here, which takes 1 to 2 s; see [Host#awaitAddresses].
        public Builder duplicateDetection(DuplicateDetection detection) {
            this.detection = detection;
            return this;
        }

        /// Whether routers of an Ethernet segment that advertise themselves become gateways. Whoever is on the
        /// segment can advertise, so this is off unless asked for.
        public Builder routerDiscovery(boolean routerDiscovery) {
            this.routerDiscovery = routerDiscovery;
            return this;
        }

        /// Settings of all connections that are not given their own.
        public Builder tcp(TcpConfig tcp) {
            this.tcp = tcp;
            return this;
        }

        /// How listeners of this host stand up to a flood of SYNs, unless told otherwise: with everything.
        public Builder defence(Defence defence) {
            this.defence = defence;
            return this;
        }

        /// Whether listeners that are not given their own options accept text with a SYN (RFC 7413). Off by
        /// default, and not for every service: see [FastOpenOptions].
        public Builder fastOpen(FastOpenOptions fastOpen) {
            this.fastOpen = fastOpen;
            return this;
        }

        /// How much of everything the host may hold.
        public Builder limits(Limits limits) {
            this.limits = limits;
            return this;
        }

        /// The key of everything that outsiders must not guess. Without it, a random one.
        public Builder secret(SipHash secret) {
            this.secret = secret;
            return this;
        }

        /// The clock, in nanoseconds, which must never go back. Without it, `System::nanoTime`. Waiting with a
        /// timeout always uses the latter.
        public Builder clock(LongSupplier clock) {
            this.clock = clock;
            return this;
        }

        /// Starts the host.
        ///
        /// @throws IllegalStateException without a link or without an address, or with a station's address or a
        ///     gateway on a link that carries IP packets
        /// @throws IllegalArgumentException when the station's address or a gateway cannot be one, in a
        ///     sentence that names it
        public Host start() {
            var to = link;
            if (to == null) {
                throw new IllegalStateException("a host needs a link");
            }
            if (addresses.isEmpty()) {
                throw new IllegalStateException("a host needs at least one address, such as 198.18.0.2/24");
            }
            var key = secret;
            if (key == null) {
                var random = new SecureRandom();
                key = new SipHash(random.nextLong(), random.nextLong());
            }
            var config = new StackConfig(addresses, to.mtu(), key, limits, ethernet(to, key));
            var shard = new Shard(to, new Stack(config, Pages::allocate), clock);
            shard.start();
            var listenOptions = ListenOptions.DEFAULT
                    .withSocket(new SocketOptions(tcp, SocketOptions.LINGER_OFF))
                    .withFastOpen(fastOpen)
                    .withDefence(defence);
            return new Host(shard, config.addresses(), listenOptions);
        }

        private @Nullable EthernetConfig ethernet(Link to, SipHash key) {
            var station = mac;
            if (to.linkType() == LinkType.ETHERNET) {
                var own = station == null ? EthernetConfig.macOf(key) : station;
                return new EthernetConfig(own, gateways, detection, routerDiscovery);
            }
            if (station != null || !gateways.isEmpty()) {
                throw new IllegalStateException("the link " + to.name()
                        + " carries IP packets, so there is no use for a station's address or a gateway");
            }
            return null;
        }
    }
}
