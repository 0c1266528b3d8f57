package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

import dev.levee.path.SeededRandom;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.SimSocket;
import dev.levee.sim.Times;
import dev.levee.stack.TcpSocket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The user of one end: writes its stream, reads the other's and compares it, closes in one of several ways.
///
/// Threads: the simulation's.
final class User implements Party {
    private static final int PIECE_BYTES_MAX = 1 << 15;

    private final SimNetwork network;
    private final SimHost host;
    private final SimSocket socket;
    private final Mood mood;
    private final SeededRandom random;
    private final long stream;
    private final byte[] buffer = new byte[PIECE_BYTES_MAX];
    final String name;

    @Nullable
    User peer;

    private long written;
    private long read;
    private boolean sendClosed;
    private boolean closedAfterEnd;
    private boolean receiveClosed;
    private boolean aborted;
    private boolean endSeen;
    private boolean closed;
    private boolean calm;
    private boolean working;
    private long closedHostNanos;
    private long receiveClosedHostNanos;
    private long leftHostNanos;
    private boolean owes;
    private long owesHostNanos;
    /// The host has lost its memory: this user is no more.
    boolean gone;
    long progressNanos;
    /// Of users that connect: those who accepted what this one's SYNs have begun. More than one only where a SYN
    /// brings text: then each can read that (RFC 7413 §2.1).
    private final List<User> claims = new ArrayList<>();
    private boolean met;
    private int metIss;
    private boolean numbered;
    private int iss;
    /// Of users that accept: whose SYN it was, and how much text came with it.
    private @Nullable User opener;
    private long openerSynText;

    /// @param stream which [Content] this user writes
    User(SimNetwork network, SimSocket socket, Mood mood, SeededRandom random, long stream, String name) {
        this.network = network;
        this.host = socket.host();
        this.socket = socket;
        this.mood = mood;
        this.random = random;
        this.stream = stream;
        this.name = name;
        this.progressNanos = network.clock().nowNanos();
        if (mood.lingerNanos() != Mood.NO_LINGER) {
            socket.tcp().lingerNanos(mood.lingerNanos());
        }
        socket.onConnected(_ -> act());
        socket.onReadable(_ -> actIf(mood.readPauseNanos() == 0));
        socket.onWritable(_ -> actIf(mood.writePauseNanos() == 0));
        socket.onClosed(_ -> act());
        if (mood.readPauseNanos() > 0 || mood.writePauseNanos() > 0) {
            later();
        }
        if (mood.abortAfterNanos() > 0) {
            network.after(mood.abortAfterNanos(), this::giveUp);
        }
    }

    /// Writes before its connection has begun, so that the SYN can take some of it along.
    void speakFirst() {
        work(false);
    }

    /// Somebody has accepted what a SYN of this user's has begun.
    void claimedBy(User other, int synText) {
        claims.add(other);
        other.opener = this;
        other.openerSynText = synText;
        other.peer = this;
        if (!met || !other.numbered || other.iss == metIss) {
            peer = other;
        }
    }

    @Override
    public void isNumbered(int number) {
        numbered = true;
        iss = number;
    }

    @Override
    public void meets(int number) {
        met = true;
        metIss = number;
        if (claims.isEmpty()) {
            return;
        }
        peer = null;
        for (var claim : claims) {
            if (!claim.numbered || claim.iss == number) {
                peer = claim;
            }
        }
    }

    /// Whether this user's connection was begun by a SYN that came once more: the other end belongs to another.
    private boolean isEcho() {
        var other = opener;
        return other != null && other.met && numbered && other.metIss != iss;
    }

    boolean readAnEcho() {
        return isEcho() && read > 0;
    }

    private void later() {
        long pause = Math.max(mood.readPauseNanos(), mood.writePauseNanos());
        network.after(1 + random.nextLong(pause), () -> {
            if (!calm && !over()) {
                if (!host.paused()) {
                    work(true);
                }
                later();
            }
        });
    }

    private void actIf(boolean eager) {
        if (eager || calm) {
            work(false);
        }
    }

    private void act() {
        work(false);
    }

    /// No more moods: everything at once from now on.
    void calm() {
        calm = true;
        if (!gone) {
            work(true);
        }
    }

    boolean isCalm() {
        return calm;
    }

    private void work(boolean timer) {
        if (gone || working) {
            return;
        }
        working = true;
        if (calm || timer || mood.readPauseNanos() == 0) {
            reads();
        }
        if (calm || timer || mood.writePauseNanos() == 0) {
            writes();
        }
        ends();
        working = false;
    }

    private void reads() {
        boolean later = !calm && network.elapsedNanos() - mood.readAfterNanos() < 0;
        if (closed || receiveClosed || later) {
            return;
        }
        int rounds = 0;
        while (true) {
            int piece = calm ? PIECE_BYTES_MAX : Math.min(PIECE_BYTES_MAX, mood.readBytes());
            int count = socket.read(buffer, 0, piece);
            if (count <= 0) {
                judgeEnd(count);
                return;
            }
            judge(count);
            read += count;
            progressNanos = network.clock().nowNanos();
            if (mood.readPauseNanos() > 0 && !calm && ++rounds >= mood.readRounds()) {
                return;
            }
        }
    }

    private void judge(int count) {
        var other = peer;
        if (other == null) {
            return;
        }
        check(
                !isEcho() || read + count <= openerSynText,
                Oracle.STREAM,
                "%s reads %d octets that another connection was given, the SYN brought %d",
                name,
                read + count,
                openerSynText);
        int wrong = Content.mismatch(other.stream, read, buffer, 0, count);
        check(wrong < 0, Oracle.STREAM, "%s reads a wrong octet at %d", name, read + wrong);
        check(
                read + count <= other.written,
                Oracle.STREAM,
                "%s reads %d octets, %s has written %d",
                name,
                read + count,
                other.name,
                other.written);
    }

    private void judgeEnd(int status) {
        if (status != TcpSocket.END || endSeen) {
            return;
        }
        endSeen = true;
        var other = peer;
        check(
                other == null || (other.sendClosed && other.written == read),
                Oracle.END_OF_STREAM,
                "%s reads the end after %d octets, %s has written %d",
                name,
                read,
                other == null ? "" : other.name,
                other == null ? 0 : other.written);
    }

    private void writes() {
        while (!sendClosed && !closed && written < mood.totalBytes()) {
            int piece = calm ? PIECE_BYTES_MAX : Math.min(PIECE_BYTES_MAX, 1 + random.nextInt(mood.writeBytes()));
            int count = (int) Math.min(piece, mood.totalBytes() - written);
            Content.copy(stream, written, buffer, 0, count);
            int taken = socket.write(buffer, 0, count);
            if (taken <= 0) {
                return;
            }
            written += taken;
            owesMore();
            progressNanos = network.clock().nowNanos();
            if (mood.writePauseNanos() > 0 && !calm) {
                return;
            }
        }
        boolean mayFinish = written == mood.totalBytes() && (!mood.waitsForEnd() || endSeen || calm);
        if (!sendClosed && !closed && mayFinish) {
            finish();
        }
    }

    private void finish() {
        closeSend();
        socket.finish();
    }

    private void closeSend() {
        if (!sendClosed) {
            sendClosed = true;
            owesMore();
            closedAfterEnd = socket.tcp().connection().receiveFinished();
            leftHostNanos = host.nowNanos();
        }
    }

    private void owesMore() {
        owesHostNanos = owes ? owesHostNanos : host.nowNanos();
        owes = true;
    }

    private void closeReceive() {
        if (!receiveClosed) {
            receiveClosed = true;
            receiveClosedHostNanos = host.nowNanos();
            leftHostNanos = receiveClosedHostNanos;
        }
    }

    private void ends() {
        if (closed) {
            return;
        }
        boolean through = sendClosed && (endSeen || receiveClosed);
        if (socket.cause() != null || through) {
            close();
        }
    }

    /// No more of either direction.
    void close() {
        if (!closed) {
            closed = true;
            closedHostNanos = host.nowNanos();
            aborted |= mood.lingerNanos() == 0 || socket.tcp().connection().available() > 0;
            closeSend();
            closeReceive();
            socket.close();
        }
    }

    private void giveUp() {
        if (calm || gone || closed || host.paused()) {
            return;
        }
        aborted = true;
        if (mood.abortWay() == 0) {
            closed = true;
            closedHostNanos = host.nowNanos();
            closeReceive();
            closeSend();
            socket.abort();
        } else if (mood.abortWay() == 1) {
            close();
        } else {
            closeReceive();
            socket.shutdownInput();
        }
    }

    /// The user knows how its connection ended, or does not exist any more.
    boolean over() {
        return gone || (closed && socket.cause() != null);
    }

    /// What is still to be said by a user whose peer is gone: nothing, so that both learn of it.
    void despair() {
        if (!over()) {
            aborted = true;
            close();
        }
    }

    /// Octets that its TCP has taken in, in order.
    long arrived() {
        return socket.tcp().connection().bytesReceived();
    }

    boolean endRead() {
        return endSeen;
    }

    Mood mood() {
        return mood;
    }

    @Override
    public SimSocket socket() {
        return socket;
    }

    @Override
    public long stream() {
        return stream;
    }

    @Override
    public long written() {
        return written;
    }

    @Override
    public long read() {
        return read;
    }

    @Override
    public boolean sendClosed() {
        return sendClosed;
    }

    @Override
    public boolean closedAfterEnd() {
        return closedAfterEnd;
    }

    @Override
    public boolean receiveClosed() {
        return receiveClosed;
    }

    @Override
    public boolean mayAbort() {
        return aborted;
    }

    @Override
    public long receiveClosedHostNanos() {
        return receiveClosedHostNanos;
    }

    @Override
    public long leftHostNanos() {
        return leftHostNanos;
    }

    @Override
    public void allTaken() {
        owes = false;
    }

    @Override
    public boolean owes() {
        return owes;
    }

    @Override
    public long owesHostNanos() {
        return owesHostNanos;
    }

    @Override
    public boolean closed() {
        return closed;
    }

    @Override
    public long closedHostNanos() {
        return closedHostNanos;
    }

    @Override
    public String toString() {
        return name + " wrote " + written + " of " + mood.totalBytes() + (sendClosed ? " and finished" : "")
                + ", read " + read + (endSeen ? " to the end" : "") + "; " + socket + " since "
                + Times.format(network.clock().nowNanos() - progressNanos) + " s";
    }
}
