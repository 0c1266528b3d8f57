package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.SipHash;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LongRepliesTest {
    private final Frame out = FrameSlab.single(9_000);
    private int asked;

    /// A long echo request makes frames of 64 KiB; where the machine has no memory for them, it is left without an
    /// answer, and nothing else happens.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 7})
    void aMachineThatGivesNoMemoryCostsLongAnswersAndNothingElse(int frames) {
        var replies = new LongReplies(9_000, new SipHash(1, 2), new StackCounters.Row(), () -> {
            if (asked++ == frames) {
                throw new OutOfMemoryError("the machine's");
            }
            return FrameSlab.single(9_000);
        });
        int sent = 0;
        for (int round = 0; round < 20; round++) {
            int waiting = 0;
            while (!replies.full()) {
                replies.next().fill(new byte[] {0x45, (byte) round, (byte) waiting++});
                replies.added();
            }
            assertThat(waiting).isEqualTo(frames);
            for (int i = 0; i < waiting; i++) {
                assertThat(replies.poll(out)).isTrue();
                assertThat(out.toArray()).containsExactly(0x45, round, i);
                sent++;
            }
            assertThat(replies.isEmpty()).isTrue();
            assertThat(replies.poll(out)).isFalse();
        }
        assertThat(sent).isEqualTo(20 * frames);
        assertThat(asked).as("asked for once more than there is").isEqualTo(frames + 1);
    }

    /// The frames are made as they are needed: one answer at a time never needs the second before the first is used
    /// again.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void whatIsSentOneByOneGoesOnWhenMemoryEndsMeanwhile(int frames) {
        var replies = new LongReplies(9_000, new SipHash(1, 2), new StackCounters.Row(), () -> {
            if (asked++ == frames) {
                throw new OutOfMemoryError("the machine's");
            }
            return FrameSlab.single(9_000);
        });
        for (int i = 0; i < 30; i++) {
            assertThat(replies.full()).isFalse();
            replies.next().fill(new byte[] {0x45, (byte) i});
            replies.added();
            assertThat(replies.poll(out)).isTrue();
            assertThat(out.toArray()).containsExactly(0x45, i);
        }
        assertThat(asked).isEqualTo(frames + 1);
    }
}
