package dev.levee.sim.swarm;

import dev.levee.path.SeededRandom;
import dev.levee.sim.SimHost;
import dev.levee.sim.Times;
import dev.levee.wire.Bytes;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IcmpWriter;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.util.Arrays;
import java.util.Map;

/// Somebody who sends packets that look as if they belonged to the connections there are, and SYNs from
/// addresses that do not exist. Everything stays in memory.
///
/// Text or a FIN in the window, an acknowledgement of what is under way, or a window that is believed would
/// break every TCP, for nobody can tell them from the truth: those are not sent. A RST that is exactly right
/// is, now and then; then both users must be told.
///
/// Threads: the simulation's.
final class Hostile {
    private static final int FRAME_BYTES = 1_500;
    private static final int SYNS_MAX = 1_500;
    private static final int ODD_ACK = 11;
    private static final int KINDS = 12;

    private final World world;
    private final SegmentWriter writer = new SegmentWriter();
    private final IpPacket ip = new IpPacket();
    private final Frame frame = FrameSlab.single(FRAME_BYTES);
    private final Frame offending = FrameSlab.single(FrameSlab.SMALL_BYTES * 8);
    private int syns;

    Hostile(World world) {
        this.world = world;
    }

    void begin() {
        var knobs = world.knobs();
        if (knobs.has(Knob.HOSTILE)) {
            var random = knobs.random(Knob.HOSTILE);
            long pause = Times.millis(1 + (long) (200 * (1 - knobs.strength(Knob.HOSTILE))));
            again(random, pause, () -> forge(random));
        }
        if (knobs.has(Knob.FAST_OPEN)) {
            var random = knobs.random(Knob.FAST_OPEN);
            long pause = Times.millis(20 + (long) (2_000 * (1 - knobs.strength(Knob.FAST_OPEN))));
            again(random, pause, () -> replaySyn(random));
        }
        if (knobs.has(Knob.FLOOD)) {
            var random = knobs.random(Knob.FLOOD);
            again(random, Times.millis(20), () -> flood(random, 1 + (int) (40 * knobs.strength(Knob.FLOOD))));
        }
    }

    private void again(SeededRandom random, long pauseNanos, Runnable action) {
        world.network().after(1 + random.nextLong(2 * pauseNanos), () -> {
            if (!world.isCalm()) {
                action.run();
                again(random, pauseNanos, action);
            }
        });
    }

    private static boolean reachable(SimHost host) {
        return host.plugged() && !host.paused();
    }

    private void flood(SeededRandom random, int count) {
        var flow = world.flows().get(random.nextInt(world.flows().size()));
        if (flow.simultaneous() || !reachable(flow.server)) {
            return;
        }
        var target = flow.server.address();
        for (int i = 0; i < count && syns < SYNS_MAX; i++, syns++) {
            var source = target.isV4()
                    ? IpAddress.ofV4(0xcb00_7100 | 1 + random.nextInt(250))
                    : new IpAddress(0x2001_0db8_ffffL << 16, 1 + random.nextInt(100_000));
            writer.reset()
                    .addresses(source.high(), source.low(), target.high(), target.low())
                    .ports(1_024 + random.nextInt(60_000), flow.serverPort())
                    .seq((int) random.nextLong())
                    .flags(TcpFlags.SYN)
                    .window(random.nextInt(65_536))
                    .mss(1_460);
            int text = world.knobs().has(Knob.FAST_OPEN) ? cookieAndText(random) : 0;
            writer.begin(frame);
            writer.finish(frame, text);
            if (random.chance(0.2)) {
                malform((int) random.nextLong(), (int) random.nextLong(), random);
            }
            world.network().inject(flow.server, frame);
        }
    }

    /// A flood's SYN may ask for a cookie, or bring one that it has guessed, with text or without.
    private int cookieAndText(SeededRandom random) {
        int kind = random.nextInt(4);
        if (kind == 1) {
            writer.fastOpen(0, 0, 0, random.chance(0.2));
        } else if (kind > 1) {
            writer.fastOpen(random.nextLong(), random.nextLong(), 4 + 2 * random.nextInt(7), random.chance(0.2));
        }
        return random.chance(0.5) ? random.nextInt(500) : 0;
    }

    private void forge(SeededRandom random) {
        var ends = world.observer().ends();
        if (ends.isEmpty()) {
            return;
        }
        var chosen = ends.get(random.nextInt(ends.size()));
        var end = chosen.getValue();
        if (end.alive() && !end.receiver.known && reachable(end.host)) {
            opening(chosen, random);
            return;
        }
        boolean fit = end.alive() && end.established() && !end.receiver.isVague() && end.party != null;
        if (!fit || !reachable(end.host)) {
            return;
        }
        int kind = random.nextInt(KINDS);
        if (kind == 0) {
            replay(random);
        } else if (kind == 1) {
            unreachable(end, random);
        } else {
            // A whole burst now and then: answers to nonsense are limited.
            int times = random.chance(0.05) ? 40 : 1;
            for (int i = 0; i < times && end.alive() && reachable(end.host); i++) {
                segment(chosen, kind, random);
            }
        }
    }

    /// A host waits for the answer to its SYN: only one that acknowledges this SYN may count.
    private void opening(Map.Entry<Observer.Tuple, End> chosen, SeededRandom random) {
        var tuple = chosen.getKey();
        var end = chosen.getValue();
        var local = end.host.address();
        writer.reset()
                .addresses(tuple.remote().high(), tuple.remote().low(), local.high(), local.low())
                .ports(tuple.remotePort(), tuple.localPort())
                .seq((int) random.nextLong())
                .window(random.nextInt(65_536));
        int kind = random.nextInt(4);
        if (kind > 0) {
            // The SYN itself, or what was never sent.
            long wrong = random.chance(0.5) ? 0 : end.sender.top + 1 + random.nextInt(1_000);
            writer.ack(end.sender.numberOf(wrong));
        }
        writer.flags(kind < 2 ? TcpFlags.RST : kind == 2 ? TcpFlags.SYN : 0);
        writer.begin(frame);
        writer.finish(frame, 0);
        if (random.chance(0.2)) {
            malform(end.sender.iss, end.sender.numberOf(end.sender.top), random);
        }
        world.network().inject(end.host, frame);
    }

    /// A real packet of a living connection once more.
    private void replay(SeededRandom random) {
        var old = world.observer().someArrived(random);
        if (old != null && reachable(old.host()) && old.octets().length <= FRAME_BYTES) {
            frame.fill(old.octets());
            world.network().inject(old.host(), frame);
        }
    }

    /// A SYN with text once more, whatever became of its connection (RFC 7413 §2.1).
    private void replaySyn(SeededRandom random) {
        var old = world.observer().fastOpens().someSyn(random);
        if (old != null && reachable(old.host()) && old.octets().length <= FRAME_BYTES) {
            frame.fill(old.octets());
            world.network().inject(old.host(), frame);
        }
    }

    /// An ICMP error about something that the host has sent.
    private void unreachable(End end, SeededRandom random) {
        var sent = end.lastSent;
        if (sent == null || sent.length > FRAME_BYTES) {
            return;
        }
        offending.fill(sent);
        if (random.chance(0.5)) {
            // A sequence number that is not under way: nobody may care.
            int at = offending.offset() + (end.v4 ? 20 : 40) + 4;
            Bytes.put32(offending.memory(), at, (int) random.nextLong());
        }
        if (ip.parse(offending) == DropReason.NONE && report(sent)) {
            world.network().inject(end.host, frame);
        }
    }

    /// One time in two, as the octets of what was sent have it: too big, of any size.
    private boolean report(byte[] sent) {
        int chance = Arrays.hashCode(sent);
        return chance < 0
                ? IcmpWriter.packetTooBig(ip, chance & 0x7ff, ip.dstHigh(), ip.dstLow(), frame)
                : IcmpWriter.portUnreachable(ip, 1500, frame);
    }

    /// Where a forged segment may begin: near the window, outside of it, just outside of it.
    private record Places(long next, long near, long behind, long outside, long edge) {
        static Places of(Receiver receiver, SeededRandom random) {
            long window = receiver.promised() - receiver.next;
            long near = random.nextLong(2 * window + 3_000) - window - 1_500;
            // The very edges are the best places.
            long behind = receiver.next - (random.chance(0.3) ? 1_500 : 2_000 + random.nextInt(100_000));
            long beyond = receiver.promised() + (random.chance(0.4) ? 0 : 1 + random.nextInt(100_000));
            long outside = random.chance(0.5) ? behind : beyond;
            long edge = random.chance(0.5) || window == 0 ? -1 : window;
            return new Places(receiver.next, near, behind, outside, edge);
        }
    }

    private void segment(Map.Entry<Observer.Tuple, End> chosen, int kind, SeededRandom random) {
        var tuple = chosen.getKey();
        var end = chosen.getValue();
        var local = end.host.address();
        if (kind == 3 && end.timeWaitSinceHostNanos >= 0) {
            // A new connection may begin there (RFC 9293 §3.6.1).
            return;
        }
        writer.reset()
                .addresses(tuple.remote().high(), tuple.remote().low(), local.high(), local.low())
                .ports(tuple.remotePort(), tuple.localPort())
                .window(random.nextInt(65_536));
        int text = fields(end, kind, Places.of(end.receiver, random), random);
        if (end.timestamps && kind != 2) {
            int echo = random.chance(0.5) ? 0 : (int) random.nextLong();
            writer.timestamps(end.receiver.recent() - (random.chance(0.3) ? 1 : 0), echo);
        }
        int at = writer.begin(frame);
        for (int i = 0; i < text; i++) {
            Bytes.put8(frame.memory(), at + i, 0xee);
        }
        writer.finish(frame, text);
        if (kind == ODD_ACK || random.chance(0.2)) {
            malform(end.sender.numberOf(end.sender.acked), end.sender.numberOf(end.sender.top), random);
        }
        world.network().inject(end.host, frame);
    }

    private void malform(int acknowledged, int top, SeededRandom random) {
        var octets = new Malformed(random, acknowledged, top).of(frame.toArray());
        frame.fill(octets);
    }

    /// @return how much text goes with it
    private int fields(End end, int kind, Places places, SeededRandom random) {
        var receiver = end.receiver;
        int outside = receiver.numberOf(places.outside);
        switch (kind) {
            case 2 -> {
                // Exactly right now and then: then both sides must be told.
                boolean exact = random.chance(0.02);
                long wrong = random.chance(0.3) ? places.edge : places.near == 0 ? 1 : places.near;
                writer.seq(receiver.numberOf(places.next + (exact ? 0 : wrong))).flags(TcpFlags.RST);
            }
            case 3 -> writer.seq(receiver.numberOf(places.next + places.near)).flags(TcpFlags.SYN);
            case 4 -> {
                // At the edge it might acknowledge something.
                writer.seq(places.outside == receiver.promised() ? outside + 1 : outside);
                writer.ack((int) random.nextLong());
            }
            case 5 -> {
                writer.seq(outside).ack(end.sender.numberOf(end.sender.acked));
                return 1 + random.nextInt(1_000);
            }
            case 6 -> {
                // It acknowledges what was never sent.
                writer.seq(receiver.numberOf(places.next));
                writer.ack(end.sender.numberOf(end.sender.top + 1 + random.nextInt(1 << 20)));
                return random.nextInt(100);
            }
            case 7 -> {
                writer.seq(receiver.numberOf(places.next + places.near));
                return random.nextInt(500);
            }
            case 8 -> writer.seq(outside).ack((int) random.nextLong()).flags(TcpFlags.FIN);
            case 10 -> {
                // Just outside of the window: an acknowledgement that would close the sender's window.
                long beyond = places.edge < 0 ? places.edge : places.edge + 1;
                writer.seq(receiver.numberOf(places.next + beyond));
                writer.ack(end.sender.numberOf(end.sender.acked)).window(0);
            }
            case ODD_ACK -> {
                // What the peer may have said before, with options that it did not.
                writer.seq(receiver.numberOf(places.next));
                writer.ack(end.sender.numberOf(end.sender.acked)).window(end.sender.windowField());
            }
            default -> {
                // From long before the window, with a SYN's options.
                writer.seq(receiver.numberOf(places.behind));
                writer.ack(end.sender.numberOf(end.sender.acked - 1)).mss(9);
            }
        }
        return 0;
    }
}
