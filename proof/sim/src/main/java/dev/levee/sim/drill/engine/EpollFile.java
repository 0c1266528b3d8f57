package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A set of files that `epoll_wait` looks at, level-triggered or edge-triggered.
///
/// An edge is what would wake a waiting reader or writer, not a change of readiness: octets that arrive behind
/// unread ones are an edge too.
///
/// Threads: the run's.
final class EpollFile implements OpenFile {
    private static final int EDGE = 1 << 31;
    private static final int ONE_SHOT = 1 << 30;
    private static final int FLAGS = 0xf << 28;

    private final Map<OpenFile, Watch> watched = new LinkedHashMap<>();

    /// One file, and what is wanted of it.
    private static final class Watch {
        private final OpenFile file;
        private final int descriptor;
        private int events;
        private long data;
        private boolean fresh;
        private boolean disabled;
        private int readWakes;
        private int writeWakes;

        Watch(OpenFile file, int descriptor) {
            this.file = file;
            this.descriptor = descriptor;
        }

        void want(int wanted, long tag) {
            events = wanted;
            data = tag;
            fresh = true;
            disabled = false;
        }

        int ready() {
            return disabled ? 0 : file.events() & (events & ~FLAGS | PollEvents.ERR | PollEvents.HUP);
        }

        /// Whether something has happened since it was last reported.
        boolean edge() {
            if (!(file instanceof SocketFile socket)) {
                return true;
            }
            boolean read = (events & (PollEvents.IN | PollEvents.PRI | PollEvents.RDNORM | PollEvents.RDHUP)) != 0;
            boolean write = (events & (PollEvents.OUT | PollEvents.WRNORM)) != 0;
            return fresh || (read && socket.readWakes() != readWakes) || (write && socket.writeWakes() != writeWakes);
        }

        void reported() {
            fresh = false;
            if (file instanceof SocketFile socket) {
                readWakes = socket.readWakes();
                writeWakes = socket.writeWakes();
            }
            disabled = (events & ONE_SHOT) != 0;
        }
    }

    /// @return false when it is watched already
    boolean add(OpenFile file, int descriptor, int events, long data) {
        if (watched.containsKey(file)) {
            return false;
        }
        var watch = new Watch(file, descriptor);
        watch.want(events, data);
        watched.put(file, watch);
        return true;
    }

    /// @return false when it is not watched
    boolean modify(OpenFile file, int events, long data) {
        var watch = watched.get(file);
        if (watch != null) {
            watch.want(events, data);
        }
        return watch != null;
    }

    /// @return false when it is not watched
    boolean forget(OpenFile file) {
        return watched.remove(file) != null;
    }

    /// What is ready now, at most `max`; it counts as told.
    List<Result.Ready> take(int max) {
        var ready = new ArrayList<Result.Ready>();
        for (var watch : watched.values()) {
            int events = watch.ready();
            boolean edgeMissing = (watch.events & EDGE) != 0 && !watch.edge();
            if (events != 0 && !edgeMissing && ready.size() < max) {
                ready.add(new Result.Ready(watch.descriptor, events, watch.data));
                watch.reported();
            }
        }
        return ready;
    }

    @Override
    public int events() {
        for (var watch : watched.values()) {
            if (watch.ready() != 0) {
                return PollEvents.IN | PollEvents.RDNORM;
            }
        }
        return 0;
    }
}
