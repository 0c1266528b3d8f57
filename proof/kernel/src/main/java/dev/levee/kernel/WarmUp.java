package dev.levee.kernel;

import dev.levee.sim.drill.Drill;
import dev.levee.sim.drill.DrillSettings;
import dev.levee.sim.drill.DrillVerdict;
import dev.levee.sim.drill.system.Setup;

/// A script that nobody asked for, before the first one: classes are loaded and the hot part is compiled, so
/// that the first script's events are as punctual as the last one's.
final class WarmUp {
    /// Some time after the compiler begins.
    private static final int CONNECTIONS = 60;

    private static final String HEAD = """
            --tolerance_usecs=1000000
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 close(3) = 0
            """;
    private static final String CONNECTION = """
            +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +0 < S 0:0(0) win 65535 <mss 1000,sackOK,nop,nop,nop,wscale 7>
            +0 > S. 0:0(0) ack 1 <...>
            +.0002 < . 1:1(0) ack 1 win 257
            +0 accept(3, ..., ...) = 4
            +0 < P. 1:101(100) ack 1 win 257
            +0 > . 1:1(0) ack 101
            +0 read(4, ..., 200) = 100
            +0 write(4, ..., 100) = 100
            +0 > P. 1:101(100) ack 101
            +0 %{ assert tcpi_snd_cwnd > 0, tcpi_snd_cwnd }%
            +0 < R. 101:101(0) ack 101 win 257
            +0 close(4) = 0
            +0 close(3) = 0
            """;

    private WarmUp() {}

    static DrillVerdict run() {
        return Drill.run(
                "warm-up",
                HEAD + CONNECTION.repeat(CONNECTIONS),
                KernelTarget::new,
                DrillSettings.of(Setup.Profile.LINUX));
    }
}
