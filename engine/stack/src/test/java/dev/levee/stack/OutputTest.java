package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.DropReason;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nobody who always has something to send, or asks without end, keeps others from being served.
class OutputTest {
    /// A batch of a shard: whoever waits is served within one.
    private static final int BATCH = 64;
    private static final int OCTETS = 1 << 16;

    private final MemorySegment memory = Arena.ofAuto().allocate(OCTETS);

    /// A server sends without end to a client who takes everything at once, and one packet at a time is looked at.
    private final class Download {
        final Net net = new Net();
        private final TcpSocket client;
        private final TcpSocket server;
        private final IpPacket ip = new IpPacket();

        Download() throws SocketException {
            var pair = net.pair(true);
            client = pair[0];
            server = pair[1];
            for (int i = 0; i < 1_000; i++) {
                assertThat(next()).isTrue();
            }
        }

        /// @return whether the server's next packet was one of the download
        boolean next() {
            server.write(net.now, memory, 0, OCTETS);
            assertThat(net.server.poll(net.now, net.frame))
                    .as("there is always more")
                    .isTrue();
            assertThat(ip.parse(net.frame)).isEqualTo(DropReason.NONE);
            if (ip.protocol() != IpPacket.PROTOCOL_TCP
                    || Packets.read(net.frame).has(TcpFlags.SYN)) {
                return false;
            }
            net.client.onFrame(net.now, net.frame);
            client.read(net.now, memory, 0, OCTETS);
            while (net.client.poll(net.now, net.frame)) {
                net.server.onFrame(net.now, net.frame);
            }
            return true;
        }

        int downloaded(int packets, Runnable before) {
            int count = 0;
            for (int i = 0; i < packets; i++) {
                before.run();
                count += next() ? 1 : 0;
            }
            return count;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDownloadKeepsNobodyFromConnecting(boolean v4) throws SocketException {
        var download = new Download();
        var net = download.net;
        net.listen(ListenOptions.DEFAULT);
        for (int i = 0; i < 10; i++) {
            net.server.onFrame(
                    net.now, Packets.tcp(Net.client(v4), 5_000 + i, Net.server(v4), Net.PORT, TcpFlags.SYN, 7, 0, 0));
            assertThat(download.downloaded(BATCH, () -> {})).isEqualTo(BATCH - 1);
        }
    }

    /// Of more SYNs than are ever answered, the answers leave the download four fifths.
    @Test
    void answersToSynsKeepNoDownloadFromGoingOn() throws SocketException {
        var download = new Download();
        var net = download.net;
        net.listen(ListenOptions.DEFAULT);
        var ports = new int[] {1_024};
        Runnable flood = () -> {
            for (int i = 0; i < 2; i++) {
                net.server.onFrame(
                        net.now,
                        Packets.tcp(Net.CLIENT_V4, ports[0]++, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, 7, 0, 0));
            }
        };
        assertThat(download.downloaded(100 * BATCH, flood)).isBetween(79 * BATCH, 81 * BATCH);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void answersToPingsKeepNoDownloadFromGoingOn(boolean v4) throws SocketException {
        var download = new Download();
        var net = download.net;
        var ping = Packets.icmp(v4, Net.client(v4), v4 ? 8 : 128, 0, 1, new byte[8]);
        var copy = FrameSlab.single(1_500);
        Runnable flood = () -> {
            for (int i = 0; i < 2; i++) {
                copy.copyFrom(ping);
                net.server.onFrame(net.now, copy);
            }
        };
        assertThat(download.downloaded(100 * BATCH, flood)).isBetween(79 * BATCH, 81 * BATCH);
    }

    /// On an Ethernet segment somebody asks who we are without end, and somebody else wants an answer to his pings.
    @Test
    void answersToArpKeepNothingElseFromGoing() {
        var ether = Ether.settled(Ether.PLAIN);
        ether.ask(Ether.PEER_V4, Ether.PEER, Ether.US_V4);
        ether.sent();
        var out = FrameSlab.single(1_600);
        var other = IpAddress.parse("198.18.0.9");
        int pongs = 0;
        for (int i = 0; i < 100 * BATCH; i++) {
            ether.ask(other, Ether.mac(9), Ether.US_V4);
            ether.ask(other, Ether.mac(9), Ether.US_V4);
            ether.ping(Ether.PEER_V4, Ether.PEER);
            assertThat(ether.stack.poll(ether.now, out)).isTrue();
            pongs += out.length() > 42 ? 1 : 0;
        }
        assertThat(pongs).isBetween(79 * BATCH, 81 * BATCH);
    }
}
