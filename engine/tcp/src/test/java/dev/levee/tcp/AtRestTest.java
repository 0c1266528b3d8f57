package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A connection at rest asks, answers and hears without its control block, and nobody can tell.
class AtRestTest {
    private static final long IDLE = 10 * Wire.SECOND;
    private static final long INTERVAL = 3 * Wire.SECOND;

    private final Frame frame = FrameSlab.single(65_535);

    private static TcpConfigBuilder settings() {
        return Wire.plain()
                .restNanos(Wire.SECOND)
                .keepAlive(true)
                .keepAliveIdleNanos(IDLE)
                .keepAliveIntervalNanos(INTERVAL)
                .keepAliveProbes(3)
                .challengeAcksPerSecond(1);
    }

    private static Wire open(TcpConfig config, boolean stamped) {
        var wire = Wire.active(config);
        wire.drain();
        wire.receive("SA", 0, 1, w -> {
            w.mss(1000).sackPermitted();
            if (stamped) {
                w.timestamps(1_000, 5_000);
            }
        });
        wire.drain();
        return wire;
    }

    /// At rest, its first probe answered already, and packed.
    private static Wire atRest(TcpConfig config) {
        var wire = open(config, false);
        wire.write("hello").drain();
        wire.at(Wire.MILLI).receive("A", 1, 6).drain();
        wire.connection.takeEvents();
        wire.at(2 * Wire.SECOND).nothing();
        wire.connection.takeEvents();
        wire.connection.retractSend();
        wire.connection.rest();
        if (config.keepAlive()) {
            // The timer is lazy.
            wire.toDeadline().nothing();
        }
        assertThat(wire.connection.alone())
                .as("packed, and needs no control block")
                .isTrue();
        return wire;
    }

    private static long rests(Wire wire) {
        return wire.count(TcpCounters.RESTS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 50})
    @Rfc("9293:3.8.4")
    void asksAndHearsWithoutWaking(int times) {
        var wire = atRest(settings().build());
        long rests = rests(wire);
        for (int i = 0; i < times; i++) {
            wire.toDeadline().expect("A", 5, 0, 1);
            wire.connection.rest();
            wire.receive("A", 1, 6).nothing();
            assertThat(wire.connection.nextDeadline()).isEqualTo(wire.now + IDLE);
        }
        assertThat(rests(wire)).isEqualTo(rests);
        assertThat(wire.count(TcpCounters.KEEP_ALIVE_PROBES)).isEqualTo(times);
    }

    /// Also where the last that was heard was text.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answersWithoutWaking(boolean text) {
        var wire = atRest(settings().keepAlive(false).build());
        if (text) {
            wire.receive("PA", 1, 6, 65_535, "text").toDeadline().drain();
            wire.read(4);
            wire.at(2 * Wire.SECOND).nothing();
            wire.connection.takeEvents();
            wire.connection.rest();
        }
        int next = text ? 5 : 1;
        long rests = rests(wire);
        for (int i = 0; i < 50; i++) {
            wire.at(2 * Wire.SECOND).receive("A", next - 1, 6).expect("A", 6, 0, next);
            wire.connection.rest();
        }
        assertThat(rests(wire)).isEqualTo(rests);
        assertThat(wire.connection.info(wire.now).sending().segments()).isGreaterThan(50);
    }

    /// What is counted at rest is counted in few bits.
    @Test
    void countsAreNotLostHoweverOftenTheyAsk() {
        var wire = atRest(settings().keepAlive(false).build());
        long out = wire.connection.info(wire.now).sending().segments();
        long in = wire.connection.info(wire.now).receiving().segments();
        for (int i = 0; i < 1_000; i++) {
            wire.at(2 * Wire.SECOND).receive("A", 0, 6).expect("A", 6, 0, 1);
            wire.receive("A", 1, 6).nothing();
            wire.connection.rest();
        }
        assertThat(wire.connection.info(wire.now).sending().segments()).isEqualTo(out + 1_000);
        assertThat(wire.connection.info(wire.now).receiving().segments()).isEqualTo(in + 2_000);
    }

    @Test
    @Rfc("9293:3.8.4")
    void whoDoesNotAnswerIsGivenUp() {
        var wire = atRest(settings().build());
        long heard = wire.connection.nextDeadline() - IDLE;
        for (int i = 0; i < 3; i++) {
            wire.toDeadline().expect("A", 5, 0, 1);
            wire.connection.rest();
        }
        wire.toDeadline().expect("RA", 6, 0, 1);
        assertThat(wire.now - heard).isEqualTo(IDLE + 3 * INTERVAL);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.KEEP_ALIVE, 0));
    }

    /// Probes and answers are not counted in more bits than a byte has.
    @Test
    void countsAreNotLostHoweverOftenItAsks() {
        var wire = atRest(settings().keepAliveProbes(120).build());
        long out = wire.connection.info(wire.now).sending().segments();
        for (int i = 0; i < 200; i++) {
            wire.toDeadline().drain();
            if (i == 100) {
                wire.receive("A", 1, 6).toDeadline().drain();
            }
            wire.connection.rest();
        }
        assertThat(wire.connection.info(wire.now).sending().segments()).isEqualTo(out + 201);
    }

    /// RFC 5961 §7: the first answer of a period is one of those that the period has, whoever gave it.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 10})
    @Rfc("5961:7")
    void asManyQuestionsAreAnsweredAsAwake(int average) {
        var config = settings().keepAlive(false).challengeAcksPerSecond(average).build();
        var resting = atRest(config);
        var awake = atRest(config);
        awake.connection.noDelay(awake.now, true);
        int answered = 0;
        for (int i = 0; i < 2 * average; i++) {
            resting.at(Wire.MILLI).receive("A", 0, 6);
            awake.at(Wire.MILLI).receive("A", 0, 6);
            int answers = resting.drain().size();
            assertThat(answers).isEqualTo(awake.drain().size());
            answered += answers;
            resting.connection.rest();
        }
        assertThat(answered).isBetween(Math.max(1, average / 2), average + average / 2);
    }

    @RepeatedTest(400)
    void nothingCanTellOneAtRestFromOneThatIsAwake(RepetitionInfo repetition) throws IllegalAccessException {
        compare(repetition.getCurrentRepetition());
    }

    @Test
    void theOneOfTheTwoRestsIndeed() throws IllegalAccessException {
        int steps = 0;
        for (int seed = 1; seed <= 20; seed++) {
            steps += compare(seed);
        }
        assertThat(steps).as("of 2,400 at most").isGreaterThan(200);
    }

    /// The same things happen to a connection that rests whenever it can and to one that never does.
    ///
    /// @return after how many steps the one needed no control block
    private int compare(int seed) throws IllegalAccessException {
        var random = new Random(seed);
        int alone = 0;
        boolean stamped = random.nextBoolean();
        var config = settings().timestamps(stamped).windowScaling(random.nextBoolean());
        if (random.nextInt(4) == 0) {
            config.userTimeoutNanos(Wire.SECOND * (1 + random.nextInt(20)));
        }
        if (random.nextInt(8) == 0) {
            config.keepAliveOctet(true);
        }
        if (random.nextInt(8) == 0) {
            config.keepAliveIdleNanos(2 * Wire.SECOND);
        }
        if (random.nextInt(8) == 0) {
            config.windowStepAlways(true);
        }
        if (random.nextInt(8) == 0) {
            config.quickAcks(1 + random.nextInt(20));
        }
        var resting = open(config.build(), stamped);
        var awake = open(config.build(), stamped);
        var peer = new Peer(random, stamped, config);
        for (int step = 0; step < 120; step++) {
            peer.decides();
            assertThat(peer.does(resting)).as("step " + step + ": " + peer).isEqualTo(peer.does(awake));
            same(resting, awake);
            resting.connection.rest();
            alone += resting.connection.alone() ? 1 : 0;
            if (random.nextInt(4) == 0) {
                same(resting, awake);
            }
            if (awake.connection.state() == TcpState.CLOSED) {
                break;
            }
            peer.follows(awake);
        }
        assertThat(PackedTcbTest.all(resting.connection.awake()))
                .isEqualTo(PackedTcbTest.all(awake.connection.awake()));
        for (var counter : TcpCounters.values()) {
            if (counter != TcpCounters.RESTS) {
                assertThat(resting.count(counter)).as(counter.name()).isEqualTo(awake.count(counter));
            }
        }
        return alone;
    }

    private static void same(Wire resting, Wire awake) {
        var one = resting.connection;
        var other = awake.connection;
        assertThat(one.state()).isEqualTo(other.state());
        assertThat(one.nextDeadline()).isEqualTo(other.nextDeadline());
        assertThat(one.sndUna()).isEqualTo(other.sndUna());
        int events = one.takeEvents();
        assertThat(events).isEqualTo(other.takeEvents());
        if ((events & TcpEvents.RESTING) != 0) {
            one.retractSend();
            other.retractSend();
        }
        assertThat(one.info(resting.now)).isEqualTo(other.info(awake.now));
    }

    /// Whoever is at the other end, and the user.
    private final class Peer {
        private final Random random;
        private final boolean stamped;
        private final TcpConfigBuilder config;
        private int what;
        private int bufferBytes;
        private long pause;
        private int tsVal = 2_000;
        private int window = 60_000;
        private int seq = 1;
        private int ack = 1;

        Peer(Random random, boolean stamped, TcpConfigBuilder config) {
            this.random = random;
            this.config = config;
            this.stamped = stamped;
        }

        void decides() {
            what = random.nextInt(43);
            if (what >= 38 && what < 40 && random.nextInt(8) != 0) {
                // Much more happens to it before it ends.
                what = random.nextInt(20);
            }
            pause = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> random.nextLong(Wire.SECOND);
                case 2 -> random.nextLong(4 * Wire.SECOND);
                default -> -1;
            };
            tsVal += random.nextInt(50);
            bufferBytes = 20_000 << random.nextInt(4);
            if (what == 20) {
                window = 30_000 + random.nextInt(30_000);
            }
        }

        /// @return all packets sent meanwhile
        List<String> does(Wire wire) {
            var sent = new ArrayList<String>();
            long end = pause >= 0 ? wire.now + pause : wire.connection.nextDeadline();
            end = end == Deadlines.NONE ? wire.now : end;
            while (wire.connection.nextDeadline() != Deadlines.NONE && wire.connection.nextDeadline() - end < 0) {
                wire.now = wire.connection.nextDeadline();
                drain(wire, sent);
            }
            wire.now = end;
            if (what % 2 == 0) {
                drain(wire, sent);
            }
            acts(wire, sent);
            drain(wire, sent);
            return sent;
        }

        private void acts(Wire wire, List<String> sent) {
            if (what < 8) {
                speaks(wire, "A", seq - 1, ack, "");
            } else if (what < 18) {
                speaks(wire, "A", seq, ack, "");
            } else if (what < 21) {
                speaks(wire, "A", seq, ack, "");
                speaks(wire, "A", seq - 1, ack, "");
            } else if (what == 21) {
                speaks(wire, "PA", seq, ack, "text");
                wire.read(10);
            } else if (what == 22 && wire.connection.sendRoom() > 3) {
                wire.write("text");
            } else if (what == 23) {
                speaks(wire, "A", seq, ack - 1, "");
            } else if (what == 24) {
                speaks(wire, "A", seq - 1, ack - 1, "");
            } else if (what == 25) {
                wire.receive("A", seq, ack, window, "");
            } else if (what == 26) {
                wire.receive("A", seq, ack, window, "", w -> w.timestamps(tsVal - 5_000, 0));
            } else if (what == 27) {
                // In the window, or from its edge.
                speaks(wire, "A", seq + (tsVal % 2 == 0 ? 1 : wire.connection.rcvWnd()), ack, "");
            } else if (what == 28) {
                speaks(wire, "R", seq + 1, ack, "");
            } else if (what == 29) {
                speaks(wire, "PA", seq - 1, ack, "x");
            } else if (what == 30) {
                speaks(wire, "UA", seq - 1, ack, "");
            } else if (what == 31) {
                wire.connection.noDelay(wire.now, true);
            } else if (what >= 32 && what < 36) {
                speaks(wire, List.of("FA", "SA", "RA", "PA").get(what - 32), seq - 1, ack, "");
            } else if (what == 36) {
                speaks(wire, "UA", seq, ack, "");
            } else if (what == 37) {
                speaks(wire, "A", seq - 1, ack, "");
                speaks(wire, "PA", seq, ack, "text");
                wire.read(10);
            } else if (what == 39) {
                speaks(wire, "FA", seq, ack, "");
            } else {
                uses(wire, sent);
            }
        }

        /// What the user does.
        private void uses(Wire wire, List<String> sent) {
            if (what == 38) {
                wire.connection.closeSend(wire.now);
            } else if (what == 40) {
                wire.connection.configure(
                        wire.now, config.receiveBufferBytes(bufferBytes).build());
            } else if (what == 41) {
                // It is read after its acknowledgement has gone out.
                speaks(wire, "PA", seq, ack, "text");
                wire.at(Wire.SECOND);
                drain(wire, sent);
                wire.read(10);
            } else if (what == 42) {
                wire.read(10);
            }
        }

        private void speaks(Wire wire, String flags, int seq, int ack, String text) {
            wire.receive(flags, seq, ack, window, text, w -> {
                if (stamped) {
                    w.timestamps(tsVal, 1);
                }
            });
        }

        private void drain(Wire wire, List<String> sent) {
            while (wire.connection.poll(wire.now, frame)) {
                sent.add(HexFormat.of().formatHex(frame.toArray()));
            }
            assertThat(wire.connection.nextDeadline() == Deadlines.NONE
                            || wire.connection.nextDeadline() - wire.now > 0)
                    .isTrue();
        }

        /// Where both ends are now.
        void follows(Wire wire) {
            seq = wire.connection.rcvNxt() - Wire.PEER_ISS;
            ack = wire.connection.sndNxt() - Wire.ISS;
        }

        @Override
        public String toString() {
            return "what " + what + ", pause " + pause;
        }
    }
}
