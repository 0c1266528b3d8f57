package dev.levee.sim.drill;

import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Setup;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How scripts are run where they do not say it themselves.
///
/// Threads: any; immutable.
///
/// @param platform whose constants and address families the scripts use
/// @param profile whose habits the system has
/// @param modes over which IP a script runs that names none (`--ip_version`); it passes if it does over all
/// @param toleranceNanos how far an event may be from its time, instead of what the script says; null: what it
///     says, else 4 ms
/// @param anyTimeNanosMax how long a packet at any time (`*`) is waited for
/// @param unreadNoted packets that the system sent and no line was about when the script ended are only noted,
///     as in the original; else one is too many
public record DrillSettings(
        Platform platform,
        Setup.Profile profile,
        Set<Setup.Mode> modes,
        @Nullable Long toleranceNanos,
        long anyTimeNanosMax,
        boolean unreadNoted) {
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    public DrillSettings {
        if (modes.isEmpty()) {
            throw new IllegalArgumentException("a script needs at least one kind of IP to run over");
        }
        modes = java.util.Collections.unmodifiableSet(EnumSet.copyOf(modes));
    }

    /// IPv4, and the tolerance that scripts ask for. Scripts of the FreeBSD profile are written for FreeBSD,
    /// all others for Linux.
    public static DrillSettings of(Setup.Profile profile) {
        var platform = profile == Setup.Profile.FREEBSD ? Platform.FREEBSD : Platform.LINUX;
        return new DrillSettings(platform, profile, Set.of(Setup.Mode.IPV4), null, HOUR_NANOS, false);
    }

    public DrillSettings withModes(List<Setup.Mode> wanted) {
        return new DrillSettings(platform, profile, Set.copyOf(wanted), toleranceNanos, anyTimeNanosMax, unreadNoted);
    }

    public DrillSettings withToleranceNanos(long nanos) {
        return new DrillSettings(platform, profile, modes, nanos, anyTimeNanosMax, unreadNoted);
    }

    public DrillSettings withAnyTimeNanosMax(long nanos) {
        return new DrillSettings(platform, profile, modes, toleranceNanos, nanos, unreadNoted);
    }

    public DrillSettings withUnreadNoted() {
        return new DrillSettings(platform, profile, modes, toleranceNanos, anyTimeNanosMax, true);
    }
}
