package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.SeededRandom;
import dev.levee.wire.DropReason;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// Forged options are wrong, and nothing else is: both parsers read the rest, and the same of it.
class MalformedTest {
    private static final int ACKNOWLEDGED = 0xffff_f000;
    private static final int TOP = 5_000;

    private final SeededRandom random = new SeededRandom(5);
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);

    private Packet next() {
        var octets = new Malformed(random, ACKNOWLEDGED, TOP).of(Witness.open().raw(1, 100));
        var frame = FrameSlab.single(1_500);
        frame.fill(octets);
        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
        return Packet.read(octets);
    }

    @Test
    void headersTextAndWhatCanBeReadStayAsTheyAre() {
        for (int i = 0; i < 2_000; i++) {
            var packet = next();
            assertThat(packet.problem).isNull();
            assertThat(packet.textLength).isEqualTo(100).isEqualTo(segment.payloadLength());
            assertThat(packet.timestamps).isEqualTo(segment.hasTimestamps());
            assertThat(packet.mss).isEqualTo(segment.mss());
            assertThat(packet.sackCount).isEqualTo(segment.sackCount());
            for (int block = 0; block < packet.sackCount; block++) {
                assertThat(packet.sackTo[block]).isEqualTo(segment.sackRight(block));
            }
        }
    }

    @Test
    void thereIsSomethingOfEachKind() {
        var seen = new ArrayList<String>();
        int blocks = 0;
        for (int i = 0; i < 500; i++) {
            var packet = next();
            blocks += packet.sackCount;
            var problem = packet.optionProblem;
            seen.add(problem == null ? "none" : problem.replaceAll("\\d+", "n"));
        }
        assertThat(seen).contains("none", "option n has an impossible length", "option n has n octets");
        assertThat(blocks).isGreaterThan(100);
    }

    @Test
    void noBlockReportsWhatIsUnderWay() {
        for (int i = 0; i < 1_000; i++) {
            var packet = next();
            for (int block = 0; block < packet.sackCount; block++) {
                int from = packet.sackFrom[block] - ACKNOWLEDGED;
                int to = packet.sackTo[block] - ACKNOWLEDGED;
                boolean believable = from >= 0 && from < to && to <= TOP - ACKNOWLEDGED;
                assertThat(believable).as(packet.toString()).isFalse();
            }
        }
    }
}
