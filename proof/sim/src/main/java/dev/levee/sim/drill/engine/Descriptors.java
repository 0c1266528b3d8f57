package dev.levee.sim.drill.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A process's open files by number: the lowest free one is the next, and 0 to 2 are taken.
///
/// Threads: the run's.
final class Descriptors {
    private static final int FIRST = 3;

    private final List<@Nullable OpenFile> files = new ArrayList<>();

    int open(OpenFile file) {
        int index = files.indexOf(null);
        if (index < 0) {
            files.add(file);
            index = files.size() - 1;
        } else {
            files.set(index, file);
        }
        return index + FIRST;
    }

    @Nullable
    OpenFile find(int descriptor) {
        int index = descriptor - FIRST;
        return index >= 0 && index < files.size() ? files.get(index) : null;
    }

    void close(int descriptor) {
        files.set(descriptor - FIRST, null);
    }

    /// Every open file.
    List<OpenFile> all() {
        var open = new ArrayList<OpenFile>();
        for (var file : files) {
            if (file != null) {
                open.add(file);
            }
        }
        return open;
    }
}
