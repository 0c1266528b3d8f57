package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tcp.Deadlines;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpCounters;
import dev.levee.wire.Bytes;
import dev.levee.wire.Checksum;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A live stack under random and mutated packets: no exception, every packet counted once, deadlines kept, and
/// nothing left over at the end.
class FuzzTest {
    /// Packets of one conversation that later ones are mutated from.
    private static final int CORPUS_MAX = 32;

    private final SocketOptions options = new SocketOptions(
            TcpConfig.builder()
                    .sendBufferBytes(4096)
                    .receiveBufferBytes(8192)
                    .mslNanos(Net.SECOND)
                    .r2SynReceivedNanos(Net.SECOND)
                    .finWait2Nanos(Net.SECOND)
                    .noDelay(true)
                    .build(),
            SocketOptions.LINGER_OFF);
    private static final int NOISE_PER_STEP = 10;
    private static final int MUTATED_PER_STEP = 2;

    private final Frame frame = FrameSlab.single(3000);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aLiveStackStandsUpToAnything(long seed) throws SocketException {
        new Run(seed, 60_000).run();
    }

    @ParameterizedTest
    @ValueSource(longs = {101, 102, 103, 104, 105, 106, 107, 108, 109, 110})
    @Tag("full")
    void forLongToo(long seed) throws SocketException {
        new Run(seed, 300_000).run();
    }

    private final class Run {
        private final long seed;
        private final int steps;
        private final SplittableRandom random;
        private final Net net;
        private final Listener listener;
        private final List<byte[]> corpus = new ArrayList<>();
        private final List<byte[]> fromServer = new ArrayList<>();
        private final List<TcpSocket> sockets = new ArrayList<>();
        private long fed;
        private long noiseFed;
        private long mutatedFed;

        Run(long seed, int steps) throws SocketException {
            this.seed = seed;
            this.steps = steps;
            random = new SplittableRandom(seed);
            net = new Net(new Limits(200, 20, 1 << 24, 32), random.nextLong() >>> 1);
            net.recording = false;
            listener = net.listen(new ListenOptions(8, 64, options));
        }

        void run() throws SocketException {
            for (int i = 0; i < steps; i++) {
                step();
            }
            finish();
            // Four runs: 10^5 of each kind; ten long ones: 10^6.
            assertThat(noiseFed).as(what()).isGreaterThan(steps * 25L / 60);
            assertThat(mutatedFed).as(what()).isGreaterThan(steps * 25L / 60);
        }

        private void step() throws SocketException {
            int what = random.nextInt(100);
            if (what < 5) {
                for (int i = 0; i < NOISE_PER_STEP; i++) {
                    feed(noise());
                    noiseFed++;
                }
            } else if (what < 40 && !corpus.isEmpty()) {
                for (int i = 0; i < MUTATED_PER_STEP; i++) {
                    feed(mutated(corpus.get(random.nextInt(corpus.size()))));
                    mutatedFed++;
                }
            } else if (what < 42 && !fromServer.isEmpty()) {
                feed(icmp(fromServer.get(random.nextInt(fromServer.size()))));
            } else if (what < 50) {
                live();
            } else if (what < 80) {
                use();
            } else {
                exchange();
            }
        }

        private void feed(byte[] packet) {
            frame.fill(packet);
            long before = net.server.drops().total();
            net.server.onFrame(net.now, frame);
            fed++;
            assertThat(net.server.drops().total()).as(what()).isEqualTo(before + 1);
        }

        private byte[] noise() {
            var packet = new byte[random.nextInt(200)];
            random.nextBytes(packet);
            if (packet.length > 0 && random.nextBoolean()) {
                packet[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
            }
            return packet;
        }

        /// A packet with a few octets changed or its end cut off, mostly with good checksums again, so that it
        /// gets far.
        private byte[] mutated(byte[] original) {
            var packet = original.clone();
            boolean v4 = packet[0] >>> 4 == 4;
            for (int change = random.nextInt(3); change > 0; change--) {
                // Mostly behind the ports, so that the packet still belongs to someone.
                int from = random.nextInt(10) == 0 ? 0 : (v4 ? 20 : 40) + 4;
                packet[from + random.nextInt(Math.min(packet.length - from, 40))] = (byte) random.nextInt(256);
            }
            if (random.nextInt(20) == 0) {
                packet = Arrays.copyOf(packet, random.nextInt(packet.length));
            } else if (random.nextInt(20) > 0) {
                repair(packet, v4);
            }
            return packet;
        }

        /// An echo request with any data, or an error about a packet that the server sent.
        private byte[] icmp(byte[] packet) {
            boolean v4 = packet[0] >>> 4 == 4;
            int type = random.nextBoolean() ? v4 ? 8 : 128 : random.nextInt(v4 ? 13 : 5);
            Packets.icmp(frame, v4, Net.client(v4), type, random.nextInt(6), random.nextInt(), packet);
            return frame.toArray();
        }

        private void repair(byte[] packet, boolean v4) {
            int headerBytes = v4 ? 20 : 40;
            frame.fill(packet);
            var memory = frame.memory();
            int at = frame.offset();
            int tcp = at + headerBytes;
            int length = packet.length - headerBytes;
            long sum;
            if (v4) {
                Bytes.put16(memory, at + 10, 0);
                Bytes.put16(memory, at + 10, Checksum.finish(Checksum.add(0, memory, at, 20)));
                sum = Checksum.add(0, memory, at + 12, 8);
            } else {
                sum = Checksum.add(0, memory, at + 8, 32);
            }
            sum = Checksum.addShort(Checksum.addShort(sum, 6), length);
            Bytes.put16(memory, tcp + 16, 0);
            Bytes.put16(memory, tcp + 16, Checksum.finish(Checksum.add(sum, memory, tcp, length)));
            System.arraycopy(frame.toArray(), 0, packet, 0, packet.length);
        }

        private void live() throws SocketException {
            if (sockets.size() < 24) {
                try {
                    sockets.add(net.connect(random.nextBoolean(), options));
                } catch (SocketException e) {
                    assertThat(e.error()).as(what()).isEqualTo(SocketError.LIMIT_REACHED);
                }
            }
            for (var socket = listener.accept(); socket != null; socket = listener.accept()) {
                sockets.add(socket);
            }
        }

        private void use() {
            if (sockets.isEmpty()) {
                return;
            }
            int index = random.nextInt(sockets.size());
            var socket = sockets.get(index);
            switch (random.nextInt(60)) {
                case 0, 1 -> socket.shutdownOutput(net.now);
                case 2 -> socket.shutdownInput(net.now);
                case 3, 4, 5 -> {
                    socket.lingerNanos(random.nextInt(3) - 1L);
                    socket.close(net.now);
                    sockets.remove(index);
                }
                case 6 -> {
                    socket.abort(net.now);
                    sockets.remove(index);
                }
                case 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25 ->
                    net.write(socket, "some text that is written".repeat(random.nextInt(40)));
                default -> net.read(socket);
            }
        }

        /// Carries packets both ways, some of them lost, and lets time pass.
        private void exchange() {
            boolean moved = true;
            while (moved) {
                moved = carry(net.client, net.server);
                moved |= carry(net.server, net.client);
            }
            for (var stack : List.of(net.client, net.server)) {
                assertThat(Deadlines.due(net.now, stack.nextDeadline()))
                        .as(what())
                        .isFalse();
            }
            drain(net.client);
            drain(net.server);
            long next = Deadlines.earlier(net.client.nextDeadline(), net.server.nextDeadline());
            if (next != Deadlines.NONE && random.nextInt(3) == 0) {
                net.now = next;
            } else {
                net.now += random.nextInt(20_000_000);
            }
        }

        private boolean carry(Stack from, Stack to) {
            boolean moved = false;
            while (from.poll(net.now, net.frame)) {
                moved = true;
                remember(to == net.server ? corpus : fromServer, net.frame.toArray());
                if (random.nextInt(20) > 0) {
                    to.onFrame(net.now, net.frame);
                    fed += to == net.server ? 1 : 0;
                }
            }
            return moved;
        }

        private void remember(List<byte[]> packets, byte[] packet) {
            if (packets.size() < CORPUS_MAX) {
                packets.add(packet);
            } else {
                packets.set(random.nextInt(CORPUS_MAX), packet);
            }
        }

        private void drain(Stack stack) {
            while (stack.pollReady() != null || stack.pollReadyListener() != null) {
                // Nobody waits.
            }
        }

        private void finish() {
            assertThat(net.server.drops().total()).as(what()).isEqualTo(fed);
            // It was a life, not only noise.
            var tcp = net.server.tcpCounters();
            assertThat(tcp.get(TcpCounters.ESTABLISHED)).as(what()).isGreaterThan(steps / 500);
            assertThat(tcp.get(TcpCounters.BYTES_IN)).as(what()).isGreaterThan(steps);
            assertThat(tcp.get(TcpCounters.RETRANSMITS)).as(what()).isPositive();
            assertThat(tcp.get(TcpCounters.BYTES_OUT)).as(what()).isGreaterThan(steps);
            assertThat(tcp.get(TcpCounters.RESETS_IN)).as(what()).isPositive();
            assertThat(net.server.counters().get(StackCounters.ECHO_REPLIES))
                    .as(what())
                    .isPositive();
            listener.close(net.now);
            sockets.forEach(socket -> socket.abort(net.now));
            net.settle();
            // What was closed before and goes on by itself ends by its own time limits.
            net.run(3600 * Net.SECOND);
            net.assertEmpty();
        }

        private String what() {
            return "seed " + seed;
        }
    }
}
