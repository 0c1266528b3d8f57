package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Points in time, also where they wrap, and the names of connections.
class DeadlinesTest {

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 1, Long.MAX_VALUE - 5, Long.MIN_VALUE, Long.MIN_VALUE + 3, 123_456_789})
    void whatIsDueAndEarlierDoesNotDependOnTheOrigin(long now) {
        assertThat(Deadlines.due(now, now)).isTrue();
        assertThat(Deadlines.due(now, now - 1)).isEqualTo(now - 1 != Deadlines.NONE);
        assertThat(Deadlines.due(now, now + 2)).isFalse();
        assertThat(Deadlines.earlier(now, now + 2)).isEqualTo(now);
        assertThat(Deadlines.earlier(now + 2, now)).isEqualTo(now);
        assertThat(Deadlines.earlier(now, now)).isEqualTo(now);
        assertThat(Deadlines.after(now, 2)).isEqualTo(now + 2);
    }

    @Test
    void noDeadlineIsNeverDueAndNeverTheEarlierOne() {
        assertThat(Deadlines.due(Long.MAX_VALUE, Deadlines.NONE)).isFalse();
        assertThat(Deadlines.earlier(Deadlines.NONE, 5)).isEqualTo(5);
        assertThat(Deadlines.earlier(5, Deadlines.NONE)).isEqualTo(5);
        assertThat(Deadlines.earlier(Deadlines.NONE, Deadlines.NONE)).isEqualTo(Deadlines.NONE);
        assertThat(Deadlines.after(Deadlines.NONE - 3, 3)).isEqualTo(Deadlines.NONE - 1);
    }

    @Test
    void tableTellsTheEarliestAndTakesWhatIsDueOnce() {
        var table = new TimerTable();
        assertThat(table.next()).isEqualTo(Deadlines.NONE);
        for (var timer : Timer.values()) {
            assertThat(table.isSet(timer)).isFalse();
            table.set(timer, 1_000 - timer.ordinal());
            assertThat(table.isSet(timer)).isTrue();
            assertThat(table.next()).isEqualTo(1_000 - timer.ordinal());
        }
        var last = Timer.values()[Timer.values().length - 1];
        long due = table.get(last);
        assertThat(table.takeDue(last, due - 1)).isFalse();
        assertThat(table.takeDue(last, due)).isTrue();
        assertThat(table.takeDue(last, due)).isFalse();
        assertThat(table.get(last)).isEqualTo(Deadlines.NONE);
        assertThat(table.next()).isEqualTo(due + 1);
        table.stopAll();
        assertThat(table.next()).isEqualTo(Deadlines.NONE);
    }

    @Test
    void connectionsAreNamedByBothEnds() {
        var v4 = new FourTuple(IpAddress.parse("198.18.0.2"), 80, IpAddress.parse("198.18.0.1"), 40_000);
        assertThat(v4).hasToString("198.18.0.2:80 <-> 198.18.0.1:40000");
        var v6 = new FourTuple(IpAddress.parse("2001:db8::2"), 80, IpAddress.parse("2001:db8::1"), 40_000);
        assertThat(v6).hasToString("[2001:db8::2]:80 <-> [2001:db8::1]:40000");
    }
}
