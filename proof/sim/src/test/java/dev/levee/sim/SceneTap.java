package dev.levee.sim;

import dev.levee.sim.Ladder.Side;
import dev.levee.wire.CaptureDirection;
import dev.levee.wire.Frame;
import org.jspecify.annotations.Nullable;

/// Captures what two hosts send and receive into a [Scene], and tells it the states of one connection.
///
/// Threads: the simulation's.
final class SceneTap implements Tap {
    private final Scene scene;
    private final SimHost left;
    private final StateWatch leftStates;
    private final @Nullable StateWatch rightStates;

    /// @param right null: somebody else captures there
    SceneTap(Scene scene, SimHost left, @Nullable SimHost right) {
        this.scene = scene;
        this.left = left;
        leftStates = new StateWatch(left, _ -> true);
        rightStates = right == null ? null : new StateWatch(right, _ -> true);
    }

    /// The states now; once before the first packet.
    void look(long nowNanos) {
        look(nowNanos, Side.LEFT);
        if (rightStates != null) {
            look(nowNanos, Side.RIGHT);
        }
    }

    private void look(long nowNanos, Side side) {
        if (side == Side.LEFT) {
            scene.state(nowNanos, side, leftStates.state(Pair.CLIENT_PORT, Pair.SERVER_PORT));
        } else if (rightStates != null) {
            scene.state(nowNanos, side, rightStates.state(Pair.SERVER_PORT, Pair.CLIENT_PORT));
        }
    }

    private Side side(SimHost host) {
        return host == left ? Side.LEFT : Side.RIGHT;
    }

    @Override
    public void sent(long nowNanos, SimHost from, @Nullable SimHost to, Frame packet, int copies) {
        scene.captured(nowNanos, side(from), CaptureDirection.OUTBOUND, packet);
        look(nowNanos, side(from));
    }

    @Override
    public void arrived(long nowNanos, SimHost from, SimHost to, Frame packet) {
        injected(nowNanos, to, packet);
    }

    @Override
    public void injected(long nowNanos, SimHost to, Frame packet) {
        scene.captured(nowNanos, side(to), CaptureDirection.INBOUND, packet);
        look(nowNanos, side(to));
    }

    @Override
    public void settled(long nowNanos, SimHost host) {
        look(nowNanos, side(host));
    }
}
