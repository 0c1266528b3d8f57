package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswersTest {
    private final Frame frame = FrameSlab.single(1_500);
    private final SegmentWriter writer = new SegmentWriter();
    private final Answers answers = new Answers(7);

    private void answer(String from, String to, int port, int ack) {
        var source = IpAddress.parse(from);
        var target = IpAddress.parse(to);
        writer.reset()
                .addresses(source.high(), source.low(), target.high(), target.low())
                .ports(80, port)
                .seq(1)
                .ack(ack)
                .flags(TcpFlags.SYN | TcpFlags.ACK)
                .window(1_000)
                .begin(frame);
        writer.finish(frame, 0);
        answers.add(frame);
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.0.2 198.19.1.", "2001:db8::2 2001:db8:f::1"})
    void whatComesAgainForTheSameIsNoFurtherAnswer(String addresses) {
        var words = addresses.split(" ", -1);
        for (int again = 0; again < 3; again++) {
            for (int host = 1; host <= 20; host++) {
                for (int port = 1_000; port < 1_020; port++) {
                    answer(words[0], words[1] + host, port, port + host);
                    answer(words[0], words[1] + host, port, port + host + 1);
                }
            }
        }
        assertThat(answers.count()).isEqualTo(800);
    }

    @Test
    void eachServerAnswersForItself() {
        for (int again = 0; again < 2; again++) {
            for (int server = 1; server <= 50; server++) {
                answer("198.18.0." + server, "198.19.0.1", 1_000, 7);
            }
        }
        assertThat(answers.count()).isEqualTo(50);
    }

    /// As many as the documentation says are mistaken, and no more: a million have 1 to 18,000 for each at
    /// the end.
    @Test
    void hardlyAnyIsTakenForAnother() {
        for (int i = 0; i < 1_000_000; i++) {
            answer("198.18.0.2", "198.19.0.1", i & 0xffff, i);
        }
        assertThat(answers.count()).isBetween(999_950L, 1_000_000L);
    }

    /// RFC 9293 §3.10.7.1: a RST has the sequence number that was acknowledged, and no ACK.
    @Test
    void resetsAnswerDifferentAcknowledgements() {
        for (int number = 0; number < 100; number++) {
            for (int again = 0; again < 2; again++) {
                writer.reset()
                        .addresses(0, 1, 0, 2)
                        .ports(80, 1_000)
                        .seq(number)
                        .flags(TcpFlags.RST)
                        .begin(frame);
                writer.finish(frame, 0);
                answers.add(frame);
            }
        }
        assertThat(answers.count()).isEqualTo(100);
    }

    @Test
    void whatIsNoTcpIsNoAnswer() {
        frame.fill(new byte[] {0x45, 0, 0, 20, 0, 0, 0, 0, 64, 1, 0, 0, (byte) 198, 18, 0, 2, (byte) 198, 19, 0, 1});
        answers.add(frame);
        frame.fill(new byte[] {1, 2, 3});
        answers.add(frame);
        assertThat(answers.count()).isZero();
    }
}
