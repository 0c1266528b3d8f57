package dev.levee.net;

import dev.levee.link.Link;
import dev.levee.link.LinkCounters;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IcmpWriter;
import dev.levee.wire.IpPacket;
import java.io.IOException;
import java.util.ArrayDeque;

/// A link that can be cut, so that packets vanish in both directions, with or without a word, or broken, so that
/// its owner notices.
final class CuttableLink implements Link {
    private final Link link;
    private volatile boolean cut;
    private volatile boolean broken;
    private volatile boolean unreachable;
    private volatile int lastTrafficClass;
    private final ArrayDeque<Frame> answers = new ArrayDeque<>();
    private final IpPacket packet = new IpPacket();

    CuttableLink(Link link) {
        this.link = link;
    }

    void cut() {
        cut = true;
    }

    void mend() {
        cut = false;
    }

    /// From now on the far end of the cable says of every packet that its port is unreachable.
    void answerUnreachable() {
        unreachable = true;
    }

    /// The traffic class of the last packet that was sent.
    int lastTrafficClass() {
        return lastTrafficClass;
    }

    void breakDown() {
        broken = true;
        link.wakeup();
    }

    @Override
    public String name() {
        return link.name();
    }

    @Override
    public int mtu() {
        return link.mtu();
    }

    @Override
    public int linkType() {
        return link.linkType();
    }

    @Override
    public LinkCounters counters() {
        return link.counters();
    }

    @Override
    public int receive(FrameBatch batch) throws IOException {
        if (broken) {
            throw new IOException("somebody tripped over the cable");
        }
        link.receive(batch);
        if (cut || unreachable) {
            batch.clear();
        }
        while (!answers.isEmpty() && !batch.full()) {
            batch.next().copyFrom(answers.remove());
            batch.added();
        }
        return batch.count();
    }

    @Override
    public void transmit(FrameBatch batch) throws IOException {
        for (int i = 0; i < batch.count(); i++) {
            if (packet.parse(batch.get(i)) != DropReason.NONE) {
                continue;
            }
            lastTrafficClass = packet.trafficClass();
            if (unreachable) {
                answer();
            }
        }
        if (cut || unreachable) {
            batch.clear();
        }
        link.transmit(batch);
    }

    private void answer() {
        var answer = FrameSlab.single(1500);
        if (IcmpWriter.portUnreachable(packet, 1500, answer)) {
            answers.add(answer);
        }
    }

    @Override
    public void await(long timeoutNanos) throws IOException {
        link.await(answers.isEmpty() ? timeoutNanos : 0);
    }

    @Override
    public void wakeup() {
        link.wakeup();
    }

    @Override
    public void close() {
        link.close();
    }
}
