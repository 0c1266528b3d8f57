package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.Times;
import dev.levee.stack.SocketOptions;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Whole runs in which somebody lies: the oracles that judge users, counters and the end of everything must see
/// it. The same runs without the lie are true.
class RunLiesTest {
    private static final Knobs KNOBS = Knobs.plain(5, 2, 1, 60_000);

    private static void refuses(Oracle oracle, String words, Consumer<World> lie) {
        refuses(oracle, words, KNOBS, lie);
    }

    private static void refuses(Oracle oracle, String words, Knobs knobs, Consumer<World> lie) {
        var report = SwarmRun.deceived(knobs, lie);
        assertThat(report.failure()).as(report.message()).isEqualTo(oracle);
        assertThat(report.message()).contains(words);
        assertThat(SwarmRun.deceived(knobs, _ -> {}).message()).isEmpty();
    }

    @Test
    void anExceptionIsSeen() {
        refuses(
                Oracle.ENGINE,
                "IllegalStateException: broken at ",
                world -> world.network().after(Times.millis(10), () -> {
                    throw new IllegalStateException("broken");
                }));
    }

    @Test
    void aBrokenAssertionIsSeen() {
        refuses(
                Oracle.ENGINE,
                "AssertionError: broken",
                world -> world.network().after(Times.millis(10), () -> {
                    throw new AssertionError("broken");
                }));
    }

    @Test
    void aMomentWithoutEndIsSeen() {
        refuses(Oracle.ENGINE, "time stands still", world -> again(world, 0));
    }

    @Test
    void stepsWithoutEndAreSeen() {
        refuses(Oracle.LIVELOCK, "steps and no end", world -> again(world, 200));
    }

    private static void again(World world, long nanos) {
        world.network().after(nanos, () -> again(world, nanos));
    }

    @Test
    void textThatNobodyWroteIsSeen() {
        refuses(
                Oracle.STREAM,
                "reads a wrong octet",
                world -> Forgery.change(world, world.hosts().get(1), octets -> {
                    // Its last word of text is another: whether it begins at an even place, the TCP header says.
                    int at = octets.length - 4 & ~1;
                    return Forgery.changed(octets, at, Forgery.u16(octets, at) ^ 0x0101);
                }));
    }

    @Test
    void anEndThatNobodyMadeIsSeen() {
        refuses(
                Oracle.END_OF_STREAM,
                "reads the end after",
                world -> Forgery.change(world, world.hosts().get(1), octets -> {
                    int at = Forgery.tcpAt(octets) + 12;
                    return Forgery.changed(octets, at, Forgery.u16(octets, at) | Packet.FIN);
                }));
    }

    /// Behind the back of the oracles one packet more comes to a host.
    @Test
    void aPacketThatTheHostAloneCountsIsSeen() {
        refuses(
                Oracle.COUNTERS,
                "packets received",
                world -> world.network().after(Times.millis(10), () -> {
                    var host = world.hosts().getFirst();
                    host.stack().onFrame(host.nowNanos(), Forgery.frame(new byte[40]));
                }));
    }

    @Test
    void countsThatAreWrongAreSeen() {
        miscounts("octets sent", watch -> watch.textOut++);
        miscounts("segments sent again", watch -> watch.textAgain++);
        miscounts("SYNs sent again", watch -> {
            watch.synsAgain++;
            watch.synsByTimer++;
        });
        miscounts("segments received", watch -> watch.segmentsIn++);
        miscounts("resets received", watch -> watch.resetsIn++);
    }

    private static void miscounts(String words, Consumer<HostWatch> lie) {
        refuses(
                Oracle.COUNTERS,
                words,
                world -> world.network()
                        .after(
                                Times.millis(10),
                                () -> lie.accept(
                                        world.observer().watch(world.hosts().getFirst()))));
    }

    @Test
    void aConnectionThatIsLeftIsSeen() {
        refuses(Oracle.LEAK, "connections", world -> {
            var hosts = world.hosts();
            hosts.get(1).listen(7, world.listenOptions(hosts.get(1)));
            var options = new SocketOptions(world.setup(hosts.getFirst()).tcp(), SocketOptions.LINGER_OFF);
            hosts.getFirst().connect(7, hosts.get(1).address(), 7, options);
        });
    }

    @Test
    void whoNeverComesToRestIsSeen() {
        refuses(Oracle.LEAK, "not quiet", world -> again(world, Times.seconds(1)));
    }

    /// A host that sleeps through all of the calm: its users end nothing.
    @Test
    void whatNeverEndsIsSeen() {
        var knobs = Knobs.plain(5, 2, 1, 60_000).with(Knob.SLOW_WRITER, 100);
        refuses(
                Oracle.LIVENESS,
                "not everything has ended",
                knobs,
                world -> world.network()
                        .after(Times.millis(5), () -> world.hosts().getFirst().pause(Times.seconds(3_000))));
    }

    @Test
    void octetsThatDidNotArriveAndOfWhichNobodyWasToldAreSeen() {
        var world = SwarmRun.counted(Knobs.plain(5, 2, 2, 60_000));
        new Accounts(world).settle(Times.seconds(1));
        var users = world.flows().getFirst().users();
        var speaker =
                users.stream().filter(user -> user.written() > 0).findFirst().orElseThrow();
        // Whose octets have all arrived, but not at this one: it is the speaker himself who has received fewer.
        speaker.peer = world.flows().stream()
                .flatMap(flow -> flow.users().stream())
                .filter(user -> user.arrived() < speaker.written())
                .findFirst()
                .orElseThrow();
        Witness.refuses(Oracle.DELIVERY, () -> new Accounts(world).settle(Times.seconds(1)));
    }
}
