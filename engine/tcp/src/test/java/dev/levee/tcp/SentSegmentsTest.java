package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The scoreboard against a list of plain objects that does the same slowly.
class SentSegmentsTest {
    /// Fewer where each mutant of the product runs them again.
    private static final int SEEDS = Integer.getInteger("levee.test.seeds", 300);

    private static final int STEPS = 400;

    private static final class Plain {
        int start;
        int end;
        boolean sacked;
        boolean lost;
        boolean again;
        long sentNanos;
    }

    private final List<Plain> model = new ArrayList<>();
    private final SentSegments sent = new SentSegments();
    private int next;
    private long now;

    @Test
    void doesWhatAListDoes() {
        for (long seed = 0; seed < SEEDS; seed++) {
            model.clear();
            sent.clear();
            // Sequence numbers wrap in the middle.
            next = -2000;
            var random = new Random(seed);
            for (int step = 0; step < STEPS; step++) {
                now += random.nextInt(3);
                step(random);
                compare("seed " + seed + " step " + step);
            }
        }
    }

    private void step(Random random) {
        int index = sent.isEmpty() ? 0 : sent.first() + random.nextInt(sent.count());
        int at = index - sent.first();
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> append(1 + random.nextInt(20));
            case 4 -> remove(random.nextInt(4));
            case 5 -> trim();
            case 6 -> lose(index, at);
            case 7 -> sack(index, at);
            case 8 -> again(index, at);
            case 9 -> split(index, at, random);
            case 10 -> splitLost(random);
            case 11 -> {
                if (random.nextInt(10) == 0) {
                    sent.forgetLost();
                    model.forEach(plain -> plain.lost = false);
                }
            }
            case 12 -> sackSome(index, random.nextInt(8));
            case 13, 14 -> cross(index, at);
            default -> {
                if (random.nextInt(20) == 0) {
                    sent.forgetSacked();
                    model.forEach(plain -> {
                        plain.lost |= plain.sacked;
                        plain.sacked = false;
                    });
                } else if (random.nextInt(20) == 0) {
                    sent.markAllLost();
                    model.forEach(plain -> plain.lost |= !plain.sacked);
                }
            }
        }
    }

    private void append(int bytes) {
        var plain = new Plain();
        plain.start = next;
        plain.end = next + bytes;
        plain.sentNanos = now;
        model.add(plain);
        sent.append(now, next, next + bytes, new DeliveryRate());
        next += bytes;
    }

    private void remove(int count) {
        for (int i = 0; i < count && !model.isEmpty(); i++) {
            model.removeFirst();
            sent.removeFirst();
        }
    }

    private void trim() {
        if (!model.isEmpty() && model.getFirst().end - model.getFirst().start > 1) {
            model.getFirst().start++;
            sent.trimFirst(model.getFirst().start);
        }
    }

    private void lose(int index, int at) {
        if (!model.isEmpty()) {
            sent.markLost(index);
            model.get(at).lost |= !model.get(at).sacked;
        }
    }

    private void sack(int index, int at) {
        if (!model.isEmpty() && !model.get(at).sacked) {
            sent.markSacked(index);
            model.get(at).sacked = true;
            model.get(at).lost = false;
        }
    }

    private void sackSome(int index, int count) {
        for (int i = index; i < index + count && i < sent.end(); i++) {
            sack(i, i - sent.first());
        }
    }

    /// To the end of the run of segments that the peer has.
    private void cross(int index, int at) {
        if (model.isEmpty() || !model.get(at).sacked) {
            return;
        }
        int end = at;
        while (end < model.size() && model.get(end).sacked) {
            end++;
        }
        assertThat(sent.afterSacked(index)).isEqualTo(sent.first() + end);
    }

    private void again(int index, int at) {
        if (!model.isEmpty() && !model.get(at).sacked) {
            sent.sentAgain(now, index, new DeliveryRate());
            var plain = model.get(at);
            plain.lost = false;
            plain.again = true;
            plain.sentNanos = now;
        }
    }

    private void split(int index, int at, Random random) {
        if (model.isEmpty() || model.get(at).end - model.get(at).start < 2) {
            return;
        }
        var plain = model.get(at);
        int bytes = 1 + random.nextInt(plain.end - plain.start - 1);
        var rest = new Plain();
        rest.start = plain.start + bytes;
        rest.end = plain.end;
        rest.sacked = plain.sacked;
        rest.lost = plain.lost;
        rest.again = plain.again;
        rest.sentNanos = plain.sentNanos;
        plain.end = rest.start;
        model.add(at + 1, rest);
        sent.split(index, bytes);
    }

    private void splitLost(Random random) {
        if (random.nextInt(4) != 0) {
            return;
        }
        int bytes = 1 + random.nextInt(8);
        int textEnd = next - random.nextInt(2);
        var cut = new ArrayList<Plain>();
        for (var plain : model) {
            for (; plain.lost && Math.min(plain.end, textEnd) - plain.start > bytes; plain.start += bytes) {
                var piece = new Plain();
                piece.start = plain.start;
                piece.end = plain.start + bytes;
                piece.lost = true;
                piece.again = plain.again;
                piece.sentNanos = plain.sentNanos;
                cut.add(piece);
            }
            cut.add(plain);
        }
        model.clear();
        model.addAll(cut);
        sent.splitLost(bytes, textEnd);
    }

    private void compare(String when) {
        assertThat(sent.count()).as(when).isEqualTo(model.size());
        int flight = 0;
        int lost = 0;
        int sacked = 0;
        int again = 0;
        int firstLost = SentSegments.NONE;
        for (int i = 0; i < model.size(); i++) {
            var plain = model.get(i);
            int index = sent.first() + i;
            int length = plain.end - plain.start;
            assertThat(sent.startSeq(index)).as(when).isEqualTo(plain.start);
            assertThat(sent.endSeq(index)).as(when).isEqualTo(plain.end);
            assertThat(sent.sacked(index)).as(when).isEqualTo(plain.sacked);
            assertThat(sent.lost(index)).as(when).isEqualTo(plain.lost);
            assertThat(sent.retransmitted(index)).as(when).isEqualTo(plain.again);
            assertThat(sent.sentNanos(index)).as(when).isEqualTo(plain.sentNanos);
            assertThat(sent.find(plain.start)).as(when).isEqualTo(index);
            assertThat(sent.find(plain.end - 1)).as(when).isEqualTo(index);
            flight += plain.sacked || plain.lost ? 0 : length;
            lost += plain.lost ? length : 0;
            sacked += plain.sacked ? length : 0;
            again += plain.again && !plain.sacked && !plain.lost ? 1 : 0;
            firstLost = plain.lost && firstLost == SentSegments.NONE ? index : firstLost;
        }
        assertThat(sent.inFlightBytes()).as(when).isEqualTo(flight);
        assertThat(sent.lostBytes()).as(when).isEqualTo(lost);
        assertThat(sent.sackedBytes()).as(when).isEqualTo(sacked);
        assertThat(sent.retransmittedCount()).as(when).isEqualTo(again);
        assertThat(sent.firstLost()).as(when).isEqualTo(firstLost);
        assertThat(linked()).as(when).isEqualTo(underWay());
    }

    private List<Integer> linked() {
        var all = new ArrayList<Integer>();
        for (int index = sent.oldest(); index != SentSegments.NONE; index = sent.sentAfter(index)) {
            all.add(index);
        }
        all.sort(Integer::compare);
        return all;
    }

    private List<Integer> underWay() {
        var all = new ArrayList<Integer>();
        for (int i = 0; i < model.size(); i++) {
            if (!model.get(i).sacked && !model.get(i).lost) {
                all.add(sent.first() + i);
            }
        }
        return all;
    }

    @Test
    void theLongestUnderWayComesFirst() {
        for (int i = 0; i < 40; i++) {
            sent.append(i, i, i + 1, new DeliveryRate());
        }
        sent.markLost(sent.first() + 3);
        sent.sentAgain(100, sent.first() + 3, new DeliveryRate());
        sent.sentAgain(101, sent.first(), new DeliveryRate());
        var times = new ArrayList<Long>();
        for (int index = sent.oldest(); index != SentSegments.NONE; index = sent.sentAfter(index)) {
            times.add(sent.sentNanos(index));
        }
        assertThat(times).hasSize(40).isSorted();
    }
}
