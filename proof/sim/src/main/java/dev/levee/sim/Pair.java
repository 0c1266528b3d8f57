package dev.levee.sim;

import dev.levee.path.Impairment;
import dev.levee.stack.Limits;
import dev.levee.stack.ListenOptions;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.StackConfig;
import dev.levee.tcp.TcpConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.util.List;

/// A client and a server on a path: what most simulations are made of.
///
/// Both initial sequence numbers of the first connection lie just below 2^32 ([NearWrap]), so that every
/// transfer passes the wrap.
///
/// Threads: one owner.
public final class Pair {
    /// The client's port of the first connection; each further one takes the next.
    public static final int CLIENT_PORT = 40_000;
    /// Where the server listens.
    public static final int SERVER_PORT = 80;

    private static final String CLIENT_V4 = "198.18.0.1/24";
    private static final String SERVER_V4 = "198.18.0.2/24";
    private static final String CLIENT_V6 = "2001:db8::1/64";
    private static final String SERVER_V6 = "2001:db8::2/64";

    private static final long SERVER_OFFSET_NANOS = Times.seconds(1_000);

    private final SimNetwork network;
    private final SimHost client;
    private final SimHost server;
    private final SocketOptions clientOptions;
    private final ListenOptions serverOptions;
    private int connections;

    private Pair(Builder from) {
        network = new SimNetwork(Impairment.NONE, from.seed);
        var clientConfig = config(from.v6 ? CLIENT_V6 : CLIENT_V4, from.clientMtu, 1, from.limits);
        var serverConfig = config(from.v6 ? SERVER_V6 : SERVER_V4, from.serverMtu, 2, from.limits);
        var clientAddress = clientConfig.addresses().getFirst().address();
        var serverAddress = serverConfig.addresses().getFirst().address();
        long clientOffset = NearWrap.activeStart(clientConfig, clientAddress, CLIENT_PORT, serverAddress, SERVER_PORT);
        client = network.host("client", clientConfig, clientOffset);
        server = network.host("server", serverConfig, SERVER_OFFSET_NANOS);
        server.answersWith(new NearWrap.Passive(0, 1 << 16));
        network.path(client, server, from.toServer);
        network.path(server, client, from.toClient);
        clientOptions = from.clientOptions;
        serverOptions = new ListenOptions(from.backlog, ListenOptions.DEFAULT.halfOpenMax(), from.serverOptions);
    }

    private static StackConfig config(String address, int mtu, int key, Limits limits) {
        return new StackConfig(List.of(Cidr.parse(address)), mtu, new SipHash(key, key), limits);
    }

    /// A pair on a perfect path, with default settings, IPv4.
    public static Pair create() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    public SimNetwork network() {
        return network;
    }

    public SimHost client() {
        return client;
    }

    public SimHost server() {
        return server;
    }

    public IpAddress serverAddress() {
        return server.address();
    }

    /// The server listens on [#SERVER_PORT].
    public SimListener listen() {
        return server.listen(SERVER_PORT, serverOptions);
    }

    /// The client begins to connect to [#SERVER_PORT]; the SYN is due.
    public SimSocket connect() {
        return client.connect(CLIENT_PORT + connections++, server.address(), SERVER_PORT, clientOptions);
    }

    /// Both ends of a connection.
    public record Connection(SimSocket client, SimSocket server) {}

    /// The server listens, the client connects, the server accepts.
    ///
    /// @throws SimulationFailure when that is not so within a minute
    public Connection establish() {
        return establish(listen());
    }

    /// The client connects, the listener accepts.
    ///
    /// @throws SimulationFailure when that is not so within a minute
    public Connection establish(SimListener listener) {
        var near = connect();
        network.runUntil(
                "the connection is established",
                Times.seconds(60),
                () -> near.connected() && listener.tcp().pending() > 0);
        return new Connection(near, listener.accept());
    }

    /// The settings of a pair.
    ///
    /// Threads: one owner.
    public static final class Builder {
        private Impairment toServer = Impairment.NONE;
        private Impairment toClient = Impairment.NONE;
        private SocketOptions clientOptions = SocketOptions.DEFAULT;
        private SocketOptions serverOptions = SocketOptions.DEFAULT;
        private Limits limits = Limits.DEFAULT;
        private int backlog = ListenOptions.DEFAULT.backlog();
        private int clientMtu = 1500;
        private int serverMtu = 1500;
        private boolean v6;
        private long seed = 1;

        private Builder() {}

        public Builder v6(boolean on) {
            v6 = on;
            return this;
        }

        /// Where all chance comes from; the impairments' own seeds are not used.
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder mtu(int client, int server) {
            clientMtu = client;
            serverMtu = server;
            return this;
        }

        /// The same in both directions.
        public Builder impairment(Impairment both) {
            toServer = both;
            toClient = both;
            return this;
        }

        /// As [Impairment#parse] reads it, in both directions.
        public Builder impairment(String both) {
            return impairment(Impairment.parse(both));
        }

        public Builder toServer(Impairment impairment) {
            toServer = impairment;
            return this;
        }

        public Builder toClient(Impairment impairment) {
            toClient = impairment;
            return this;
        }

        /// TCP settings of both.
        public Builder tcp(TcpConfig config) {
            return clientTcp(config).serverTcp(config);
        }

        public Builder clientTcp(TcpConfig config) {
            clientOptions = new SocketOptions(config, clientOptions.lingerNanos());
            return this;
        }

        public Builder serverTcp(TcpConfig config) {
            serverOptions = new SocketOptions(config, serverOptions.lingerNanos());
            return this;
        }

        public Builder clientLingerNanos(long nanos) {
            clientOptions = new SocketOptions(clientOptions.tcp(), nanos);
            return this;
        }

        public Builder limits(Limits both) {
            limits = both;
            return this;
        }

        public Builder backlog(int connections) {
            backlog = connections;
            return this;
        }

        public Pair build() {
            return new Pair(this);
        }
    }
}
