package dev.levee.wire;

/// A fixed row of frames of which the first `count` hold packets: what links receive into and transmit from.
///
/// Threads: one owner.
public final class FrameBatch {
    private final Frame[] frames;
    private int count;

    /// Takes `capacity` frames from a slab, for good.
    public FrameBatch(FrameSlab slab, int capacity) {
        frames = new Frame[capacity];
        for (int i = 0; i < capacity; i++) {
            frames[i] = slab.take();
        }
    }

    public int capacity() {
        return frames.length;
    }

    public int count() {
        return count;
    }

    public boolean full() {
        return count == frames.length;
    }

    /// The frame at `index`, filled or not.
    public Frame get(int index) {
        return frames[index];
    }

    /// The first frame that holds no packet yet; [#added] makes it count. Not to be called on a full batch.
    public Frame next() {
        return frames[count];
    }

    /// Counts the frame that [#next] gave.
    public void added() {
        count++;
    }

    public void clear() {
        count = 0;
    }

    /// Forgets the first `sent` packets and moves the rest to the front, in order: what a link did not take is
    /// kept.
    public void removeFirst(int sent) {
        for (int i = sent; i < count; i++) {
            var kept = frames[i];
            frames[i] = frames[i - sent];
            frames[i - sent] = kept;
        }
        count -= sent;
    }
}
