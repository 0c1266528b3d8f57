package dev.levee.sim.flood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloodTest {
    private static final Cidr V4 = Cidr.parse("198.19.0.0/16");
    private static final Cidr V6 = Cidr.parse("2001:db8:f::/48");
    private static final IpAddress V4_TARGET = IpAddress.parse("198.18.0.2");
    private static final IpAddress V6_TARGET = IpAddress.parse("2001:db8::2");

    private final Frame frame = new FrameSlab(Arena.ofAuto(), 1, 256).take();
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);

    private static Flood flood(FloodKind kind, boolean v4, long seed) {
        return v4 ? new Flood(kind, V4, V4_TARGET, 80, seed) : new Flood(kind, V6, V6_TARGET, 80, seed);
    }

    private void next(Flood flood) {
        flood.next(frame);
        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
    }

    /// Checksums are right in every one: else only the first step of a stack would be tested.
    @ParameterizedTest
    @EnumSource(names = "REPLAY", mode = EnumSource.Mode.EXCLUDE)
    void everySegmentParsesAndGoesFromTheSourcesToTheTarget(FloodKind kind) {
        for (boolean v4 : new boolean[] {true, false}) {
            var flood = flood(kind, v4, 7);
            for (int i = 0; i < 2_000; i++) {
                next(flood);
                assertThat((v4 ? V4 : V6).contains(ip.source())).isTrue();
                assertThat(ip.destination()).isEqualTo(v4 ? V4_TARGET : V6_TARGET);
                assertThat(segment.dstPort()).isEqualTo(80);
                assertThat(segment.srcPort()).isGreaterThanOrEqualTo(1_024);
                boolean acknowledges = kind == FloodKind.ACKS || kind == FloodKind.GUESSES;
                assertThat(segment.syn()).isNotEqualTo(acknowledges);
                assertThat(segment.hasAck()).isEqualTo(acknowledges);
                assertThat(segment.has(TcpFlags.ECE | TcpFlags.CWR)).isEqualTo(kind == FloodKind.ECN);
                assertThat(segment.fin()).isEqualTo(kind == FloodKind.CONTRADICTORY);
                assertThat(segment.payloadLength() > 0).isEqualTo(kind == FloodKind.TEXT || kind == FloodKind.ACKS);
            }
        }
    }

    private Set<String> tuples(FloodKind kind, int count) {
        var tuples = new HashSet<String>();
        var flood = flood(kind, true, 3);
        for (int i = 0; i < count; i++) {
            next(flood);
            tuples.add(ip.source() + " " + segment.srcPort() + " " + segment.seq());
        }
        return tuples;
    }

    @Test
    void sourcesAreAsManyAsTheKindSays() {
        assertThat(tuples(FloodKind.RANDOM, 4_000)).hasSize(4_000);
        assertThat(tuples(FloodKind.DUPLICATES, 4_000)).hasSize(1_000);
        var subnet = new HashSet<IpAddress>();
        var one = new HashSet<IpAddress>();
        var random = new HashSet<IpAddress>();
        var floods = new Flood[] {
            flood(FloodKind.SUBNET, false, 1), flood(FloodKind.ONE, false, 1), flood(FloodKind.RANDOM, false, 1)
        };
        for (int i = 0; i < 4_000; i++) {
            next(floods[0]);
            subnet.add(ip.source());
            next(floods[1]);
            one.add(ip.source());
            next(floods[2]);
            random.add(ip.source());
        }
        assertThat(subnet).hasSize(256);
        assertThat(one).hasSize(1);
        assertThat(random).hasSize(4_000);
    }

    @Test
    void theSameSeedFloodsAlikeAndAnotherDoesNot() {
        var flood = flood(FloodKind.RANDOM, true, 5);
        var same = flood(FloodKind.RANDOM, true, 5);
        var other = flood(FloodKind.RANDOM, true, 6);
        for (int i = 0; i < 100; i++) {
            flood.next(frame);
            var octets = frame.toArray();
            same.next(frame);
            assertThat(frame.toArray()).isEqualTo(octets);
            other.next(frame);
            assertThat(frame.toArray()).isNotEqualTo(octets);
        }
    }

    /// What the attack hopes for: without a secret, or with one that is known, all are in one place of a thousand.
    @Test
    void collisionsCollideWithoutAKeyAndOnlyThen() {
        var flood = flood(FloodKind.COLLISIONS, true, 4);
        var places = new HashSet<Integer>();
        var key = new SipHash(0x5ec4e7, 0);
        for (int i = 0; i < 500; i++) {
            next(flood);
            int ports = segment.dstPort() << 16 | segment.srcPort();
            long unkeyed = new SipHash(0, 0).hash(ip.dstHigh(), ip.dstLow(), ip.srcHigh(), ip.srcLow(), ports);
            assertThat(unkeyed & 0x3ff).isZero();
            places.add((int) key.hash(ip.dstHigh(), ip.dstLow(), ip.srcHigh(), ip.srcLow(), ports) & 0x3ff);
        }
        assertThat(places).hasSizeGreaterThan(300);
    }

    @Test
    void whatCannotBeIsToldInOneSentence() {
        assertThatThrownBy(() -> new Flood(FloodKind.RANDOM, V4, V6_TARGET, 80, 1))
                .hasMessage("a flood from 198.19.0.0/16 cannot go to 2001:db8::2: one is IPv4 and the other IPv6");
        assertThatThrownBy(() -> new Flood(FloodKind.REPLAY, V4, V4_TARGET, 80, 1))
                .hasMessage("a flood that is replayed needs its capture");
        assertThatThrownBy(() -> FloodKind.of("tsunami")).hasMessageContaining("there is no flood 'tsunami'");
    }
}
