package dev.levee.stack;

import static dev.levee.stack.Ether.OURS;
import static dev.levee.stack.Ether.PEER;
import static dev.levee.stack.Ether.PEER_V4;
import static dev.levee.stack.Ether.SECOND;
import static dev.levee.stack.Ether.US_V4;
import static dev.levee.stack.Ether.mac;
import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.TcpFlags;
import org.junit.jupiter.api.Test;

/// Stations that invent hosts: nothing grows beyond its limit, and who is in use stays.
class NeighbourFloodTest {
    private static final int ENTRIES = 64;
    private static final Limits LIMITS = new Limits(1 << 20, 1 << 16, 4L << 30, 256, 1_000_000, ENTRIES);

    private final Ether ether = new Ether(Ether.WITH_GATEWAYS, LIMITS, "198.18.0.2/15", "2001:db8::2/64");

    private static IpAddress invented(int i) {
        return IpAddress.ofV4(0xc612_1000 + i);
    }

    private void resolve(IpAddress address, long mac) {
        ether.ask(address, mac, US_V4);
        ether.ping(address, mac);
        ether.sent();
        assertThat(ether.known(address)).isNotEqualTo("none");
    }

    @Test
    void synsFromInventedNeighboursFillAQuarterAndAreAskedForAtALimitedRate() {
        ether.run(10 * SECOND);
        long asked = 0;
        for (int i = 0; i < 10_000; i++) {
            ether.receiveIp(Packets.tcp(invented(i), 1, US_V4, 80, TcpFlags.SYN, 1, 0, 0), PEER, OURS);
            asked += ether.sent().size();
            ether.now += SECOND / 10_000;
        }
        // A burst of a quarter, then as many a second as the table has entries.
        assertThat(asked).isBetween(ENTRIES / 4L, ENTRIES / 4L + ENTRIES + 1L);
        assertThat(ether.stack.neighbours()).hasSize(ENTRIES / 4);
    }

    @Test
    void inventedAskersFillAQuarterAndReplaceEachOther() {
        for (int i = 0; i < 1_000; i++) {
            ether.ask(invented(i), mac(9), US_V4);
        }
        ether.sent();
        assertThat(ether.stack.neighbours()).hasSize(ENTRIES / 4);
        assertThat(ether.known(invented(999))).isEqualTo("STALE 09");
        assertThat(ether.known(invented(999 - ENTRIES / 4))).isEqualTo("none");
    }

    @Test
    void inventedNeighboursThatAnswerDriveOutEachOtherButNotWhoIsInUse() throws SocketException {
        resolve(PEER_V4, PEER);
        var socket = ether.connect(PEER_V4);
        ether.sent();
        int iss = socket.connection().sndUna();
        ether.receiveIp(
                Packets.tcp(PEER_V4, 80, US_V4, 40_000, TcpFlags.SYN | TcpFlags.ACK, 5, iss + 1, 0), PEER, OURS);
        ether.sent();
        ether.ask(Ether.GATEWAY_V4, Ether.ROUTER, US_V4);
        // Used a long time ago, without proof.
        resolve(IpAddress.parse("198.18.0.50"), mac(50));
        ether.now += 30 * SECOND;
        for (int i = 0; i < 10 * ENTRIES; i++) {
            resolve(invented(i), mac(9));
            ether.now += SECOND / 100;
        }
        assertThat(ether.stack.neighbours().size()).isLessThanOrEqualTo(ENTRIES);
        assertThat(ether.known(PEER_V4)).isEqualTo("REACHABLE 01");
        assertThat(ether.known(Ether.GATEWAY_V4)).contains("fe");
        assertThat(ether.known(IpAddress.parse("198.18.0.50"))).isEqualTo("none");
        assertThat(ether.known(invented(10 * ENTRIES - 1))).isEqualTo("DELAY 09");
    }

    @Test
    void aTableFullOfProvenNeighboursTakesNobodyUntilOneHasBeenSilentForAMinute() throws SocketException {
        for (int i = 0; i < ENTRIES; i++) {
            prove(invented(i), 10_000 + i);
            ether.now += SECOND / 100;
        }
        assertThat(ether.stack.neighbours()).hasSize(ENTRIES);
        ether.ask(PEER_V4, PEER, US_V4);
        assertThat(ether.sent()).as("answered, but not remembered").hasSize(1);
        assertThat(ether.known(PEER_V4)).isEqualTo("none");
        ether.ping(PEER_V4, PEER);
        assertThat(ether.sent()).isEmpty();

        ether.now += Neighbours.PROVEN_NANOS - ENTRIES * SECOND / 100 - 1;
        ether.ask(PEER_V4, PEER, US_V4);
        assertThat(ether.known(PEER_V4)).isEqualTo("none");
        ether.now += 1;
        ether.ask(PEER_V4, PEER, US_V4);
        assertThat(ether.known(PEER_V4)).isEqualTo("STALE 01");
        assertThat(ether.known(invented(0))).isEqualTo("none");
        assertThat(ether.stack.neighbours()).hasSize(ENTRIES);
    }

    private void prove(IpAddress peer, int port) throws SocketException {
        ether.ask(peer, mac(9), US_V4);
        ether.sent();
        var socket = ether.stack.connect(ether.now, null, port, peer, 80, SocketOptions.DEFAULT);
        ether.sent();
        int iss = socket.connection().sndUna();
        ether.receiveIp(Packets.tcp(peer, 80, US_V4, port, TcpFlags.SYN | TcpFlags.ACK, 5, iss + 1, 0), mac(9), OURS);
        ether.sent();
    }

    @Test
    void packetsThatWaitForNobodyAreBoundedTogether() {
        var large = new Ether(Ether.PLAIN, Limits.DEFAULT, "198.18.0.2/15");
        large.run(10 * SECOND);
        for (int i = 0; i < 250; i++) {
            large.ping(invented(i), PEER);
            large.sent();
        }
        // 128 frames: the oldest hosts' packets made room.
        assertThat(large.stack.counters().get(StackCounters.NEIGHBOUR_PACKETS_DROPPED))
                .isEqualTo(250 - 128);
        assertThat(large.answer(invented(0), PEER)).isEqualTo(dev.levee.wire.DropReason.NONE);
        assertThat(large.sent()).isEmpty();
        large.answer(invented(249), PEER);
        assertThat(large.sent()).hasSize(1);
    }

    @Test
    void aPacketTooLongToWaitIsDroppedAndTheNeighbourStillAskedFor() {
        var long_ = FrameSlab.single(1500);
        Packets.icmp(long_, true, PEER_V4, US_V4, 8, 0, 1, new byte[1400]);
        ether.run(10 * SECOND);
        ether.receiveIp(long_, PEER, OURS);
        assertThat(ether.sent()).hasSize(1);
        ether.answer(PEER_V4, PEER);
        assertThat(ether.sent()).hasSize(1);
    }
}
