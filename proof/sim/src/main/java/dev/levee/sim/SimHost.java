package dev.levee.sim;

import dev.levee.stack.ListenOptions;
import dev.levee.stack.SocketException;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.PacketText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A host of a [SimNetwork]: a whole stack with its users. Made by [SimNetwork#host].
///
/// Its clock runs as the network's does, but may begin elsewhere: the engine must not care.
///
/// Threads: the simulation's.
public final class SimHost {
    /// How often users may answer each other at one moment before it counts as a livelock.
    private static final int ROUNDS_MAX = 10_000;
    /// How many packets a host may send at one moment before it counts as a livelock.
    private static final int PACKETS_MAX = 1_000_000;

    private final SimNetwork network;
    private final String name;
    private Stack stack;
    private long offsetNanos;
    private final Frame out;
    private final ArrayDeque<SimSocket> woken = new ArrayDeque<>();
    private boolean plugged = true;
    private boolean used;
    private NearWrap.@Nullable Passive wrap;
    private long pausedUntilNanos = Deadlines.NONE;
    private long framesIn;
    private @Nullable MemorySegment copy;

    SimHost(SimNetwork network, String name, Stack stack, long offsetNanos) {
        this.network = network;
        this.name = name;
        this.stack = stack;
        this.offsetNanos = offsetNanos;
        this.out = FrameSlab.single(stack.config().mtu());
    }

    public String name() {
        return name;
    }

    public Stack stack() {
        return stack;
    }

    /// This host's own clock.
    public long nowNanos() {
        return network.clock().nowNanos() + offsetNanos;
    }

    /// This host's first address.
    public IpAddress address() {
        return stack.config().addresses().getFirst().address();
    }

    boolean has(IpAddress address) {
        for (Cidr own : stack.config().addresses()) {
            if (own.address().equals(address)) {
                return true;
            }
        }
        return false;
    }

    /// Listens on all addresses of the first one's family, with default settings.
    public SimListener listen(int port) {
        return listen(port, ListenOptions.DEFAULT);
    }

    /// Listens on all addresses of the first one's family.
    ///
    /// @throws IllegalStateException with the stack's sentence when it cannot
    public SimListener listen(int port, ListenOptions options) {
        try {
            return new SimListener(this, stack.listen(any(), port, options));
        } catch (SocketException e) {
            throw new IllegalStateException(name + ": " + e.getMessage(), e);
        }
    }

    private IpAddress any() {
        return address().isV4() ? IpAddress.ANY_V4 : IpAddress.ANY_V6;
    }

    /// Connects to another host's first address, from a port that the stack chooses.
    public SimSocket connect(SimHost to, int port) {
        return connect(0, to.address(), port, SocketOptions.DEFAULT);
    }

    /// Connects.
    ///
    /// @param localPort 0: the stack chooses
    /// @throws IllegalStateException with the stack's sentence when it cannot
    public SimSocket connect(int localPort, IpAddress to, int port, SocketOptions options) {
        try {
            var socket = new SimSocket(this, stack.connect(nowNanos(), null, localPort, to, port, options));
            used();
            return socket;
        } catch (SocketException e) {
            throw new IllegalStateException(name + ": " + e.getMessage(), e);
        }
    }

    /// Pulls the cable: nothing arrives any more and nothing leaves. The host itself goes on.
    public void unplug() {
        plugged = false;
    }

    /// Puts the cable back. What was under way to this host meanwhile is lost.
    public void plug() {
        plugged = true;
    }

    public boolean plugged() {
        return plugged;
    }

    /// What number the first SYN that arrives is answered with.
    public void answersWith(NearWrap.Passive number) {
        wrap = number;
    }

    /// The host does nothing for a while, as a virtual machine that is not scheduled: packets wait in front of
    /// it, and its timers are late. Its users should keep still, too.
    public void pause(long nanos) {
        pausedUntilNanos = network.clock().nowNanos() + nanos;
    }

    public boolean paused() {
        return pausedUntilNanos != Deadlines.NONE
                && pausedUntilNanos - network.clock().nowNanos() > 0;
    }

    long pausedUntilNanos() {
        return pausedUntilNanos;
    }

    /// The host's clock jumps ahead, as after a sleep.
    public void jump(long nanos) {
        offsetNanos += nanos;
        used();
    }

    /// The host loses its memory: another stack takes the place of this one, which never sends again. Sockets
    /// and listeners of the old stack are dead, and nobody tells their users.
    public void crash(StackConfig config) {
        stack = new Stack(config);
        woken.clear();
        framesIn = 0;
        used();
    }

    /// Packets given to the stack.
    public long framesIn() {
        return framesIn;
    }

    /// Room for users' octets on their way in and out.
    MemorySegment copy() {
        var room = copy;
        if (room == null) {
            room = Arena.ofAuto().allocate(SimSocket.COPY_BYTES);
            copy = room;
        }
        return room;
    }

    /// A user has given a command.
    void used() {
        used = true;
    }

    /// A user wants to be told how things stand.
    void wake(SimSocket socket) {
        woken.addLast(socket);
        used();
    }

    /// When this host has something to do, in the network's time.
    long nextDeadline() {
        long deadlineNanos = used ? nowNanos() : stack.nextDeadline();
        return deadlineNanos == Deadlines.NONE
                ? Deadlines.NONE
                : SimPath.later(deadlineNanos - offsetNanos, pausedUntilNanos);
    }

    /// A packet comes out of the network.
    void receive(Frame packet) {
        framesIn++;
        if (wrap != null) {
            wrap.arrives(nowNanos(), stack, packet);
        }
        stack.onFrame(nowNanos(), packet);
    }

    /// Sends everything that is due and tells users, until both come to rest.
    void settle() {
        int rounds = 0;
        do {
            if (++rounds > ROUNDS_MAX) {
                throw new SimulationFailure(name + " and its users do not come to rest: livelock after " + ROUNDS_MAX
                        + " rounds at " + network.timeText());
            }
            used = false;
            transmit();
        } while (tellUsers() || used);
        checkAtRest(stack.nextDeadline());
    }

    private void transmit() {
        int packets = 0;
        while (stack.poll(nowNanos(), out)) {
            if (++packets > PACKETS_MAX) {
                throw new SimulationFailure(name + " sends without end: livelock after " + PACKETS_MAX + " packets at "
                        + network.timeText());
            }
            network.transmit(this, out);
        }
    }

    private boolean tellUsers() {
        boolean told = false;
        for (var listener = stack.pollReadyListener(); listener != null; listener = stack.pollReadyListener()) {
            told = true;
            if (listener.attachment() instanceof SimListener user) {
                user.ready();
            }
        }
        int calls = 0;
        for (var socket = nextReady(); socket != null; socket = nextReady()) {
            if (++calls > PACKETS_MAX) {
                throw new SimulationFailure(name + " tells its users without end: livelock at " + network.timeText());
            }
            told = true;
            socket.ready();
        }
        return told;
    }

    private @Nullable SimSocket nextReady() {
        for (var ready = stack.pollReady(); ready != null; ready = stack.pollReady()) {
            if (ready.attachment() instanceof SimSocket user) {
                return user;
            }
        }
        return woken.pollFirst();
    }

    /// A stack that has nothing to send must have its deadline in the future.
    void checkAtRest(long deadlineNanos) {
        if (Deadlines.due(nowNanos(), deadlineNanos)) {
            throw new SimulationFailure(name + " has nothing to send at " + network.timeText()
                    + ", but its deadline is " + Times.format(deadlineNanos - nowNanos()) + " s from now");
        }
    }

    /// Asked before its deadline, a stack must have nothing to send.
    void checkSilent() {
        if (!paused() && stack.poll(nowNanos(), out)) {
            throw new SimulationFailure(
                    name + " sends at " + network.timeText() + ", before its deadline: " + PacketText.of(out));
        }
    }

    @Override
    public String toString() {
        var text = new StringBuilder(name);
        stack.forEachSocket(socket -> text.append("\n    ").append(new Status(socket)));
        return text.toString();
    }
}
