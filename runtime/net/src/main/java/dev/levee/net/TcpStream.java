package dev.levee.net;

import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.FourTuple;
import dev.levee.tcp.TcpInfo;
import dev.levee.tcp.TcpState;
import dev.levee.wire.IpAddress;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One TCP connection, read and written by blocking calls.
///
/// Reading and writing go on independently of each other; several readers take turns, and so do several
/// writers, whose writes are never mixed. Reading and writing allocate nothing.
///
/// - When the connection ends otherwise than by both sides closing it, reads and writes throw a [TcpException],
///   which says how many of the octets written were never acknowledged. Octets that had arrived and were not
///   read are lost with it.
/// - A write returns when its octets are in the send buffer. What became of them says a [DeliveryReceipt].
/// - Whoever reads or writes when another thread closes the stream gets a [java.net.SocketException]; whoever
///   is interrupted in it closes the stream, see [Host].
///
/// A stream must be closed, also after it has failed: it holds memory of the stack.
///
/// Threads: any.
public final class TcpStream implements Closeable {
    private final SocketPort port;
    // Made when somebody asks: an idle connection may never need them. Two threads that ask first may each get an
    // object of their own; those know nothing but this stream.
    private @Nullable TcpInputStream input;
    private @Nullable TcpOutputStream output;
    private @Nullable LeveeSocket socket;

    TcpStream(SocketPort port) {
        this.port = port;
    }

    SocketPort port() {
        return port;
    }

    /// The octets that arrive. Closing it closes the connection.
    public InputStream input() {
        var known = input;
        if (known == null) {
            known = new TcpInputStream(this);
            input = known;
        }
        return known;
    }

    /// The octets to send; nothing is buffered above the connection's send buffer. Closing it closes the
    /// connection.
    public OutputStream output() {
        var known = output;
        if (known == null) {
            known = new TcpOutputStream(this);
            output = known;
        }
        return known;
    }

    /// Waits for octets and takes up to `length`.
    ///
    /// @return how many, at least 1 unless `length` is 0; -1 when the peer has closed its side
    /// @throws SocketTimeoutException when [#readTimeout] is over; the stream stays usable
    /// @throws TcpException when the connection has ended otherwise
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        return length == 0 ? 0 : port.input.read(target, offset, length);
    }

    /// As [#read(byte\[\], int, int)], up to as many as the buffer has room for.
    public int read(ByteBuffer target) throws IOException {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("the buffer is read-only");
        }
        return target.hasRemaining() ? port.input.read(target) : 0;
    }

    /// As [#read(byte\[\], int, int)], into `length` octets from `offset`.
    public int read(MemorySegment target, long offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.byteSize());
        return length == 0 ? 0 : port.input.read(target, offset, length);
    }

    /// Writes all `length` octets, waiting while the send buffer is full.
    ///
    /// @throws TcpException when the connection has ended
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        port.output.write(source, offset, length);
    }

    /// Writes all octets that remain in the buffer.
    public void write(ByteBuffer source) throws IOException {
        port.output.write(source);
    }

    /// Writes `length` octets from `offset`.
    public void write(MemorySegment source, long offset, long length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.byteSize());
        port.output.write(source, offset, length);
    }

    /// Writes one octet, 0 to 255, and tells the peer that urgent data ends with it: that news travels ahead of
    /// what was written before, the octet does not. New programs do better without (RFC 6093 §5): middleboxes
    /// may clear it, and systems disagree about it.
    public void sendUrgent(int octet) throws IOException {
        port.output.write(octet, true);
    }

    /// How many octets remain to be read until the end of what the peer calls urgent, arrived or not; 0: nothing is
    /// urgent. A read ends before the last of them and the next one begins with it, so that it can be told apart.
    public long urgentAhead() {
        return port.input.urgentAhead();
    }

    /// Runs `action`, on a virtual thread, whenever the peer's urgent pointer has arrived or moved on, and at once
    /// if urgent data is ahead already. Never twice at the same time; what happens meanwhile is one more run.
    public void onUrgent(Runnable action) {
        port.input.onUrgent(action);
    }

    /// Whether the octet with which urgent data ends is read like any other (the default, RFC 6093 §6), or is left
    /// out of what is read. Holds from the next read.
    public void urgentInLine(boolean on) {
        port.urgentInLine(on);
    }

    public boolean urgentInLine() {
        return port.input.urgentInLine();
    }

    /// How long a read may wait; [Duration#ZERO], the default: as long as it takes. Holds from the next read.
    public void readTimeout(Duration timeout) {
        port.input.timeoutNanos(timeout.isZero() ? Long.MAX_VALUE : Parking.nanos(timeout));
    }

    /// As set, or [Duration#ZERO].
    public Duration readTimeout() {
        long nanos = port.input.timeoutNanos();
        return nanos == Long.MAX_VALUE ? Duration.ZERO : Duration.ofNanos(nanos);
    }

    /// No more reading: reads return -1, and octets that arrive from now on, or lie unread, reset the
    /// connection. Again: no effect.
    public void shutdownInput() throws IOException {
        port.checkOpen();
        port.input.shut();
    }

    /// No more writing: the peer reads the end of the stream behind everything that was written. Reading goes
    /// on. Again: no effect.
    public void shutdownOutput() throws IOException {
        port.checkOpen();
        port.output.shut();
    }

    /// Closes the connection; what was written is still delivered. Without linger (`SO_LINGER`, off by default)
    /// this returns at once, and a [DeliveryReceipt] says what becomes of it; with linger it waits until the
    /// peer has acknowledged everything, but not longer than that. With linger 0, or with octets unread, the
    /// connection is reset. Again: no effect.
    ///
    /// @throws TcpException when octets that were written are known not to be delivered, and no call has said
    ///     so yet; the stream is closed nevertheless
    @Override
    public void close() throws IOException {
        port.close();
    }

    /// Resets the connection: what is not delivered yet never will be. Never blocks.
    public void abort() {
        port.abort();
    }

    /// A receipt for everything written so far.
    ///
    /// @throws IllegalStateException when very many receipts of this stream already wait
    public DeliveryReceipt receipt() {
        return port.receipt();
    }

    /// [#receipt] as a future: completes when the peer's TCP has acknowledged everything written so far, or
    /// exceptionally with a [TcpException] that says how many octets it has not.
    public CompletableFuture<Void> delivered() {
        return receipt().future();
    }

    /// Waits until the peer's TCP has acknowledged everything written so far.
    ///
    /// @throws TcpException when the connection has ended before
    /// @throws SocketTimeoutException when the time is over and it is not known yet; the stream stays usable
    public void awaitDelivered(Duration timeout) throws IOException, InterruptedException {
        receipt().await(timeout);
    }

    /// Closes, and returns only when the peer's TCP has acknowledged everything that was written. The stream is
    /// closed afterwards in any case.
    ///
    /// @throws TcpException when octets were not delivered; it says how many
    /// @throws SocketTimeoutException when the time is over and it is not known yet: delivery goes on in the
    ///     background
    public void closeAndAwaitDelivery(Duration timeout) throws IOException, InterruptedException {
        try (this) {
            var receipt = receipt();
            shutdownOutput();
            receipt.await(timeout);
        }
    }

    /// Corked (true), only full segments are sent, because more is about to be written, as a head with its body. What
    /// does not fill one waits for the end of it (false), which leaves the rest to Nagle's algorithm, for
    /// [#shutdownOutput] or [#close]; with nothing unacknowledged, no longer than one retransmission timeout.
    /// `TCP_CORK` elsewhere. What was written just before may wait, too.
    public void cork(boolean on) {
        port.cork(on);
    }

    public boolean corked() {
        return port.corked();
    }

    /// How long what was written may stay unacknowledged, and the peer silent to keep-alive probes, before
    /// the connection is given up with the cause `USER`: `TCP_USER_TIMEOUT` elsewhere. [Duration#ZERO], the
    /// default: as long as `TcpConfig.r2Nanos` and the count of keep-alive probes have it. A single probe
    /// that is not answered ends nothing. Holds from the next timeout on.
    ///
    /// @throws IllegalArgumentException when it is negative or longer than 30 days
    public void userTimeout(Duration timeout) {
        port.userTimeoutNanos(Parking.nanos(timeout));
    }

    /// As set, or [Duration#ZERO].
    public Duration userTimeout() {
        return Duration.ofNanos(port.tcp().userTimeoutNanos());
    }

    /// Chooses what finds out how much the path carries, for this connection: `TCP_CONGESTION` elsewhere.
    /// It goes on from the window that there is.
    public void congestion(CongestionAlgorithm algorithm) {
        port.congestion(Objects.requireNonNull(algorithm, "algorithm"));
    }

    /// As chosen, for the connection or its host.
    public CongestionAlgorithm congestion() {
        return port.tcp().congestion();
    }

    /// What the network, or silence, says against the connection, while it goes on all the same. A connection
    /// that is given up at last says in its [CloseCause][dev.levee.tcp.CloseCause] what the network had said.
    public Trouble trouble() {
        return port.trouble();
    }

    /// Has `listener` told whenever [#trouble] changes, also when it ends, and at once if there is any. It is
    /// called on a virtual thread, never twice at a time; changes that come faster than it returns are told
    /// together. Null, as in the beginning: nobody is told.
    public void onTrouble(@Nullable Consumer<? super Trouble> listener) {
        port.tellTrouble(listener);
    }

    public IpAddress localAddress() {
        return tuple().localAddress();
    }

    public int localPort() {
        return tuple().localPort();
    }

    public IpAddress remoteAddress() {
        return tuple().remoteAddress();
    }

    public int remotePort() {
        return tuple().remotePort();
    }

    public InetSocketAddress localSocketAddress() {
        return Ports.inet(localAddress(), localPort());
    }

    public InetSocketAddress remoteSocketAddress() {
        return Ports.inet(remoteAddress(), remotePort());
    }

    /// Both addresses and both ports, this side first.
    public FourTuple tuple() {
        return port.tuple();
    }

    /// The connection's state a moment ago.
    public TcpState state() {
        return port.state();
    }

    /// Everything that TCP knows about the connection at this moment: how long the path takes, what is under way,
    /// what was lost, and what the sender has waited for. Asks the stack's thread; also after the stream was
    /// closed or has failed.
    ///
    /// @throws IOException when the host has ended
    public TcpInfo tcpInfo() throws IOException {
        return port.tcpInfo();
    }

    public boolean isClosed() {
        return port.closed();
    }

    /// The options that [#setOption] and [#getOption] know, by their names in `java.net`.
    public Set<SocketOption<?>> supportedOptions() {
        return Options.SUPPORTED;
    }

    /// Sets an option. A buffer whose size is set no longer grows; what the peer was promised, or has been written, is
    /// still taken. The window that the peer is told of has a limit from the handshake: one that is to become large
    /// needs its size before the connection is opened, or a buffer that may grow.
    ///
    /// @throws UnsupportedOperationException for any other than [#supportedOptions]
    /// @throws IllegalArgumentException for a value that cannot be
    public <T> TcpStream setOption(SocketOption<T> option, T value) throws IOException {
        port.checkOpen();
        Options.set(port, option, value);
        return this;
    }

    /// Reads an option. The size of a buffer that may grow is the one that it began with; [#tcpInfo] has the one of the
    /// moment.
    ///
    /// @throws UnsupportedOperationException for any other than [#supportedOptions]
    public <T> T getOption(SocketOption<T> option) throws IOException {
        port.checkOpen();
        return Options.get(port, option);
    }

    /// This stream as a `java.net.Socket`, for libraries that want one: always the same.
    public synchronized LeveeSocket asSocket() {
        var known = socket;
        if (known == null) {
            known = LeveeSocket.of(this);
            socket = known;
        }
        return known;
    }

    /// The tuple and the state.
    @Override
    public String toString() {
        return port + " " + port.state();
    }
}
