package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SipHash;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Two connections over a bad path, from a seed: both streams arrive whole, both sides finish, nothing is sent
/// before its deadline, and no one sends beyond the other's window.
class LossyPairTest {
    private static final long MILLI = 1_000_000L;
    private static final long HOUR = 3_600_000 * MILLI;

    @Test
    void streamsArriveWholeWhateverThePathDoes() {
        for (long seed = 1; seed <= 300; seed++) {
            new Run(seed).go();
        }
    }

    /// The last octets of a small window, sent after a wait, were lost and never sent again.
    @Test
    void smallSegmentThatWasForcedIsRetransmitted() {
        new Run(4121).go();
    }

    @Test
    @Tag("full")
    void streamsArriveWholeWhateverThePathDoesManyTimes() {
        for (long seed = 1_000; seed <= 20_000; seed++) {
            new Run(seed).go();
        }
    }

    private record InFlight(
            long atNanos, long order, @Nullable Frame packet, Side to) {}

    private static final class Side {
        final String name;

        @Nullable
        TcpConnection connection;

        final byte[] toSend;
        final byte[] received;
        int written;
        int got;
        boolean closed;

        Side(String name, int send, int receive, Random random) {
            this.name = name;
            toSend = new byte[send];
            random.nextBytes(toSend);
            received = new byte[receive];
        }
    }

    private static final class Run {
        final long seed;
        final Random random;
        final double loss;
        final double duplicate;
        final long delay;
        final long jitter;
        final TcpConfig config;
        final Side a;
        final Side b;
        final PriorityQueue<InFlight> path =
                new PriorityQueue<>(Comparator.comparingLong(InFlight::atNanos).thenComparingLong(InFlight::order));
        final Frame frame = FrameSlab.single(65_535);
        final IpPacket ip = new IpPacket();
        final Segment segment = new Segment(ip);
        final TcpContext context = new TcpContext(new BufferPool(64 << 20), new SipHash(1, 2));
        long now;
        long order;

        Run(long seed) {
            this.seed = seed;
            random = new Random(seed);
            loss = random.nextBoolean() ? 0 : random.nextDouble() * 0.2;
            duplicate = random.nextBoolean() ? 0 : random.nextDouble() * 0.1;
            delay = 1 + random.nextLong(30 * MILLI);
            jitter = random.nextBoolean() ? 1 : 1 + random.nextLong(30 * MILLI);
            now = random.nextLong();
            // TIME-WAIT outlasts any run of lost last ACKs: what a closed side would answer is not judged here.
            config = TcpConfig.builder()
                    .mslNanos(240_000 * MILLI)
                    .rtoMaxNanos(10_000 * MILLI)
                    .receiveBufferBytes(1 << 12 + random.nextInt(6))
                    .sendBufferBytes(1 << 12 + random.nextInt(6))
                    .timestamps(random.nextBoolean())
                    .windowScaling(random.nextBoolean())
                    .noDelay(random.nextBoolean())
                    .r2Nanos(24 * HOUR)
                    .r2SynNanos(24 * HOUR)
                    .r2SynReceivedNanos(24 * HOUR)
                    .build();
            int up = random.nextInt(200_000);
            int down = random.nextInt(200_000);
            a = new Side("a", up, down, random);
            b = new Side("b", down, up, random);
        }

        FourTuple tuple(boolean first) {
            var one = IpAddress.parse("198.18.0.1");
            var two = IpAddress.parse("198.18.0.2");
            return first ? new FourTuple(one, 1000, two, 80) : new FourTuple(two, 80, one, 1000);
        }

        void go() {
            a.connection = TcpConnection.open(now, config, tuple(true), 1500, 0xFFFF_FF00, 77, context);
            flush(a, b);
            long end = now + 20 * HOUR;
            while (!done()) {
                assertThat(end - now).as(this::toString).isPositive();
                step();
            }
            assertThat(a.received).as(this::toString).isEqualTo(b.toSend);
            assertThat(b.received).as(this::toString).isEqualTo(a.toSend);
            assertThat(connection(a).cause()).as(this::toString).isEqualTo(new CloseCause.Finished());
            assertThat(connection(b).cause()).as(this::toString).isEqualTo(new CloseCause.Finished());
            connection(a).release();
            connection(b).release();
            assertThat(context.buffers().bytesTaken()).as(this::toString).isZero();
        }

        boolean done() {
            return b.connection != null
                    && connection(a).state() == TcpState.CLOSED
                    && connection(b).state() == TcpState.CLOSED;
        }

        static TcpConnection connection(Side side) {
            return Objects.requireNonNull(side.connection);
        }

        /// To the next thing that happens.
        void step() {
            long next = Deadlines.NONE;
            for (Side side : List.of(a, b)) {
                if (side.connection != null) {
                    next = Deadlines.earlier(next, side.connection.nextDeadline());
                }
            }
            var head = path.peek();
            if (head != null) {
                next = Deadlines.earlier(next, head.atNanos());
            }
            assertThat(next).as("nothing moves: " + this).isNotEqualTo(Deadlines.NONE);
            now = next;
            while (path.peek() != null && path.peek().atNanos() - now <= 0) {
                deliver(path.remove());
            }
            for (Side side : List.of(a, b)) {
                if (side.connection != null) {
                    user(side);
                    flush(side, side == a ? b : a);
                }
            }
        }

        void deliver(InFlight packet) {
            if (packet.packet() == null) {
                return;
            }
            assertThat(ip.parse(packet.packet())).isEqualTo(DropReason.NONE);
            assertThat(segment.parse()).isEqualTo(DropReason.NONE);
            var to = packet.to();
            if (to.connection == null) {
                if (segment.syn() && !segment.hasAck()) {
                    to.connection =
                            TcpConnection.accept(now, config, tuple(false), 1500, 0xFFFF_FFF8, 5, segment, context);
                }
                return;
            }
            to.connection.onSegment(now, segment);
        }

        void user(Side side) {
            var connection = connection(side);
            int room = Math.min(connection.sendRoom(), side.toSend.length - side.written);
            int count = room > 0 ? 1 + random.nextInt(room) : 0;
            if (count > 0) {
                assertThat(connection.reserveSend(now, count)).isEqualTo(count);
                var ring = Objects.requireNonNull(connection.sendRing());
                ring.put(connection.bytesWritten(), MemorySegment.ofArray(side.toSend), side.written, count);
                connection.written(now, count);
                side.written += count;
            }
            if (side.written == side.toSend.length && !side.closed) {
                side.closed = true;
                connection.closeSend(now);
            }
            int available = connection.available();
            int take = available > 0 && random.nextInt(3) > 0 ? 1 + random.nextInt(available) : 0;
            if (connection.receiveFinished()) {
                take = available;
            }
            if (take > 0) {
                var ring = Objects.requireNonNull(connection.receiveRing());
                assertThat(side.got + take).as(this::toString).isLessThanOrEqualTo(side.received.length);
                ring.get(connection.bytesRead(), MemorySegment.ofArray(side.received), side.got, take);
                connection.consumed(now, take);
                side.got += take;
            }
            if (available > take) {
                // A user who left something comes back for it.
                path.add(new InFlight(now + MILLI, order++, null, side));
            }
        }

        void flush(Side from, Side to) {
            var connection = connection(from);
            int burst = 0;
            while (connection.poll(now, frame)) {
                assertThat(++burst).as("livelock: " + this).isLessThan(10_000);
                if (random.nextDouble() < loss) {
                    continue;
                }
                send(to);
                if (random.nextDouble() < duplicate) {
                    send(to);
                }
            }
            long deadline = connection.nextDeadline();
            assertThat(deadline == Deadlines.NONE || deadline - now > 0)
                    .as(this::toString)
                    .isTrue();
        }

        void send(Side to) {
            var packet = FrameSlab.single(1500);
            packet.copyFrom(frame);
            path.add(new InFlight(now + delay + random.nextLong(jitter), order++, packet, to));
        }

        @Override
        public String toString() {
            var sides = new ArrayList<String>();
            for (Side side : List.of(a, b)) {
                var connection = side.connection;
                sides.add(side.name + " "
                        + (connection == null
                                ? "none"
                                : connection.state() + " acked "
                                        + connection.bytesAcknowledged() + "/" + side.toSend.length + " got " + side.got
                                        + " wnd " + connection.sndWnd() + " cwnd " + connection.cwnd()));
            }
            return "seed " + seed + " loss " + loss + " duplicate " + duplicate + " delay " + delay + " jitter "
                    + jitter + " now " + now + " " + sides;
        }
    }
}
