package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tcp.BufferPool;
import dev.levee.tcp.FourTuple;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpConnection;
import dev.levee.tcp.TcpContext;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.util.HashMap;
import java.util.HashSet;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemuxTest {
    private final StackConfig config = Net.config("198.18.0.1/24", "2001:db8::1/64", Limits.DEFAULT, 7);
    private final Sockets sockets = new Sockets(config, new StackCounters.Row(), new BufferPool(0));
    private final TcpContext context = new TcpContext(new BufferPool(1 << 20), new SipHash(1, 2));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void itFindsWhatAHashMapWouldFind(long seed) {
        var random = new SplittableRandom(seed);
        var demux = new Demux(new SipHash(seed, 0));
        var model = new HashMap<FourTuple, TcpSocket>();
        int tuples = 1 << 4 + random.nextInt(9);
        for (int round = 0; round < 20_000; round++) {
            var tuple = tuple(random.nextInt(tuples));
            var known = model.get(tuple);
            assertThat(find(demux, tuple)).as("seed %d round %d", seed, round).isSameAs(known);
            if (known == null) {
                var socket = socket(tuple);
                demux.add(socket);
                model.put(tuple, socket);
            } else if (random.nextInt(3) > 0) {
                demux.remove(known);
                model.remove(tuple);
            }
            assertThat(demux.size()).isEqualTo(model.size());
        }
        var seen = new HashSet<TcpSocket>();
        demux.forEach(socket -> assertThat(seen.add(socket)).isTrue());
        assertThat(seen).containsExactlyInAnyOrderElementsOf(model.values());
    }

    /// Deletions while half of the table has moved already are the hard part.
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void nothingGetsLostWhileItGrows(long seed) {
        var random = new SplittableRandom(seed);
        var demux = new Demux(new SipHash(seed, 0));
        var model = new HashMap<FourTuple, TcpSocket>();
        for (int index = 0; index < 5_000; index++) {
            var socket = socket(tuple(index));
            demux.add(socket);
            model.put(tuple(index), socket);
            if (random.nextInt(4) == 0) {
                var gone = tuple(random.nextInt(index + 1));
                var known = model.remove(gone);
                if (known != null) {
                    demux.remove(known);
                }
            }
            if (index % 97 == 0) {
                model.forEach((tuple, known) ->
                        assertThat(find(demux, tuple)).as("seed %d", seed).isSameAs(known));
            }
        }
        assertThat(demux.size()).isEqualTo(model.size());
    }

    @Test
    void tuplesThatDifferInOneFieldAreDifferent() {
        var demux = new Demux(new SipHash(1, 1));
        var a = Net.CLIENT_V4;
        var b = Net.SERVER_V4;
        var socket = socket(new FourTuple(a, 1, b, 2));
        demux.add(socket);
        assertThat(find(demux, new FourTuple(a, 1, b, 2))).isSameAs(socket);
        assertThat(find(demux, new FourTuple(a, 2, b, 1))).isNull();
        assertThat(find(demux, new FourTuple(b, 1, a, 2))).isNull();
        assertThat(find(demux, new FourTuple(a, 1, b, 3))).isNull();
        assertThat(find(demux, new FourTuple(a, 3, b, 2))).isNull();
        assertThat(find(demux, new FourTuple(Net.CLIENT_V6, 1, b, 2))).isNull();
    }

    private static FourTuple tuple(int index) {
        boolean v4 = index % 2 == 0;
        return new FourTuple(
                v4 ? Net.CLIENT_V4 : Net.CLIENT_V6,
                80,
                v4 ? IpAddress.ofV4(0xc612_0000 + index / 64) : new IpAddress(0x2001_0db8L << 32, index / 64),
                1_000 + index % 64);
    }

    private TcpSocket socket(FourTuple tuple) {
        var connection = TcpConnection.open(0, TcpConfig.DEFAULT, tuple, 1500, Packets.SEQ, 0, context);
        return new TcpSocket(connection, tuple.localPort() << 16 | tuple.remotePort(), SocketOptions.DEFAULT, sockets);
    }

    private static @Nullable TcpSocket find(Demux demux, FourTuple tuple) {
        var local = tuple.localAddress();
        var remote = tuple.remoteAddress();
        int ports = tuple.localPort() << 16 | tuple.remotePort();
        return demux.find(local.high(), local.low(), remote.high(), remote.low(), ports);
    }
}
