package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.Seq;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A congestion window grows while it is what keeps the sender from sending more, and only then.
class WindowUseTest {
    private static final int MSS = 1000;
    private static final long RTT = 40 * Wire.MILLI;
    private static final int ROUNDS = 12;

    /// Behind the last octet sent.
    private int endSeq;

    private int ackedSeq;

    /// Established, in congestion avoidance after a loss, with a window of some segments.
    private Wire avoiding(CongestionAlgorithm algorithm) {
        var wire = Wire.active(Wire.plain()
                .sendBufferBytes(1 << 19)
                .congestion(algorithm)
                .hyStart(false)
                .tailLossProbe(false)
                .build());
        wire.drain();
        wire.at(RTT).receive("SA", 0, 1, w -> w.mss(MSS).sackPermitted());
        wire.drain();
        wire.write(Wire.text(10 * MSS));
        sent(wire.drain());
        wire.at(RTT).receive("A", 1, 1, w -> w.sack(Wire.ISS + 1 + MSS, Wire.ISS + 1 + 4 * MSS));
        sent(wire.drain());
        wire.at(RTT).receive("A", 1, endSeq);
        ackedSeq = endSeq;
        assertThat(wire.connection.inRecovery()).isFalse();
        assertThat(wire.connection.cwnd()).isLessThanOrEqualTo(wire.connection.ssthresh());
        // What is missing to the threshold is slow start's.
        for (int i = 0; i < 4; i++) {
            wire.write(Wire.text(10 * MSS));
            sent(wire.drain());
            acknowledgeTogether(wire);
        }
        return wire;
    }

    private void sent(List<Wire.Sent> segments) {
        for (var segment : segments) {
            endSeq = Seq.max(endSeq, segment.seq() + segment.length());
        }
    }

    /// An ACK for each segment in flight, and nothing sent between them, as in a batch from a link.
    private void acknowledgeTogether(Wire wire) {
        wire.at(RTT);
        while (Seq.lt(ackedSeq, endSeq)) {
            ackedSeq = Seq.min(ackedSeq + MSS, endSeq);
            wire.receive("A", 1, ackedSeq);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Rfc("9438:4.3")
    void acknowledgementsThatComeTogetherAllCount(CongestionAlgorithm algorithm) {
        var wire = avoiding(algorithm);
        wire.write(Wire.text(400 * MSS));
        int before = wire.connection.cwnd();
        for (int i = 0; i < ROUNDS; i++) {
            sent(wire.drain());
            acknowledgeTogether(wire);
        }
        // Reno adds a segment a round trip, CUBIC at least 0.53 of one.
        assertThat(wire.connection.cwnd() - before).isGreaterThanOrEqualTo(ROUNDS * MSS / 2);
    }

    @ParameterizedTest
    @EnumSource
    @Rfc("9438:5.8")
    void windowThatIsNotUsedDoesNotGrow(CongestionAlgorithm algorithm) {
        var wire = avoiding(algorithm);
        // What was written before, and filled the window, is gone first.
        for (var segments = wire.drain(); !segments.isEmpty(); segments = wire.drain()) {
            sent(segments);
            acknowledgeTogether(wire);
        }
        int before = wire.connection.cwnd();
        for (int i = 0; i < ROUNDS; i++) {
            wire.write(Wire.text(2 * MSS));
            sent(wire.drain());
            acknowledgeTogether(wire);
        }
        assertThat(wire.connection.cwnd()).isEqualTo(before);
    }
}
