package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.Witness.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.Impairment;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.Times;
import dev.levee.stack.FastOpenOptions;
import dev.levee.stack.Limits;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.StackConfig;
import dev.levee.tcp.TcpConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The observer is shown packets that no right host sends: each oracle that judges packets by themselves must see
/// them, beside those that it must bear.
class PacketLiesTest {
    private static final int ISS = 0xffff_fff0;
    private static final int PEER_ISS = 0x7fff_fff0;
    private static final int WINDOW = 60_000;

    private final SimNetwork network = new SimNetwork(Impairment.NONE, 1);
    private final Observer observer = new Observer(network);
    private final Limits limits = new Limits(100, 100, 1 << 20, 8, 8);
    private final SimHost host = network.host(
            "host", new StackConfig(List.of(Cidr.parse("198.18.0.1/24")), 1_500, new SipHash(1, 1), limits));
    private final HostWatch watch = observer.watch(
            host,
            new HostSetup(
                    TcpConfig.builder()
                            .timestamps(false)
                            .windowScaling(false)
                            .mslNanos(Times.seconds(1))
                            .build(),
                    limits,
                    1_500,
                    128,
                    128,
                    FastOpenOptions.OFF));

    /// A packet of the host, or with `peer` one for it.
    private static byte[] packet(boolean peer, int text, Consumer<SegmentWriter> fields) {
        var own = Cidr.parse(peer ? "198.18.0.2/24" : "198.18.0.1/24").address();
        var other = Cidr.parse(peer ? "198.18.0.1/24" : "198.18.0.2/24").address();
        var writer = new SegmentWriter();
        writer.reset()
                .addresses(own.high(), own.low(), other.high(), other.low())
                .ports(peer ? 80 : 40_000, peer ? 40_000 : 80)
                .window(WINDOW);
        fields.accept(writer);
        var frame = FrameSlab.single(1_600);
        writer.begin(frame);
        writer.finish(frame, text);
        return frame.toArray();
    }

    private static byte[] syn() {
        return packet(false, 0, writer -> writer.seq(ISS).flags(TcpFlags.SYN).mss(1_460));
    }

    private void sends(byte[] octets) {
        observer.sent(0, host, null, Forgery.frame(octets), 0);
    }

    private void sends(Consumer<SegmentWriter> fields) {
        sends(packet(false, 0, fields));
    }

    /// A segment that no connection of the host's knows: whatever the host answers is a reply to it.
    private void gets(Consumer<SegmentWriter> fields) {
        observer.injected(0, host, Forgery.frame(packet(true, 0, fields)));
    }

    @Test
    void aRightSynIsBorne() {
        sends(syn());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 8, 10, 24, 36, 38})
    void aPacketWithAFlippedBitIsSeen(int at) {
        var octets = syn();
        octets[at] ^= 1;
        refuses(Oracle.HEADER, () -> sends(octets));
    }

    @Test
    void anotherHostsAddressOrHopLimitIsSeen() {
        var foreign =
                packet(true, 0, writer -> writer.seq(ISS).flags(TcpFlags.SYN).mss(1_460));
        refuses(Oracle.HEADER, () -> sends(foreign));
        refuses(
                Oracle.HEADER,
                () -> sends(
                        writer -> writer.seq(ISS).flags(TcpFlags.SYN).mss(1_460).hopLimit(63)));
    }

    /// Of options that receivers pass over: a length that cannot be, or is another than the kind's.
    @ParameterizedTest
    @ValueSource(ints = {0x0200, 0x0201, 0x0205, 0x0228, 0x0403, 0x0503})
    void anOptionWithAWrongLengthIsSeen(int kindAndLength) {
        refuses(Oracle.HEADER, () -> sends(Forgery.changed(syn(), 40, kindAndLength)));
    }

    @Test
    void reservedBitsAreSeen() {
        var octets = syn();
        refuses(Oracle.HEADER, () -> sends(Forgery.changed(octets, 32, Forgery.u16(octets, 32) | 0x0100)));
    }

    @Test
    void aPacketThatTheLinkDoesNotTakeIsSeen() {
        refuses(
                Oracle.SEGMENT_SIZE,
                () -> sends(packet(false, 1_461, writer -> writer.seq(ISS).ack(1))));
    }

    @ParameterizedTest
    @CsvSource({"6, 0", "3, 0", "5, 0", "1, 0", "0, 0", "18, 5", "20, 5", "48, 0", "56, 0"})
    void flagsThatMakeNoSenseAreSeen(int flags, int text) {
        refuses(
                Oracle.FLAGS,
                () -> sends(packet(false, text, writer -> writer.seq(ISS).flags(flags))));
    }

    @Test
    void anUrgentPointerOrAnAckNumberWithoutItsFlagIsSeen() {
        refuses(Oracle.FLAGS, () -> sends(Forgery.changed(syn(), 38, 1)));
        refuses(Oracle.FLAGS, () -> sends(Forgery.changed(syn(), 28, 1)));
    }

    @Test
    void aSynAckWithoutASynIsSeen() {
        refuses(
                Oracle.ACK_RANGE,
                () -> sends(writer -> writer.seq(ISS).flags(TcpFlags.SYN).ack(1).mss(1_460)));
    }

    @Test
    void aSegmentOfAConnectionThatIsNotThereIsSeen() {
        refuses(Oracle.AFTER_RESET, () -> sends(writer -> writer.seq(ISS).ack(1)));
    }

    @Test
    void aRightResetInAnswerIsBorne() {
        gets(writer -> writer.seq(PEER_ISS).ack(77));
        sends(writer -> writer.seq(77).flags(TcpFlags.RST));
        gets(writer -> writer.seq(PEER_ISS).flags(TcpFlags.SYN));
        sends(writer -> writer.seq(0).flags(TcpFlags.RST).ack(PEER_ISS + 1));
    }

    @Test
    void aResetWithWrongNumbersIsSeen() {
        refuses(Oracle.RESET_FORM, () -> sends(writer -> writer.seq(77).flags(TcpFlags.RST)));
        gets(writer -> writer.seq(PEER_ISS).ack(77));
        refuses(Oracle.RESET_FORM, () -> sends(writer -> writer.seq(78).flags(TcpFlags.RST)));
        refuses(
                Oracle.RESET_FORM,
                () -> sends(writer -> writer.seq(77).flags(TcpFlags.RST).ack(PEER_ISS)));
        gets(writer -> writer.seq(PEER_ISS).flags(TcpFlags.SYN));
        refuses(
                Oracle.RESET_FORM,
                () -> sends(writer -> writer.seq(0).flags(TcpFlags.RST).ack(PEER_ISS)));
        gets(writer -> writer.seq(PEER_ISS).flags(TcpFlags.RST));
        refuses(
                Oracle.RESET_FORM,
                () -> sends(writer -> writer.seq(0).flags(TcpFlags.RST).ack(PEER_ISS)));
    }

    /// The number of an answer to a segment without an ACK is a connection's own only where that is its next.
    @Test
    void aResetWithNumberZeroIsAConnectionsOwnAtTheWrapOnly() {
        for (int octets : new int[] {254, 255, 256}) {
            var witness = Witness.open();
            witness.text(1, octets);
            witness.socket().abort();
            boolean own = witness.end.resets(witness.fromPeer(TcpFlags.RST | TcpFlags.ACK, -(long) Witness.PEER_ISS));
            assertThat(own).isEqualTo(octets == 255);
        }
    }

    /// Unless a RST may have ended the handshake, and it began anew.
    @Test
    void aSynAckThatDoesNotBackOffIsSeen() {
        for (boolean reset : new boolean[] {false, true}) {
            var witness = Witness.begin(Witness.settings().build());
            witness.end.party = null;
            witness.end.receiver.opens(witness.fromPeer(TcpFlags.SYN, 0));
            synAck(witness);
            witness.after(Times.seconds(1));
            synAck(witness);
            witness.after(Times.seconds(1));
            witness.end.perhapsReset = reset;
            if (reset) {
                synAck(witness);
            } else {
                refuses(Oracle.BACK_OFF, () -> synAck(witness));
            }
        }
    }

    private static void synAck(Witness witness) {
        witness.sends(TcpFlags.SYN | TcpFlags.ACK, 0, 1, Witness.OWN_WINDOW, 0);
        witness.end.sender.pace.settled();
    }

    @Test
    void aResetFromTimeWaitIsSeen() {
        sends(syn());
        var end = observer.ends().getFirst().getValue();
        var user = Witness.begin(watch.setup.tcp());
        user.socket().abort();
        end.party = user;
        gets(writer -> writer.seq(PEER_ISS).ack(77));
        end.timeWaitSinceHostNanos = host.nowNanos();
        refuses(Oracle.TIME_WAIT, () -> sends(writer -> writer.seq(77).flags(TcpFlags.RST)));
        network.runFor(Times.seconds(2));
        sends(writer -> writer.seq(77).flags(TcpFlags.RST));
    }

    /// The host counts no packet as taken that was shown to the observer alone.
    @Test
    void aGoodPacketThatTheHostDropsIsSeen() {
        sends(syn());
        var end = observer.ends().getFirst().getValue();
        end.arrived(Packet.read(packet(
                true,
                0,
                writer -> writer.seq(PEER_ISS).flags(TcpFlags.SYN).ack(ISS + 1).mss(1_460))));
        refuses(Oracle.COUNTERS, () -> gets(writer -> writer.seq(PEER_ISS + 1).ack(ISS + 1)));
    }

    @Test
    void moreConnectionsThanAllowedAreSeen() {
        watch.limits();
        host.listen(80);
        var tight = new HostWatch(
                host,
                network,
                new HostSetup(watch.setup.tcp(), new Limits(1, 1, 1 << 20, 8, 8), 1_500, 8, 8, FastOpenOptions.OFF));
        tight.limits();
        for (int port = 1; port <= 2; port++) {
            host.connect(40_000 + port, Cidr.parse("198.18.0.2/24").address(), port, SocketOptions.DEFAULT);
        }
        refuses(Oracle.LIMITS, tight::limits);
    }
}
