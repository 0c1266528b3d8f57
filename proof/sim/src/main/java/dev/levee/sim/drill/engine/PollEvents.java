package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Platform;

/// The events of `poll` and `epoll`, with Linux's numbers; FreeBSD's differ for a few.
final class PollEvents {
    static final int IN = 0x01;
    static final int PRI = 0x02;
    static final int OUT = 0x04;
    static final int ERR = 0x08;
    static final int HUP = 0x10;
    static final int INVALID = 0x20;
    static final int RDNORM = 0x40;
    static final int WRNORM = 0x100;
    static final int RDHUP = 0x2000;

    /// What is always said, asked for or not.
    static final int UNASKED = ERR | HUP | INVALID;

    private static final int FREEBSD_RDHUP = 0x4000;

    private PollEvents() {}

    /// The platform's numbers for these events.
    static int toPlatform(int events, Platform platform) {
        if (platform == Platform.LINUX) {
            return events;
        }
        int same = events & ~(WRNORM | RDHUP);
        return same | ((events & WRNORM) != 0 ? OUT : 0) | ((events & RDHUP) != 0 ? FREEBSD_RDHUP : 0);
    }
}
