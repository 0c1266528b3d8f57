package dev.levee.stack;

import org.jspecify.annotations.Nullable;

/// Neighbours in the order in which they came. Each stands in one list at most.
///
/// Threads: shard.
final class NeighbourList {
    private @Nullable Neighbour head;
    private @Nullable Neighbour tail;
    private int size;

    int size() {
        return size;
    }

    @Nullable
    Neighbour first() {
        return head;
    }

    void addLast(Neighbour neighbour) {
        assert neighbour.list == null : "a neighbour stands in one list";
        neighbour.list = this;
        var last = tail;
        neighbour.previous = last;
        if (last == null) {
            head = neighbour;
        } else {
            last.next = neighbour;
        }
        tail = neighbour;
        size++;
    }

    /// Takes a neighbour out of the list that it stands in, if any.
    static void leave(Neighbour neighbour) {
        var list = neighbour.list;
        if (list != null) {
            list.remove(neighbour);
        }
    }

    private void remove(Neighbour neighbour) {
        var before = neighbour.previous;
        var after = neighbour.next;
        if (before == null) {
            head = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            tail = before;
        } else {
            after.previous = before;
        }
        neighbour.previous = null;
        neighbour.next = null;
        neighbour.list = null;
        size--;
    }
}
