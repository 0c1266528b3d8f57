package dev.levee.app.demo;

import dev.levee.app.Problem;
import dev.levee.app.get.Bytes;
import dev.levee.guard.Defence;
import dev.levee.guard.GuardCounters;
import dev.levee.sim.Ladder;
import dev.levee.sim.LadderTap;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.SimSocket;
import dev.levee.sim.Tap;
import dev.levee.sim.Times;
import dev.levee.sim.flood.Flood;
import dev.levee.sim.flood.FloodKind;
import dev.levee.stack.Limits;
import dev.levee.stack.ListenOptions;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.StackConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.SipHash;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A flood of SYNs in the middle of two downloads, in virtual time: one has begun before it, the other begins while it
/// lasts. Once against a table of fixed size, and once against everything that Levee has.
///
/// Threads: one owner; what it hands out for stopping, any.
public final class FloodDemo {
    private static final long FLOOD_NANOS = Times.seconds(20);
    private static final int SYNS_PER_SECOND = 2_000;
    private static final long SYNS = SYNS_PER_SECOND * (FLOOD_NANOS / Times.SECOND);
    private static final long SYN_NANOS = Times.SECOND / SYNS_PER_SECOND;
    /// When the second download begins, after the flood.
    private static final long LATER_NANOS = Times.seconds(3);
    private static final long PATIENCE_NANOS = Times.seconds(3_600);
    private static final int EARLY_PORT = 40_001;
    private static final int LATE_PORT = 40_002;

    private final Settings settings;
    private final Show show;
    private volatile boolean stopped;

    /// How it went with one defence.
    ///
    /// @param defence its name
    /// @param syns of the flood
    /// @param rowsMax half-open handshakes at one time
    /// @param turnedAway SYNs for which there was no room
    /// @param handshakeNanos of the client that came during the flood, from its first SYN; -1 when it gave up
    /// @param early whether the download of before came whole and as it was promised
    /// @param late the same of the other
    public record Row(
            String defence,
            long syns,
            int rowsMax,
            long turnedAway,
            long handshakeNanos,
            boolean early,
            boolean late) {}

    public FloodDemo(Settings settings, Show show) {
        this.settings = settings;
        this.show = show;
    }

    /// Plays both.
    ///
    /// @param cleanup takes what ends the demo when the process is told to stop
    /// @throws Problem when the demo was stopped, or a download did not come that should have
    public List<Row> run(Consumer<AutoCloseable> cleanup) throws Problem {
        cleanup.accept(() -> stopped = true);
        show.say("A client and a server in this process, in virtual time; the path between them: "
                + settings.impairment() + "; seed " + settings.seed()
                + ". After a second somebody floods the server's port: "
                + SYNS_PER_SECOND + " SYNs a second for " + FLOOD_NANOS / Times.SECOND
                + " seconds, from random addresses.");
        var rows = new ArrayList<Row>();
        try {
            show.scene("Without defence: a table of " + ListenOptions.DEFAULT.halfOpenMax()
                    + " half-open connections, and when it is full, nobody gets in");
            rows.add(new Stage(Defence.DELAYED).play());
            show.scene("With it: a table that grows, cookies, watermarks (auto, the default)");
            rows.add(new Stage(Defence.AUTO).play());
        } catch (Stopped _) {
            throw new Problem(1, "stopped");
        }
        show.floodTable(rows);
        var defended = rows.getLast();
        if (!defended.early || !defended.late) {
            throw new Problem(1, "with its defence on, the server did not deliver both files");
        }
        return rows;
    }

    /// Leaves the simulation from within.
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static StackConfig config(Cidr address, long seed, long salt) {
        return new StackConfig(List.of(address), Settings.MTU, new SipHash(seed, salt), Limits.DEFAULT);
    }

    /// One run.
    private final class Stage implements Tap {
        private final Defence defence;
        private final SimNetwork network = new SimNetwork(settings.impairment(), settings.seed());
        private final SimHost client = network.host("client", config(settings.client(), settings.seed(), 1));
        private final SimHost server = network.host("server", config(settings.server(), settings.seed(), 2));
        private final Content content = new Content(settings.seed(), settings.sizeBytes());
        private final Frame syn = FrameSlab.single(Settings.MTU);
        private final Flood flood;
        private long syns;
        private int rowsMax;
        private int accepted;
        private long connectNanos = -1;

        private Stage(Defence defence) {
            this.defence = defence;
            var sources = Cidr.parse(settings.v6() ? "2001:db8::/32" : "198.18.0.0/15");
            flood = new Flood(FloodKind.RANDOM, sources, server.address(), Settings.HTTP_PORT, settings.seed());
            network.tap(this);
        }

        @Override
        public void settled(long nowNanos, SimHost host) {
            if (stopped) {
                throw new Stopped();
            }
            rowsMax = Math.max(rowsMax, server.stack().halfOpenRows());
        }

        private void flood() {
            if (syns < SYNS) {
                syns++;
                flood.next(syn);
                network.inject(server, syn);
                network.after(SYN_NANOS, this::flood);
            }
        }

        private Row play() {
            var options = ListenOptions.DEFAULT.withDefence(defence);
            server.listen(Settings.HTTP_PORT, options).onAccept(socket -> {
                accepted++;
                new SimFileServer(content).accept(socket);
            });
            var early = fetch(EARLY_PORT);
            network.after(Times.SECOND, this::flood);
            network.runFor(Times.SECOND + LATER_NANOS);
            var drawn = new Ladder(client.name(), server.name(), settings.style());
            var tap = new LadderTap(client, server, LATE_PORT, Settings.HTTP_PORT, drawn);
            network.tap(tap);
            long beginNanos = network.elapsedNanos();
            var lateSocket = connect(LATE_PORT);
            var late = new SimFileClient(lateSocket, server.address().toString());
            network.tryUntil(PATIENCE_NANOS, () -> lateSocket.connected() || late.ended());
            if (lateSocket.connected()) {
                connectNanos = network.elapsedNanos() - beginNanos;
                network.tryUntil(PATIENCE_NANOS, () -> accepted == 2 || late.ended());
            }
            network.untap(tap);
            show.ladder(drawn.finish());
            network.tryUntil(PATIENCE_NANOS, () -> early.ended() && late.ended() && syns == SYNS);
            show.say("");
            tell("   The download of before the flood: ", early);
            tell("   The download that began in it:    ", late);
            var counters = server.stack().guardCounters();
            long full = counters == null ? 0 : counters.get(GuardCounters.DROPPED_FULL);
            boolean before = early.download().verify();
            boolean during = late.download().verify();
            return new Row(defence.label(), syns, rowsMax, full, connectNanos, before, during);
        }

        private SimSocket connect(int localPort) {
            return client.connect(localPort, server.address(), Settings.HTTP_PORT, SocketOptions.DEFAULT);
        }

        private SimFileClient fetch(int localPort) {
            return new SimFileClient(connect(localPort), server.address().toString());
        }

        private void tell(String what, SimFileClient fetching) {
            var download = fetching.download();
            show.say(what + (download.complete() ? "whole, " : "failed after ") + Bytes.text(download.bodyBytes()));
        }
    }
}
