package dev.levee.sim.drill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.wire.TcpFlags;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// `poll` and `epoll`.
class PollCallsTest {
    private static final int IN = PollEvents.IN;
    private static final int OUT = PollEvents.OUT;
    private static final int EDGE = 1 << 31;
    private static final int ONE_SHOT = 1 << 30;

    private final Drill drill = Drill.linux();
    private final int listener = drill.listener(1);

    private int poll(int descriptor, int events) {
        var result = drill.call(new Request.Poll(List.of(new Request.Wanted(descriptor, events)), 0));
        return result.events().getFirst().events();
    }

    private int epoll(int descriptor, int events) {
        int epoll = (int) drill.call(new Request.EpollCreate(0)).value();
        assertThat(drill.outcome(new Request.EpollControl(epoll, 1, descriptor, events, 77)))
                .isEqualTo("0");
        return epoll;
    }

    private List<Integer> await(int epoll) {
        var result = drill.call(new Request.EpollWait(epoll, 8, 0));
        assertThat(result.value()).isEqualTo(result.events().size());
        return result.events().stream().map(Result.Ready::events).toList();
    }

    @Test
    void aFreshSocketIsHungUpAndWritable() {
        assertThat(poll(drill.socket(), IN | OUT)).isEqualTo(PollEvents.HUP | OUT);
    }

    @Test
    void aListenerIsReadableWhenAConnectionWaits() {
        assertThat(poll(listener, IN)).isZero();
        drill.handshake();
        assertThat(poll(listener, IN)).isEqualTo(IN);
    }

    @Test
    void aBadDescriptorIsInvalid() {
        assertThat(poll(99, IN)).isEqualTo(PollEvents.INVALID);
        assertThat(poll(-1, IN)).isZero();
    }

    @Test
    void dataTheEndAndAResetAreToldApart() {
        int socket = drill.established(listener);
        int all = IN | OUT | PollEvents.RDHUP;
        assertThat(poll(socket, all)).isEqualTo(OUT);
        drill.send(1, 1, TcpFlags.ACK, 10);
        assertThat(poll(socket, all)).isEqualTo(IN | OUT);
        drill.send(11, 1, TcpFlags.ACK | TcpFlags.FIN, 0);
        assertThat(poll(socket, all)).isEqualTo(IN | OUT | PollEvents.RDHUP);
        drill.send(12, 1, TcpFlags.RST, 0);
        assertThat(poll(socket, all)).isEqualTo(all | PollEvents.ERR | PollEvents.HUP);
    }

    @Test
    void aConnectUnderWayIsReadyForNothing() {
        int socket = drill.nonBlockingSocket();
        drill.outcome(new Request.Connect(socket, drill.remote()));
        assertThat(drill.next()).startsWith("S 0:0(0)");
        assertThat(poll(socket, IN | OUT)).isZero();

        drill.send(0, 1, TcpFlags.RST | TcpFlags.ACK, 0);
        assertThat(poll(socket, IN | OUT)).isEqualTo(IN | OUT | PollEvents.ERR | PollEvents.HUP);
    }

    @Test
    void aPollWaitsForItsTimeAtMost() {
        int socket = drill.established(listener);
        var poll = drill.begin(new Request.Poll(List.of(new Request.Wanted(socket, IN)), 70));
        drill.silence(69);
        assertThat(poll.result()).isNull();
        drill.silence(1);

        assertThat(Objects.requireNonNull(poll.result()).value()).isZero();
        assertThat(poll.endNanos()).isEqualTo(70 * Drill.MILLI);
    }

    @Test
    void levelTriggeredEventsAreToldAgainAndAgain() {
        int socket = drill.established(listener);
        int epoll = epoll(socket, IN);
        assertThat(await(epoll)).isEmpty();
        drill.send(1, 1, TcpFlags.ACK, 10);

        assertThat(await(epoll)).containsExactly(IN);
        assertThat(await(epoll)).containsExactly(IN);
        drill.read(socket, 10);
        assertThat(await(epoll)).isEmpty();
    }

    @Test
    void edgesAreToldOnceAndAgainWhenMoreArrives() {
        int socket = drill.established(listener);
        int epoll = epoll(socket, IN | EDGE);
        drill.send(1, 1, TcpFlags.ACK, 10);

        assertThat(await(epoll)).containsExactly(IN);
        assertThat(await(epoll)).isEmpty();
        drill.send(11, 1, TcpFlags.ACK, 10);
        assertThat(await(epoll)).as("unread data is no obstacle").containsExactly(IN);
        assertThat(await(epoll)).isEmpty();
    }

    @Test
    void oneShotIsToldOnceUntilItIsModified() {
        int socket = drill.established(listener);
        int epoll = epoll(socket, IN | ONE_SHOT);
        drill.send(1, 1, TcpFlags.ACK, 10);

        assertThat(await(epoll)).containsExactly(IN);
        assertThat(await(epoll)).isEmpty();
        assertThat(drill.outcome(new Request.EpollControl(epoll, 3, socket, IN, 1)))
                .isEqualTo("0");
        assertThat(await(epoll)).containsExactly(IN);
    }

    @Test
    void anEdgeOfWritabilityComesWhenRoomWasMade() {
        int socket = drill.established(listener);
        drill.nonBlocking(socket);
        int epoll = epoll(socket, OUT | EDGE);
        assertThat(await(epoll)).containsExactly(OUT);
        drill.call(Drill.write(socket, 3_000_000));
        assertThat(drill.outcome(Drill.write(socket, 1))).isEqualTo("EAGAIN");
        assertThat(await(epoll)).isEmpty();

        drill.send(1, 10_001, TcpFlags.ACK, 0);

        assertThat(await(epoll)).containsExactly(OUT);
        assertThat(await(epoll)).isEmpty();
    }

    @Test
    void aBlockedEpollReturnsWithTheEvent() {
        int socket = drill.established(listener);
        int epoll = epoll(socket, IN);
        var wait = drill.begin(new Request.EpollWait(epoll, 8, -1));
        drill.silence(40);
        assertThat(wait.result()).isNull();

        drill.send(1, 1, TcpFlags.ACK, 10);

        var ready = Objects.requireNonNull(wait.result()).events().getFirst();
        assertThat(ready).isEqualTo(new Result.Ready(socket, IN, 77));
    }

    @Test
    void theSetIsKeptByAddModifyAndDelete() {
        int socket = drill.established(listener);
        int epoll = epoll(socket, IN);

        assertThat(drill.outcome(new Request.EpollControl(epoll, 1, socket, IN, 0)))
                .isEqualTo("EEXIST");
        assertThat(drill.outcome(new Request.EpollControl(epoll, 2, socket, 0, 0)))
                .isEqualTo("0");
        assertThat(drill.outcome(new Request.EpollControl(epoll, 2, socket, 0, 0)))
                .isEqualTo("ENOENT");
        assertThat(drill.outcome(new Request.EpollControl(epoll, 3, socket, IN, 0)))
                .isEqualTo("ENOENT");
        assertThat(drill.outcome(new Request.EpollControl(epoll, 1, epoll, IN, 0)))
                .isEqualTo("EINVAL");
        assertThat(drill.outcome(new Request.EpollControl(socket, 1, socket, IN, 0)))
                .isEqualTo("EINVAL");
        assertThat(drill.outcome(new Request.EpollControl(99, 1, socket, IN, 0)))
                .isEqualTo("EBADF");
    }
}
