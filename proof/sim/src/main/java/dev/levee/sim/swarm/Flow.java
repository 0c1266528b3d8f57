package dev.levee.sim.swarm;

import dev.levee.sim.SimHost;
import dev.levee.sim.SimSocket;
import dev.levee.sim.Times;
import dev.levee.stack.SocketException;
import dev.levee.stack.SocketOptions;
import dev.levee.tcp.FourTuple;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection that somebody wants: opened by one side, or by both at once, perhaps again with the same ports
/// when it is over.
///
/// Threads: the simulation's.
final class Flow {
    private static final int CLIENT_PORT = 40_000;
    private static final int SERVER_PORT = 1_000;

    private final World world;
    private final int number;
    final SimHost client;
    final SimHost server;
    private final boolean simultaneous;
    private final List<User> users = new ArrayList<>();
    private int generationsLeft;
    private boolean begun;
    private @Nullable User newest;

    Flow(World world, int number, SimHost client, SimHost server, boolean simultaneous, int generations) {
        this.world = world;
        this.number = number;
        this.client = client;
        this.server = server;
        this.simultaneous = simultaneous;
        this.generationsLeft = generations;
    }

    int serverPort() {
        return SERVER_PORT + number;
    }

    int clientPort() {
        return CLIENT_PORT + number;
    }

    boolean simultaneous() {
        return simultaneous;
    }

    List<User> users() {
        return users;
    }

    /// The server side gets ready, now and after each crash.
    void listen() {
        if (simultaneous) {
            return;
        }
        server.listen(serverPort(), world.listenOptions(server)).onAccept(this::accepted);
    }

    void begin() {
        if (client.paused() || (simultaneous && server.paused())) {
            world.network().after(Times.millis(50), this::begin);
            return;
        }
        begun = true;
        generationsLeft--;
        int before = users.size();
        var near = connect(client, clientPort(), server, serverPort(), 0);
        if (simultaneous) {
            var far = connect(server, serverPort(), client, clientPort(), 1);
            if (near != null && far != null) {
                near.peer = far;
                far.peer = near;
            } else if (far == null) {
                forsake();
            }
        }
        newest = near;
        if (world.knobs().has(Knob.FAST_OPEN)) {
            users.subList(before, users.size()).forEach(User::speakFirst);
        }
        if (near == null && generationsLeft > 0) {
            generationsLeft = 0;
        }
    }

    /// The other side still opens from last time, and may meet the new user instead of the old: nobody can say
    /// whose stream it will read.
    private void forsake() {
        for (var user : users) {
            if (!user.over() && !user.socket().tcp().connection().state().synchronised()) {
                user.peer = null;
            }
        }
    }

    private @Nullable User connect(SimHost from, int localPort, SimHost to, int port, int side) {
        try {
            var options = new SocketOptions(world.setup(from).tcp(), SocketOptions.LINGER_OFF);
            return user(from.connect(localPort, to.address(), port, options), side);
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof SocketException) {
                // The user was told at once: a limit, or the ports are still in TIME-WAIT.
                return null;
            }
            throw e;
        }
    }

    private User user(SimSocket socket, int side) {
        var name = socket.host().name() + " in flow " + number;
        var user = new User(
                world.network(),
                socket,
                Mood.of(world.knobs(), number, side),
                world.knobs().random(8_000 + 2L * number + side),
                (number * 2L + side + 64L * users.size()) * 7_919,
                name);
        users.add(user);
        var tuple = socket.tcp().connection().tuple();
        world.observer()
                .party(
                        new Observer.Tuple(socket.host(), tuple.localPort(), tuple.remoteAddress(), tuple.remotePort()),
                        user);
        if (world.isCalm()) {
            user.calm();
        }
        return user;
    }

    private void accepted(SimSocket socket) {
        var user = user(socket, 1);
        var near = newest;
        if (near != null && !near.gone && mirrors(near, socket)) {
            near.claimedBy(user, synText(near));
        }
    }

    private int synText(User near) {
        var tuple = near.socket().tcp().connection().tuple();
        var end = world.observer()
                .end(new Observer.Tuple(client, tuple.localPort(), tuple.remoteAddress(), tuple.remotePort()));
        return end == null ? 0 : end.sender.synText();
    }

    /// Whether these are the two ends of one connection, and not of two that had the same ports one after the
    /// other: the initial sequence number tells.
    private boolean mirrors(User near, SimSocket socket) {
        FourTuple a = near.socket().tcp().connection().tuple();
        var accepted = socket.tcp().connection();
        FourTuple b = accepted.tuple();
        if (a.localPort() != b.remotePort() || !a.localAddress().equals(b.remoteAddress())) {
            return false;
        }
        var end = world.observer().end(new Observer.Tuple(client, a.localPort(), a.remoteAddress(), a.remotePort()));
        int first = accepted.rcvNxt() - (int) accepted.bytesReceived() - (accepted.receiveFinished() ? 1 : 0);
        return end != null && end.sender.iss + 1 == first;
    }

    /// Opens again with the same ports when the connection before is over.
    void again() {
        var near = newest;
        if (begun && generationsLeft > 0 && near != null && near.over() && !client.paused() && !world.isCalm()) {
            begin();
        }
    }

    boolean over() {
        return begun && users.stream().allMatch(User::over);
    }

    @Override
    public String toString() {
        var text = new StringBuilder("flow " + number + " " + client.name() + " to " + server.name());
        users.forEach(user -> text.append("\n    ").append(user));
        return text.toString();
    }
}
