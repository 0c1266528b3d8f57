package dev.levee.e2e;

import dev.levee.link.Link;
import dev.levee.link.LinkCounters;
import dev.levee.tcp.FourTuple;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.Seq;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;

/// A link that notes how much of Levee's text the peer has acknowledged in what Levee was handed. It knows
/// nothing of Levee's own accounts: what Levee tells its users can be compared with it.
///
/// Threads: as the link inside; [#acknowledged] any.
final class AckWatch implements Link {
    private final Link inner;
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final ConcurrentHashMap<FourTuple, Flow> flows = new ConcurrentHashMap<>();

    AckWatch(Link inner) {
        this.inner = inner;
    }

    /// How many octets of text were acknowledged: at least and at most, as far as a watcher can tell. A TCP does
    /// not process the ACK field of a segment that lies outside of its window, and the watcher does not know
    /// where that begins; the lower figure counts what certainly was inside, and nothing behind the first RST.
    record Acknowledged(long least, long most) {}

    private static final class Flow {
        private final int iss;
        private boolean heard;
        private int endSeq;
        private boolean reset;
        private long least;
        private long most;

        Flow(int iss) {
            this.iss = iss;
        }

        synchronized void received(Segment segment) {
            if (segment.rst()) {
                reset = true;
            }
            if (segment.rst() || !segment.hasAck()) {
                return;
            }
            int end = segment.seq() + segment.length();
            boolean newest = !heard || Seq.ge(segment.seq(), endSeq);
            endSeq = heard ? Seq.max(endSeq, end) : end;
            heard = true;
            long text = Seq.distance(iss + 1, segment.ack());
            most = Math.max(most, text);
            if (newest && !reset) {
                least = Math.max(least, text);
            }
        }

        synchronized Acknowledged acknowledged() {
            return new Acknowledged(least, most);
        }
    }

    /// What was acknowledged of a connection that Levee has opened or accepted.
    Acknowledged acknowledged(FourTuple tuple) {
        var flow = flows.get(tuple);
        if (flow == null) {
            throw new IllegalStateException("never seen: " + tuple);
        }
        return flow.acknowledged();
    }

    /// Lets go of a connection that is over.
    void forget(FourTuple tuple) {
        flows.remove(tuple);
    }

    @Override
    public int receive(FrameBatch batch) throws IOException {
        int before = batch.count();
        int count = inner.receive(batch);
        for (int i = before; i < batch.count(); i++) {
            if (parse(batch.get(i))) {
                var flow =
                        flows.get(new FourTuple(ip.destination(), segment.dstPort(), ip.source(), segment.srcPort()));
                if (flow != null) {
                    flow.received(segment);
                }
            }
        }
        return count;
    }

    @Override
    public void transmit(FrameBatch batch) throws IOException {
        for (int i = 0; i < batch.count(); i++) {
            if (parse(batch.get(i)) && segment.syn()) {
                var tuple = new FourTuple(ip.source(), segment.srcPort(), ip.destination(), segment.dstPort());
                int iss = segment.seq();
                flows.compute(tuple, (_, old) -> old == null || old.iss != iss ? new Flow(iss) : old);
            }
        }
        inner.transmit(batch);
    }

    private boolean parse(Frame frame) {
        return ip.parse(frame) == DropReason.NONE
                && ip.protocol() == IpPacket.PROTOCOL_TCP
                && segment.parse() == DropReason.NONE;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public int mtu() {
        return inner.mtu();
    }

    @Override
    public LinkCounters counters() {
        return inner.counters();
    }

    @Override
    public void await(long timeoutNanos) throws IOException {
        inner.await(timeoutNanos);
    }

    @Override
    public void wakeup() {
        inner.wakeup();
    }

    @Override
    public void close() {
        inner.close();
    }
}
