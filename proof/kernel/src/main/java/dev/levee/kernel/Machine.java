package dev.levee.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What this machine is, and what the process sets up once.
///
/// A system call that blocks for ever is ended by a signal, as the JDK's own channels do it. The signal is
/// SIGURG: its default is to do nothing, so that a stray one harms nobody. The handler is a function of the C
/// library that takes an integer and touches nothing (`abs`); no Java code ever runs in it. Calls are not
/// restarted after it: they fail with EINTR.
///
/// Threads: any.
final class Machine {
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    /// The number of futex(2), with which Java's threads wait.
    static final int FUTEX = ARM ? 98 : 202;

    /// Whether struct epoll_event has no gap before its data.
    static final boolean EPOLL_PACKED = !ARM;

    private static final int SIGURG = 23;
    private static final int SIGACTION_BYTES = 152;

    private Machine() {}

    private static final class Handler {
        static final boolean INSTALLED = install();

        private static boolean install() {
            try (var arena = Arena.ofConfined()) {
                var action = arena.allocate(SIGACTION_BYTES, 8);
                action.set(ValueLayout.ADDRESS, 0, Native.address("abs"));
                return new Native(arena).call(Function.SIGACTION, SIGURG, action.address(), 0) == 0;
            }
        }
    }

    static void interruptCalls(Native calls, long pid, int tid) {
        if (Handler.INSTALLED) {
            calls.call(Function.TGKILL, pid, tid, SIGURG);
        }
    }

    /// Why the kernel cannot be a target here, as one plain sentence; empty when it can.
    static Optional<String> lack() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("--target kernel needs Linux; without it scripts run against Levee's own engine");
        }
        var arch = System.getProperty("os.arch");
        if (!ARM && !arch.equals("amd64")) {
            return Optional.of("--target kernel knows Linux on x86-64 and aarch64 only, and this is " + arch);
        }
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            return Optional.of("--target kernel needs /dev/net/tun; load its driver with `modprobe tun`");
        }
        return mayMakeNamespaces()
                ? Optional.empty()
                : Optional.of("--target kernel makes network namespaces, which needs root; run it with sudo");
    }

    private static boolean mayMakeNamespaces() {
        var worker = new Worker("levee-kernel-probe");
        try (var arena = Arena.ofConfined()) {
            boolean made = worker.ask(() -> {
                try (var inner = Arena.ofConfined()) {
                    return new Native(inner).call(Function.UNSHARE, Namespace.CLONE_NEWNET) == 0;
                }
            });
            worker.end(new Native(arena));
            return made;
        }
    }

    /// Gives the calling thread a place before all ordinary ones, or takes it back. Without the right to do so
    /// nothing changes.
    static void realTime(Native calls, boolean on) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment parameter = arena.allocate(ValueLayout.JAVA_INT);
            parameter.set(ValueLayout.JAVA_INT, 0, on ? 1 : 0);
            int roundRobin = 2;
            calls.call(Function.SCHED_SETSCHEDULER, 0, on ? roundRobin : 0, parameter.address());
        }
    }
}
