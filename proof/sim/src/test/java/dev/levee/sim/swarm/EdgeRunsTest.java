package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.SimHost;
import dev.levee.sim.Times;
import org.junit.jupiter.api.Test;

/// Whole runs in which the text of one host is lost for two seconds of three, until all faults end, and
/// everything else arrives: he fills the other's window and acknowledges from its edge.
class EdgeRunsTest {
    private static final int RUNS = 150;

    private int heard;

    @Test
    void acknowledgementsFromTheEdgeAreHeard() {
        for (long seed = 1; seed <= RUNS; seed++) {
            var knobs = Scenario.TINY_WINDOWS.knobs(seed).sized(2, 2, 60_000);
            int mute = (int) seed % 2;
            var report = SwarmRun.deceived(knobs, world -> stand(world, mute));
            assertThat(report.failure())
                    .as(() -> report.message() + "; knobs " + report.knobs() + "\n" + report.recent())
                    .isNull();
        }
        assertThat(heard).isGreaterThan(RUNS);
    }

    private void stand(World world, int mute) {
        // Later than the faults that begin with the run.
        world.network()
                .after(
                        0,
                        () -> world.network().gate((_, from, to, packet) -> {
                            var read = Packet.read(packet.toArray());
                            if (world.isCalm() || !read.tcp()) {
                                return true;
                            }
                            count(world, to, read);
                            boolean lost = world.network().elapsedNanos() / Times.SECOND % 3 > 0
                                    && world.hosts().get(mute) == from;
                            return read.textLength == 0 || !lost;
                        }));
    }

    /// Whether it acknowledges something new from the edge of a window that is open.
    private void count(World world, SimHost to, Packet packet) {
        for (var entry : world.observer().ends()) {
            var tuple = entry.getKey();
            var end = entry.getValue();
            boolean meant = tuple.host() == to
                    && tuple.localPort() == packet.dstPort
                    && tuple.remotePort() == packet.srcPort
                    && end.established();
            if (meant && packet.pureAck()) {
                var receiver = end.receiver;
                boolean edge =
                        packet.seq == receiver.numberOf(receiver.promised()) && receiver.promised() > receiver.next;
                boolean news = end.sender.positionOf(packet.ack) > end.sender.acked
                        && end.sender.positionOf(packet.ack) <= end.sender.top;
                heard += edge && news ? 1 : 0;
            }
        }
    }
}
