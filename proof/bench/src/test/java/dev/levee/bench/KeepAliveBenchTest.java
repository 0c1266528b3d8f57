package dev.levee.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tcp.CloseCause;
import org.junit.jupiter.api.Test;

/// What the benchmark shows with 100,000 connections holds for a few.
class KeepAliveBenchTest {
    private static final long SECOND = 1_000_000_000L;
    /// The last that is heard of each is the acknowledgement of an octet.
    private static final long DELAYED_ACK_NANOS = 40_000_000L;

    @Test
    void whoVanishesIsFreedInTimeAndWhoStaysIsLeftAlone() {
        var bench = new KeepAliveBench(400, 60, 10, 5);
        var rows = bench.run();

        var stays = rows.get(0);
        assertThat(stays.opened()).isEqualTo(200);
        assertThat(stays.open()).isEqualTo(200);
        assertThat(stays.cause()).isNull();

        var lost = rows.get(1);
        assertThat(lost.opened()).isEqualTo(100);
        assertThat(lost.open()).isZero();
        assertThat(lost.cause()).isInstanceOf(CloseCause.TimedOut.class);
        assertThat(lost.firstNanos()).isEqualTo((60 + 5 * 10) * SECOND + DELAYED_ACK_NANOS);
        assertThat(lost.lastNanos()).isEqualTo(lost.firstNanos());

        var rebooted = rows.get(2);
        assertThat(rebooted.opened()).isEqualTo(100);
        assertThat(rebooted.open()).isZero();
        assertThat(rebooted.cause()).isInstanceOf(CloseCause.Reset.class);
        assertThat(rebooted.lastNanos()).isEqualTo(60 * SECOND + DELAYED_ACK_NANOS);
        // Who stays is asked once a minute, who is gone five times, who has come back once.
        assertThat(bench.probesSent()).isEqualTo(200 * 3 + 100 * 5 + 100);
    }
}
