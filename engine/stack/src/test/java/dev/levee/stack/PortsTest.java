package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class PortsTest {
    private static final IpAddress LOCAL = Net.CLIENT_V4;
    private static final IpAddress REMOTE = Net.SERVER_V4;
    private static final int COUNT = Ports.LAST - Ports.FIRST + 1;

    private final Ports ports = new Ports(new SipHash(1, 2));

    @Test
    void everyPortOfTheRangeIsGivenOnceBeforeOneIsReused() {
        var seen = new HashSet<Integer>();
        for (int i = 0; i < COUNT; i++) {
            int port = ports.choose(LOCAL, REMOTE, 80, candidate -> true);
            assertThat(port).isBetween(Ports.FIRST, Ports.LAST);
            assertThat(seen.add(port)).as("port %d again after %d", port, i).isTrue();
        }
        assertThat(seen).contains(ports.choose(LOCAL, REMOTE, 80, candidate -> true));
    }

    @Test
    void theOnlyFreePortIsFound() {
        assertThat(ports.choose(LOCAL, REMOTE, 80, candidate -> candidate == Ports.LAST))
                .isEqualTo(Ports.LAST);
        assertThat(ports.choose(LOCAL, REMOTE, 80, candidate -> candidate == Ports.FIRST))
                .isEqualTo(Ports.FIRST);
    }

    @Test
    void aThousandOtherDestinationsDoNotMoveTheNextPort() {
        int first = ports.choose(LOCAL, REMOTE, 80, candidate -> true);
        for (int other = 1000; other < 2000; other++) {
            ports.choose(LOCAL, REMOTE, other, candidate -> true);
        }
        int next = first == Ports.LAST ? Ports.FIRST : first + 1;
        assertThat(ports.choose(LOCAL, REMOTE, 80, candidate -> true)).isEqualTo(next);
    }

    @Test
    void withoutAFreePortThereIsNone() {
        assertThat(ports.choose(LOCAL, REMOTE, 80, candidate -> false)).isEqualTo(Ports.NONE);
    }

    @Test
    void wherePortsBeginDependsOnTheDestinationAndTheSecret() {
        int first = ports.choose(LOCAL, REMOTE, 80, candidate -> true);
        int otherPort = new Ports(new SipHash(1, 2)).choose(LOCAL, REMOTE, 81, candidate -> true);
        int otherSecret = new Ports(new SipHash(1, 3)).choose(LOCAL, REMOTE, 80, candidate -> true);
        int same = new Ports(new SipHash(1, 2)).choose(LOCAL, REMOTE, 80, candidate -> true);
        assertThat(same).isEqualTo(first);
        assertThat(otherPort).isNotEqualTo(first);
        assertThat(otherSecret).isNotEqualTo(first);
    }
}
