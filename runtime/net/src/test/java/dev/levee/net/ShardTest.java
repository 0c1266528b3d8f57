package dev.levee.net;

import static dev.levee.net.TwoHosts.async;
import static dev.levee.net.TwoHosts.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.link.Link;
import dev.levee.link.LinkCounters;
import dev.levee.link.MemoryLink;
import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShardTest {

    /// Takes at most one packet at a time, and none every third time.
    private static final class NarrowLink implements Link {
        private final Link link;
        private final FrameBatch one = new FrameBatch(new FrameSlab(Arena.ofAuto(), 1, 1500), 1);
        private int calls;
        private volatile boolean fails;

        NarrowLink(Link link) {
            this.link = link;
        }

        @Override
        public String name() {
            return "narrow";
        }

        @Override
        public int mtu() {
            return link.mtu();
        }

        @Override
        public LinkCounters counters() {
            return link.counters();
        }

        @Override
        public int receive(FrameBatch batch) throws IOException {
            if (fails) {
                throw new IllegalStateException("a mistake of ours");
            }
            return link.receive(batch);
        }

        @Override
        public void transmit(FrameBatch batch) throws IOException {
            if (++calls % 3 != 0) {
                one.next().copyFrom(batch.get(0));
                one.added();
                link.transmit(one);
                batch.removeFirst(1);
            }
        }

        @Override
        public void await(long timeoutNanos) throws IOException {
            link.await(timeoutNanos);
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

    @Test
    void packetsThatTheLinkDoesNotTakeAreKeptInOrder() throws Exception {
        var ends = MemoryLink.pair(1500);
        try (var a = Host.builder()
                        .link(new NarrowLink(ends.a()))
                        .address("198.18.0.1/24")
                        .start();
                var b = Host.builder().link(ends.b()).address("198.18.0.2/24").start();
                var listener = b.listen(7)) {
            var client = a.connect("198.18.0.2", 7);
            var server = listener.accept();
            var octets = async(() -> server.input().readAllBytes().length);
            client.output().write(new byte[2_000_000]);
            client.close();
            assertThat(octets.join()).isEqualTo(2_000_000);
            var counters = a.counters();
            assertThat(counters.tcp(dev.levee.tcp.TcpCounters.RETRANSMITS)).isZero();
            server.close();
        }
    }

    @Test
    void mistakeOfOursIsLoggedAndEndsTheHostInsteadOfHangingItsUsers() throws Exception {
        var logged = new CompletableFuture<LogRecord>();
        var logger = Logger.getLogger("dev.levee.net");
        var handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                logged.complete(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        var link = new NarrowLink(MemoryLink.pair(1500).a());
        try (var host =
                Host.builder().link(link).address(Cidr.parse("198.18.0.1/24")).start()) {
            var listener = host.listen(7);
            var accepting = async(listener::accept);
            var connecting = async(() -> host.connect("198.18.0.9", 7));
            link.fails = true;
            link.wakeup();
            assertThat(thrownBy(accepting)).hasMessageContaining("a mistake of ours");
            assertThat(thrownBy(connecting)).hasMessageContaining("a mistake of ours");
            assertThatThrownBy(() -> host.listen(8)).hasMessageContaining("a mistake of ours");
            assertThat(logged.join().getMessage()).contains("the stack on narrow has failed");
            assertThat(logged.join().getThrown()).isSameAs(host.failure());
            listener.close();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }

    /// A flood that waits already when a host begins: it takes in more than it serves, so as to see what is behind.
    @Test
    void aFloodIsTakenInFasterThanItIsServed() throws Exception {
        var ends = MemoryLink.pair(1500, 16_384);
        flood(ends.a(), 12_000);
        try (var host = Host.builder().link(ends.b()).address("198.18.0.2/24").start()) {
            var stats = host.counters();
            while (stats.frames().values().stream().mapToLong(Long::longValue).sum() < 12_000) {
                Thread.onSpinWait();
                stats = host.counters();
            }
            assertThat(stats.frames().get(DropReason.SYN_LANE_FULL)).isPositive();
        }
    }

    private static void flood(Link link, int syns) throws IOException {
        var client = IpAddress.parse("198.18.0.1");
        var server = IpAddress.parse("198.18.0.2");
        var batch = new FrameBatch(new FrameSlab(Arena.ofAuto(), 1, 1500), 1);
        var writer = new SegmentWriter();
        for (int i = 0; i < syns; i++) {
            var frame = batch.next();
            writer.reset()
                    .addresses(client.high(), client.low(), server.high(), server.low())
                    .ports(1_000 + i, 9)
                    .flags(TcpFlags.SYN);
            writer.begin(frame);
            writer.finish(frame, 0);
            batch.added();
            link.transmit(batch);
        }
    }
}
