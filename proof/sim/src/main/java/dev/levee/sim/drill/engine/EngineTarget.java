package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.PendingCall;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Setup;
import dev.levee.sim.drill.system.Target;
import dev.levee.sim.drill.system.TargetFactory;
import dev.levee.tcp.Deadlines;
import dev.levee.tcp.FastOpenCookies;
import dev.levee.wire.Frame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// This project's own engine in virtual time, behind the socket calls of the system that a script was written
/// for.
///
/// The calls' rules of errors and blocking are here; what connections, listeners and buffers do is the
/// engine's. What the engine lacks is said by name, or shows in its packets.
///
/// Threads: the run's.
public final class EngineTarget implements Target {
    private final Machine machine;
    private final Settings settings;
    private final Calls calls;
    private final ConnectionInfo info;
    private @Nullable EngineCall underWay;

    private EngineTarget(Setup setup) {
        machine = new Machine(setup.local(), setup.mtu());
        settings = new Settings(setup.profile());
        cookies().pauseNanos(settings.fastOpenPauseNanos);
        var descriptors = new Descriptors();
        calls = new Calls(setup, machine, settings, descriptors);
        info = new ConnectionInfo(setup.platform(), machine, descriptors);
    }

    /// Makes targets.
    public static TargetFactory factory() {
        return EngineTarget::new;
    }

    @Override
    public void start() {
        // Virtual time begins by itself.
    }

    @Override
    public long nowNanos() {
        return machine.nowNanos();
    }

    @Override
    public @Nullable Sent next(long untilNanos) {
        while (!machine.hasSent()) {
            long deadlineNanos = Deadlines.earlier(machine.nextDeadline(), callDeadline());
            if (deadlineNanos > untilNanos) {
                machine.advanceTo(untilNanos);
                break;
            }
            machine.advanceTo(deadlineNanos);
            settle();
        }
        return machine.pollSent();
    }

    private long callDeadline() {
        return underWay == null ? Deadlines.NONE : underWay.deadlineNanos();
    }

    @Override
    public void inject(Frame packet) {
        machine.receive(packet);
        settle();
    }

    @Override
    public PendingCall begin(Request request) {
        var call = calls.begin(request);
        underWay = call;
        call.retry(machine.nowNanos());
        settle();
        return call;
    }

    /// What is due is sent, and a call that waited is tried again, until nothing moves.
    private void settle() {
        machine.settle();
        var call = underWay;
        if (call == null) {
            return;
        }
        call.retry(machine.nowNanos());
        if (call.result() != null) {
            underWay = null;
        }
        machine.settle();
    }

    @Override
    public Setting set(String name, String value) {
        long pauseBefore = settings.fastOpenPauseNanos;
        var became = settings.set(name, value);
        if (settings.fastOpenPauseNanos != pauseBefore) {
            cookies().pauseNanos(settings.fastOpenPauseNanos);
        }
        return became;
    }

    /// `ip tcp_metrics flush all` makes the host forget what it knows of its peers: here their cookies.
    @Override
    public Setting command(List<String> words) {
        if (!words.subList(0, Math.min(3, words.size())).equals(List.of("ip", "tcp_metrics", "flush"))) {
            return Setting.UNKNOWN;
        }
        cookies().clear();
        return Setting.APPLIED;
    }

    private FastOpenCookies cookies() {
        return machine.stack().fastOpenCookies();
    }

    @Override
    public @Nullable Long info(int descriptor, String field) {
        return info.field(descriptor, field);
    }

    @Override
    public int count(String state, int port) {
        return info.count(state, port);
    }

    @Override
    public void close() {
        // Memory goes with its owner.
    }
}
