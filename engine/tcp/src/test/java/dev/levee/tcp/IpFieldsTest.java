package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the user may say of the IP header of his segments (RFC 9293 §3.9.1.9 and §3.9.2).
class IpFieldsTest {
    private static TcpConfigBuilder dscp(int dscp) {
        return Wire.plain().trafficClass(dscp << 2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"9293:MUST-48", "9293:SHLD-22"})
    void everyDscpGoesIntoEverySegmentAsItIs(boolean v6) {
        for (int dscp = 0; dscp < 64; dscp++) {
            var config = dscp(dscp).build();
            var wire = v6 ? Wire.activeV6(config) : Wire.active(config);
            wire.drain();
            assertThat(wire.lastTrafficClass()).as("SYN").isEqualTo(dscp << 2);
            wire.receive("SA", 0, 1, w -> w.mss(1000)).drain();
            assertThat(wire.lastTrafficClass()).as("ACK").isEqualTo(dscp << 2);
            wire.write("text").drain();
            assertThat(wire.lastTrafficClass()).as("text").isEqualTo(dscp << 2);
            wire.toDeadline().drain();
            assertThat(wire.lastTrafficClass()).as("retransmission").isEqualTo(dscp << 2);
            wire.connection.abort(wire.now, CloseCause.AbortReason.USER);
            wire.drain();
            assertThat(wire.lastTrafficClass()).as("RST").isEqualTo(dscp << 2);
        }
    }

    @Test
    @Rfc("9293:SHLD-21")
    void theDscpCanBeChangedWhileTheConnectionIsOpen() {
        var wire = Wire.established(dscp(10).build()).write("a");
        wire.drain();
        assertThat(wire.lastTrafficClass()).isEqualTo(10 << 2);
        wire.connection.configure(wire.now, dscp(46).build());
        wire.receive("A", 1, 2).write("b").drain();
        assertThat(wire.lastTrafficClass()).isEqualTo(46 << 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 64, 254, 255})
    @Rfc("9293:MUST-49")
    void theHopLimitIsTheUsersChoice(int hops) {
        for (boolean v6 : new boolean[] {false, true}) {
            var config = Wire.plain().hopLimit(hops).build();
            var wire = v6 ? Wire.activeV6(config) : Wire.active(config);
            wire.drain();
            // Octet 8 of an IPv4 header, octet 7 of an IPv6 header.
            assertThat(wire.lastPacket()[v6 ? 7 : 8]).isEqualTo((byte) hops);
            wire.receive("SA", 0, 1, w -> w.mss(1000)).drain();
            assertThat(wire.lastPacket()[v6 ? 7 : 8]).isEqualTo((byte) hops);
        }
    }

    @Test
    void whatAnHeaderCannotSayIsRefused() {
        assertThatThrownBy(() -> Wire.plain().hopLimit(0).build()).hasMessageContaining("hopLimit must lie in 1..255");
        assertThatThrownBy(() -> Wire.plain().hopLimit(256).build()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Wire.plain().trafficClass(256).build()).isInstanceOf(IllegalArgumentException.class);
    }
}
