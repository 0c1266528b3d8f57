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
import dev.levee.wire.TcpFlags;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayTest {
    private static final Cidr V4 = Cidr.parse("198.19.0.0/16");
    private static final Cidr V6 = Cidr.parse("2001:db8:f::/48");
    private static final IpAddress V4_TARGET = IpAddress.parse("198.18.0.2");
    private static final IpAddress V6_TARGET = IpAddress.parse("2001:db8::2");
    private static final IpAddress VICTIM = IpAddress.parse("192.0.2.9");
    private static final long EPOCH = 1_600_000_000_000_000_000L;
    private static final long MILLI = 1_000_000;

    private final Frame frame = FrameSlab.single(1500);
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);

    private static Replay replay(byte[] capture, boolean v4, long seed) throws IOException {
        var in = new ByteArrayInputStream(capture);
        return v4 ? Replay.read(in, V4, V4_TARGET, 80, seed) : Replay.read(in, V6, V6_TARGET, 80, seed);
    }

    private void next(Replay replay) {
        replay.next(frame);
        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
    }

    private static IpAddress v4(int number) {
        return IpAddress.ofV4(number);
    }

    /// A SYN from each of so many sources.
    private static byte[] syns(int count, IntFunction<IpAddress> source) throws IOException {
        var capture = new Captures();
        for (int i = 0; i < count; i++) {
            capture.add(EPOCH + i, source.apply(i), 1_024 + i % 60_000, VICTIM, TcpFlags.SYN, 0);
        }
        return capture.done();
    }

    /// Where a replay's segments come from.
    private Set<IpAddress> sources(Replay replay) {
        var sources = new HashSet<IpAddress>();
        for (int i = 0; i < replay.packets(); i++) {
            next(replay);
            sources.add(ip.source());
        }
        assertThat(replay.atStart()).isTrue();
        return sources;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSegmentIsWhatItWasButForItsAddresses(boolean v4) throws IOException {
        var other = v4(0xcb00_7107);
        var capture = new Captures()
                .add(EPOCH, v4(0x0102_0304), 4_000, VICTIM, TcpFlags.SYN, 0)
                .add(EPOCH + MILLI, VICTIM, 25_565, v4(0x0102_0304), TcpFlags.SYN | TcpFlags.ACK, 0)
                .add(EPOCH + 5 * MILLI, other, 5_000, VICTIM, TcpFlags.ACK | TcpFlags.PSH, 33)
                .add(EPOCH + 4 * MILLI, v4(0x0102_0304), 4_001, VICTIM, TcpFlags.SYN | TcpFlags.FIN, 0);

        var replay = replay(capture.done(), v4, 1);

        assertThat(replay.packets()).as("what the victim answered is left out").isEqualTo(3);
        assertThat(replay.sources()).isEqualTo(2);
        assertThat(replay.nanos()).isEqualTo(5 * MILLI);
        assertThat(replay.nextNanos()).isZero();
        next(replay);
        var first = ip.source();
        assertThat((v4 ? V4 : V6).contains(first)).isTrue();
        assertThat(ip.destination()).isEqualTo(v4 ? V4_TARGET : V6_TARGET);
        assertThat(segment.srcPort()).isEqualTo(4_000);
        assertThat(segment.dstPort()).isEqualTo(80);
        assertThat(segment.flags()).isEqualTo(TcpFlags.SYN);
        assertThat(segment.seq()).isEqualTo(11_000);
        assertThat(segment.window()).isEqualTo(512);
        assertThat(segment.mss()).isEqualTo(1_400);
        assertThat(replay.nextNanos()).isEqualTo(5 * MILLI);
        next(replay);
        assertThat(ip.source()).isNotEqualTo(first);
        assertThat(segment.flags()).isEqualTo(TcpFlags.ACK | TcpFlags.PSH);
        assertThat(segment.payloadLength()).isEqualTo(33);
        assertThat(replay.nextNanos()).as("times go forth only").isEqualTo(5 * MILLI);
        assertThat(replay.atStart()).isFalse();
        next(replay);
        assertThat(ip.source()).isEqualTo(first);
        assertThat(segment.flags()).isEqualTo(TcpFlags.SYN | TcpFlags.FIN);
        assertThat(replay.atStart()).isTrue();
        next(replay);
        assertThat(segment.srcPort()).isEqualTo(4_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneSourceStaysOneAndASubnetASubnet(boolean v4) throws IOException {
        assertThat(sources(replay(syns(1_000, _ -> v4(0x0808_0808)), v4, 1))).hasSize(1);

        var subnet = sources(replay(syns(1_000, i -> v4(0x0808_0801 + i % 200)), v4, 1));
        var networks = new HashSet<IpAddress>();
        subnet.forEach(address -> networks.add(new Cidr(address, v4 ? 24 : 64).network()));
        assertThat(subnet).hasSize(200);
        assertThat(networks).hasSize(1);

        var subnets = sources(replay(syns(6_000, i -> v4(0x0808_0801 + i % 30 * 256 + i / 30)), v4, 1));
        networks.clear();
        subnets.forEach(address -> networks.add(new Cidr(address, v4 ? 24 : 64).network()));
        assertThat(subnets).hasSize(6_000);
        assertThat(networks).hasSize(30);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void scatteredSourcesStayAsManyAndAsScatteredAsThereIsRoom(boolean v4) throws IOException {
        int count = 50_000;
        var replay = replay(syns(count, i -> v4(i * 0x9e37_79b9)), v4, 1);
        assertThat(replay.sources()).isEqualTo(count);
        assertThat(replay.addresses()).isEqualTo(count);
        var perNetwork = new HashMap<IpAddress, Integer>();
        var sources = sources(replay);
        sources.forEach(address -> perNetwork.merge(new Cidr(address, v4 ? 24 : 64).network(), 1, Integer::sum));
        assertThat(sources).hasSize(count);
        assertThat(perNetwork).hasSize(v4 ? 255 : count);
        assertThat(Collections.max(perNetwork.values())).isEqualTo(v4 ? 197 : 1);
        assertThat(perNetwork).as("the flood's own network").doesNotContainKey((v4 ? V4 : V6).network());
    }

    @Test
    void whereTheNetworkIsTooSmallSomeShare() throws IOException {
        var replay = replay(syns(70_000, i -> v4(i * 0x9e37_79b9)), true, 1);
        assertThat(replay.sources()).isEqualTo(70_000);
        assertThat(replay.addresses()).isEqualTo(255 * 254);
        assertThat(sources(replay)).hasSize(255 * 254);
    }

    @Test
    void theSeedSaysWhichAddresses() throws IOException {
        var capture = syns(100, i -> v4(0x0a00_0001 + i * 70_000));
        assertThat(sources(replay(capture, true, 5))).isEqualTo(sources(replay(capture, true, 5)));
        assertThat(sources(replay(capture, true, 5))).isNotEqualTo(sources(replay(capture, true, 6)));
    }

    /// What was cut off by who captured it, joined by a network card, or is nonsense on purpose.
    @Test
    void lengthsAreThoseThatTheCaptureHas() throws IOException {
        var source = v4(0x0102_0304);
        var whole = new Captures().add(EPOCH, source, 4_000, VICTIM, TcpFlags.ACK, 9_000);
        var joined = replay(whole.done(), true, 1);
        next(joined);
        assertThat(frame.length()).isEqualTo(1_500);

        var packet = frame.toArray();
        var cut = replay(new Captures().add(EPOCH, packet, 70).done(), false, 1);
        next(cut);
        assertThat(segment.payloadLength()).isEqualTo(30);

        packet[32] = 0x20;
        var wrong = replay(new Captures().add(EPOCH, packet, packet.length).done(), true, 1);
        wrong.next(frame);
        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isNotIn(DropReason.NONE, DropReason.BAD_CHECKSUM);
    }

    @Test
    void aPackedCaptureIsReadAsWell() throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(syns(10, i -> v4(0x0808_0801 + i)));
        }
        assertThat(replay(packed.toByteArray(), true, 1).packets()).isEqualTo(10);
    }

    @Test
    void whatCannotBeReplayedIsToldInOneSentence() throws IOException {
        assertThatThrownBy(() -> replay(new byte[0], true, 1)).hasMessageContaining("this is no capture file");
        assertThatThrownBy(() -> replay(new byte[100], true, 1)).hasMessageContaining("this is no capture file");
        assertThatThrownBy(() -> replay(new Captures().done(), true, 1))
                .hasMessage("the capture has no TCP segment that could be sent again");
        var cut = syns(10, i -> v4(0x0808_0801 + i));
        assertThatThrownBy(() -> replay(Arrays.copyOf(cut, cut.length - 1), true, 1))
                .hasMessage("the capture file is cut off behind record 9");
        var in = new ByteArrayInputStream(cut);
        assertThatThrownBy(() -> Replay.read(in, V6, V4_TARGET, 80, 1)).hasMessageContaining("one is IPv4");
        assertThatThrownBy(
                        () -> Replay.read(new ByteArrayInputStream(cut), Cidr.parse("198.19.0.0/24"), V4_TARGET, 80, 1))
                .hasMessage("198.19.0.0/24 is too small a network to replay a capture from");
    }
}
