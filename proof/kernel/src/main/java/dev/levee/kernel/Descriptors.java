package dev.levee.kernel;

import java.util.ArrayList;
import java.util.List;

/// The script's process has descriptors of its own: 0 to 2 are taken, and a new one is the lowest that is free.
/// Behind each stands one of this process.
///
/// Threads: the caller and its owner, never at once.
final class Descriptors {
    private static final int FIRST = 3;
    /// No process has so many: any call answers EBADF.
    private static final int NONE = 0x3fff_ffff;

    private static final int FREE = -1;

    private final List<Integer> real = new ArrayList<>();

    /// Gives a descriptor of this process the script's number.
    int add(long descriptor) {
        int slot = real.indexOf(FREE);
        if (slot < 0) {
            slot = real.size();
            real.add((int) descriptor);
        } else {
            real.set(slot, (int) descriptor);
        }
        return FIRST + slot;
    }

    /// The descriptor of this process; negative numbers stay what they are.
    int real(long number) {
        if (number < 0) {
            return (int) number;
        }
        long slot = number - FIRST;
        return slot >= 0 && slot < real.size() && real.get((int) slot) != FREE ? real.get((int) slot) : NONE;
    }

    void remove(long number) {
        if (real(number) != NONE) {
            real.set((int) number - FIRST, FREE);
        }
    }

    /// All that are open.
    List<Integer> all() {
        return real.stream().filter(descriptor -> descriptor != FREE).toList();
    }
}
