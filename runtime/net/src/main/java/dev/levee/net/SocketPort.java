package dev.levee.net;

import dev.levee.stack.SocketException;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.CloseCause.IcmpReason;
import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.FourTuple;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpInfo;
import dev.levee.tcp.TcpState;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where application threads and the shard meet for one connection. The shard publishes what it knows of the
/// [TcpSocket] in volatile fields and wakes who waits for it ([ShardSide]); applications put bits of what they
/// want into the shard's queue. Octets go through the rings: see [InputPort] and [OutputPort].
///
/// Threads: any, except where said.
final class SocketPort extends Command {
    // What can be asked, served in this order.
    static final int CONNECT = 0x01;
    static final int OPTIONS = 0x02;
    static final int WRITTEN = 0x04;
    static final int CONSUMED = 0x08;
    static final int RING = 0x10;
    static final int CLOSE = 0x20;
    static final int ABORT = 0x40;
    static final int OUTPUT_SHUT = 0x80;
    static final int INPUT_SHUT = 0x100;
    static final int RECEIPT = 0x200;
    static final int RELEASE = 0x400;

    // What the shard says.
    static final int CONNECTED = 0x01;
    static final int READ_ENDED = 0x02;
    static final int READ_FAILED = 0x04;
    static final int WRITE_FAILED = 0x08;
    static final int CLOSE_COMPLETE = 0x10;
    static final int NO_MEMORY = 0x20;
    static final int REJECTED = 0x40;
    static final int OVER = READ_FAILED | WRITE_FAILED | CLOSE_COMPLETE;

    private static final VarHandle CLOSE_CALLED;
    private static final VarHandle TROUBLES;

    static {
        try {
            var lookup = MethodHandles.lookup();
            CLOSE_CALLED = lookup.findVarHandle(SocketPort.class, "closeCalled", boolean.class);
            TROUBLES = lookup.findVarHandle(SocketPort.class, "troubles", Troubles.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final InputPort input;
    final OutputPort output = new OutputPort(this);
    private final Shard shard;
    private final ShardSide shardSide;
    private final SocketOptions options;

    // Shard to application; `flags` is stored last and publishes the rest.
    private volatile long acknowledged;
    private volatile TcpState state = TcpState.CLOSED;
    private TcpState lastState = TcpState.SYN_SENT;
    private @Nullable FourTuple tuple;
    private @Nullable CloseCause cause;
    private @Nullable Throwable reason;
    private @Nullable SocketException rejection;
    private volatile int flags;

    // Application to shard.
    private volatile @Nullable Thread waiter;
    private volatile long lingerNanos;
    private volatile boolean noDelay;
    private volatile boolean corked;
    private volatile long releasedEnd;
    private volatile TcpConfig tcp;
    private volatile boolean reuseAddress;
    private volatile boolean closed;
    private volatile boolean told;
    /// Set through [#CLOSE_CALLED].
    private volatile boolean closeCalled;
    /// Made for the first receipt.
    private volatile @Nullable Receipts receipts;
    /// Made for the first trouble, or for the first who wants to hear of it.
    private volatile @Nullable Troubles troubles;

    private SocketPort(Shard shard, SocketOptions options) {
        this.shard = shard;
        this.shardSide = new ShardSide(this, shard, options.tcp());
        this.options = options;
        this.input = new InputPort(this, options.tcp().urgentInLine());
        this.lingerNanos = options.lingerNanos();
        this.noDelay = options.tcp().noDelay();
        this.tcp = options.tcp();
    }

    /// A port whose shard is asked to connect.
    ///
    /// Threads: application.
    static SocketPort connecting(Shard shard, ConnectRequest request) {
        var port = new SocketPort(shard, request.options());
        port.shardSide.request(request);
        port.ask(CONNECT);
        return port;
    }

    /// The port of a connection that a listener accepted.
    ///
    /// Threads: shard.
    static SocketPort accepted(long nowNanos, Shard shard, TcpSocket socket, SocketOptions options) {
        var port = new SocketPort(shard, options);
        port.shardSide.adopt(socket);
        port.shardSide.update(nowNanos);
        return port;
    }

    // ---- application ----

    void ask(int bits) {
        shard.submit(this, bits);
    }

    /// Waits for the end of the handshake. Where it fails the connection is given up: there is no stream that
    /// anybody could close.
    ///
    /// @throws SocketTimeoutException when the time is over
    /// @throws IOException when there is none
    void awaitConnected(long limitNanos, String what) throws IOException {
        long deadlineNanos = Parking.deadline(limitNanos);
        waiter = Thread.currentThread();
        try {
            while (!connectDecided(what)) {
                if (!Parking.park(this, limitNanos, deadlineNanos)) {
                    throw new SocketTimeoutException(
                            what + ": connect timed out after " + limitNanos / 1_000_000 + " ms without an answer");
                }
                checkInterrupt();
            }
        } catch (IOException e) {
            abort();
            throw e;
        } finally {
            waiter = null;
        }
    }

    private boolean connectDecided(String what) throws IOException {
        int now = flags;
        if ((now & REJECTED) != 0) {
            throw Rejections.of(rejection, reason, what);
        }
        // The handshake may be over and the connection too: that is for the first read to say.
        if ((now & CONNECTED) != 0) {
            return true;
        }
        if ((now & OVER) != 0) {
            throw failure();
        }
        checkOpen();
        return false;
    }

    /// Closes; with linger, waits until everything is acknowledged or the linger time is over.
    ///
    /// @throws TcpException when octets were not delivered and no other call has said so
    void close() throws IOException {
        if (closeCalled || !CLOSE_CALLED.compareAndSet(this, false, true)) {
            return;
        }
        boolean lingers = lingerNanos > 0;
        shut(CLOSE);
        if (lingers) {
            awaitCloseComplete();
        }
        if (!told && undelivered() > 0 && failedUnasked()) {
            throw failure();
        }
    }

    /// Whether the connection has ended in a way that its user did not ask for.
    private boolean failedUnasked() {
        // The flags publish the cause.
        return flags != 0
                && switch (cause) {
                    case null -> false;
                    case CloseCause.Finished _ -> false;
                    case CloseCause.Aborted aborted -> aborted.reason() == CloseCause.AbortReason.SHUTDOWN;
                    case CloseCause.Refused _, CloseCause.Reset _, CloseCause.TimedOut _, CloseCause.Unreachable _ ->
                        true;
                };
    }

    private void awaitCloseComplete() {
        boolean interrupted = false;
        waiter = Thread.currentThread();
        while ((flags & (CLOSE_COMPLETE | REJECTED)) == 0) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                interrupted = true;
                break;
            }
        }
        waiter = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Resets the connection.
    void abort() {
        closeCalled = true;
        shut(ABORT);
    }

    private void shut(int how) {
        closed = true;
        // Asked for before the gates close: so the shard knows a close from a half-close.
        ask(how);
        output.shut();
        input.shut();
        wake();
    }

    void lingerNanos(long nanos) {
        lingerNanos = nanos;
        ask(OPTIONS);
    }

    long lingerNanos() {
        return lingerNanos;
    }

    void noDelay(boolean on) {
        noDelay = on;
        ask(on ? OPTIONS | release() : OPTIONS);
    }

    boolean noDelay() {
        return noDelay;
    }

    void cork(boolean on) {
        corked = on;
        ask(on ? OPTIONS : OPTIONS | release());
    }

    /// What was written so far waits for no cork, even if the shard hears of the next one first.
    private synchronized int release() {
        releasedEnd = output.writtenEnd();
        return RELEASE;
    }

    long releasedEnd() {
        return releasedEnd;
    }

    boolean corked() {
        return corked;
    }

    /// Whether urgent octets are read like any others.
    synchronized void urgentInLine(boolean on) {
        input.urgentInLine(on);
        tcp = tcp.toBuilder().urgentInLine(on).build();
        ask(OPTIONS);
    }

    /// DSCP and, in the lower two bits, what is not the user's.
    synchronized void trafficClass(int octet) {
        tcp = tcp.toBuilder().trafficClass(octet).build();
        ask(OPTIONS);
    }

    /// One of [KeepAliveOptions#ALL].
    synchronized void keepAlive(SocketOption<?> option, Object value) {
        tcp = KeepAliveOptions.set(tcp, option, value);
        ask(OPTIONS);
    }

    /// From now on the buffer for what arrives has that size, and does not grow.
    synchronized void receiveBufferBytes(int bytes) {
        tcp = tcp.toBuilder().receiveBufferBytes(bytes).build();
        ask(OPTIONS);
    }

    /// The same of the buffer for what is to be sent.
    synchronized void sendBufferBytes(int bytes) {
        tcp = tcp.toBuilder().sendBufferBytes(bytes).build();
        ask(OPTIONS);
    }

    /// What finds the congestion window from now on.
    synchronized void congestion(CongestionAlgorithm algorithm) {
        tcp = tcp.toBuilder().congestion(algorithm).build();
        ask(OPTIONS);
    }

    /// How long to wait for acknowledgements from now on.
    synchronized void userTimeoutNanos(long nanos) {
        tcp = tcp.toBuilder().userTimeoutNanos(nanos).build();
        ask(OPTIONS);
    }

    /// What the connection began with, with what was set since; but for Nagle, which [#noDelay] knows.
    TcpConfig tcp() {
        return tcp;
    }

    /// Remembered only: the stack tells connections apart by all of their tuple, so that there is nothing to
    /// allow.
    void reuseAddress(boolean on) {
        reuseAddress = on;
    }

    boolean reuseAddress() {
        return reuseAddress;
    }

    void askForRing() {
        ask(RING);
    }

    private synchronized Receipts makeReceipts() {
        var known = receipts;
        if (known == null) {
            known = new Receipts(this);
            receipts = known;
        }
        return known;
    }

    DeliveryReceipt receipt() {
        var known = receipts;
        var receipt = (known == null ? makeReceipts() : known).add(output.writtenEnd());
        ask(RECEIPT);
        return receipt;
    }

    Trouble trouble() {
        var known = troubles;
        return known == null ? Trouble.NONE : known.now();
    }

    /// @param to null: nobody wants to know
    void tellTrouble(@Nullable Consumer<? super Trouble> to) {
        madeTroubles().tell(to);
    }

    private Troubles madeTroubles() {
        var known = troubles;
        if (known != null) {
            return known;
        }
        var made = new Troubles();
        return TROUBLES.compareAndSet(this, null, made) ? made : Objects.requireNonNull(troubles);
    }

    /// What TCP knows about the connection.
    ///
    /// @throws IOException when the host has ended
    TcpInfo tcpInfo() throws IOException {
        var task = new Task<>(toString(), shardSide::tcpInfo);
        shard.submit(task, 1);
        return task.await();
    }

    boolean connected() {
        return (flags & CONNECTED) != 0;
    }

    boolean readFailed() {
        return (flags & READ_FAILED) != 0;
    }

    boolean readEnded() {
        return (flags & READ_ENDED) != 0;
    }

    boolean writeFailed() {
        return (flags & WRITE_FAILED) != 0;
    }

    boolean outOfMemory() {
        return (flags & NO_MEMORY) != 0;
    }

    boolean closed() {
        return closed;
    }

    TcpState state() {
        return state;
    }

    long acknowledged() {
        return acknowledged;
    }

    /// What the connection began with.
    SocketOptions options() {
        return options;
    }

    /// Octets written that the peer has not acknowledged.
    long undelivered() {
        return Math.max(0, output.writtenEnd() - acknowledged);
    }

    FourTuple tuple() {
        var known = tuple;
        if (known == null) {
            throw new IllegalStateException("not connected");
        }
        return known;
    }

    /// What to throw when the connection has ended. The user has been told then.
    TcpException failure() {
        told = true;
        return failure(undelivered());
    }

    TcpException failure(long undeliveredBytes) {
        var ended = cause;
        if (ended == null) {
            ended = new CloseCause.Aborted(CloseCause.AbortReason.SHUTDOWN, undeliveredBytes);
        }
        return new TcpException(tuple(), lastState, TcpException.withUndelivered(ended, undeliveredBytes), reason);
    }

    /// @throws java.net.SocketException when the application has closed the stream
    void checkOpen() throws java.net.SocketException {
        if (closed) {
            throw new java.net.SocketException(this + ": the stream is closed");
        }
    }

    java.net.SocketException shutDown() {
        return new java.net.SocketException(this + ": the output was shut down, nothing can be written any more");
    }

    /// @throws IOException when the shard has said that there is no memory for a send buffer
    void checkMemory() throws IOException {
        if (outOfMemory()) {
            throw new IOException(this + ": no memory for a send buffer is left; see Limits.bufferBytesMax");
        }
    }

    /// An interrupted thread closes what it waits for, as with `SocketChannel`: it keeps its interrupt status.
    void checkInterrupt() throws ClosedByInterruptException {
        if (Thread.currentThread().isInterrupted()) {
            closeCalled = true;
            shut(CLOSE);
            throw new ClosedByInterruptException();
        }
    }

    private void wake() {
        var thread = waiter;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public String toString() {
        var known = tuple;
        return known == null ? "connection" : known.toString();
    }

    // ---- shard ----

    @Override
    void run(long nowNanos, int bits) {
        shardSide.run(nowNanos, bits);
    }

    @Override
    void runAfterEnd(int bits, @Nullable Throwable why) {
        shardSide.end(why);
    }

    void collectReceipts() {
        var known = receipts;
        if (known != null) {
            known.collect();
        }
    }

    void settleReceipts(boolean ended) {
        var known = receipts;
        if (known != null) {
            known.settle(ended);
        }
    }

    void publishTuple(FourTuple known) {
        tuple = known;
    }

    void publishProgress(long acknowledgedBytes, TcpState now) {
        acknowledged = acknowledgedBytes;
        state = now;
        if (now != TcpState.CLOSED && cause == null) {
            lastState = now;
        }
    }

    void publishTrouble(@Nullable IcmpReason icmp, boolean inDoubt) {
        if (troubles != null || icmp != null || inDoubt) {
            madeTroubles().publish(icmp, inDoubt);
        }
    }

    /// How the connection ended. To be followed by [#publishFlags].
    void publishEnd(CloseCause ended, @Nullable Throwable why) {
        cause = ended;
        reason = why;
    }

    /// There never was a connection.
    ///
    /// @param error what the stack said; null when the host has ended, for `why`
    void publishRejection(@Nullable SocketException error, @Nullable Throwable why) {
        rejection = error;
        reason = why;
        publishFlags(REJECTED);
    }

    /// @return whether they have changed, and everybody was woken
    boolean publishFlags(int now) {
        if (now == flags) {
            return false;
        }
        flags = now;
        input.wake();
        output.wake();
        wake();
        return true;
    }

    int flags() {
        return flags;
    }
}
