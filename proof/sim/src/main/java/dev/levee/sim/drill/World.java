package dev.levee.sim.drill;

import dev.levee.sim.drill.system.Target;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The target and its time, the packets that it sent and that nobody has looked at yet.
final class World {
    private static final int PACKET_BYTES_MAX = 65_535;

    private final Target target;
    private final List<Packet> unread = new ArrayList<>();
    private @Nullable Frame frame;

    World(Target target) {
        this.target = target;
    }

    Target target() {
        return target;
    }

    long nowNanos() {
        return target.nowNanos();
    }

    /// Lets time pass until `untilNanos`; packets that are sent meanwhile are kept.
    void pass(long untilNanos) {
        while (read(untilNanos)) {
            // Until nothing more comes.
        }
    }

    private boolean read(long untilNanos) {
        var sent = target.next(untilNanos);
        if (sent == null) {
            return false;
        }
        unread.add(Packet.read(sent.nanos(), sent.packet()));
        return true;
    }

    /// The oldest unread packet that is wanted, waited for until `untilNanos`. Others before it are forgotten,
    /// unless they are to be kept.
    ///
    /// @return null when there was none
    @Nullable
    Packet take(Predicate<Packet> wanted, Predicate<Packet> kept, long untilNanos) {
        int at = 0;
        while (true) {
            while (at < unread.size()) {
                var packet = unread.get(at);
                if (wanted.test(packet)) {
                    unread.remove(at);
                    return packet;
                }
                if (kept.test(packet)) {
                    at++;
                } else {
                    unread.remove(at);
                }
            }
            if (!read(untilNanos)) {
                return null;
            }
        }
    }

    /// Packets that nobody has looked at.
    List<Packet> unread() {
        return unread;
    }

    void inject(byte[] packet) {
        var into = frame;
        if (into == null || into.capacity() < packet.length) {
            into = FrameSlab.single(packet.length <= 1_500 ? 1_500 : PACKET_BYTES_MAX);
            frame = into;
        }
        into.fill(packet);
        target.inject(into);
    }
}
