package dev.levee.sim.drill.system;

import dev.levee.wire.Frame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A system that a script is run against: Levee's engine in virtual time, or a real kernel in real time. One
/// target serves one run of one script.
///
/// Threads: the run's.
public interface Target extends AutoCloseable {
    /// A packet that the system sent, and when. Valid until the next call of [#next].
    record Sent(long nanos, Frame packet) {}

    /// What became of a setting.
    enum Setting {
        APPLIED,
        /// Known, and of no consequence here.
        HARMLESS,
        /// Nobody knows it.
        UNKNOWN
    }

    /// The clock starts. Called once, after the settings of the script's first shell line.
    void start();

    /// Since [#start].
    long nowNanos();

    /// Lets time pass until `untilNanos`, or until the system has sent something, whichever is first.
    ///
    /// @return the oldest packet that was not yet handed over; null when none was sent until then
    @Nullable
    Sent next(long untilNanos);

    /// Puts a packet in front of the system, now.
    void inject(Frame packet);

    /// Begins a system call, now. Only one call may be under way at a time.
    PendingCall begin(Request request);

    /// A `sysctl` setting; Linux names (`net.ipv4.tcp_sack`) and FreeBSD names (`net.inet.tcp.sack.enable`).
    Setting set(String name, String value);

    /// A command that configures the network and is no setting: `ip route change ...`, `ethtool -K tun0 tso
    /// off`.
    ///
    /// @param words the command and its arguments, without redirections
    /// @return UNKNOWN when this target does not offer it
    default Setting command(List<String> words) {
        return Setting.UNKNOWN;
    }

    /// What `getsockopt(TCP_INFO)` would say about a descriptor, by Linux's field names (`tcpi_snd_cwnd`).
    ///
    /// @return null when there is no such descriptor or field
    @Nullable
    Long info(int descriptor, String field);

    /// How many connections are in a state: what a script's `sockstat` or `ss` would count.
    ///
    /// @param state as `dev.levee.tcp.TcpState` writes it
    /// @param port local or remote, 0 for any
    int count(String state, int port);

    /// Ends everything without a trace.
    @Override
    void close();
}
