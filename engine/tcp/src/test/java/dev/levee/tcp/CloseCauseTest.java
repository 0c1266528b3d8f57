package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The words for each end, which users see.
class CloseCauseTest {

    @Test
    void everyEndHasItsOwnWordsInOneLine() {
        var all = new ArrayList<CloseCause>(
                List.of(new CloseCause.Finished(), new CloseCause.Refused(0), new CloseCause.Reset(0)));
        for (var which : CloseCause.Timeout.values()) {
            all.add(new CloseCause.TimedOut(which, 0));
        }
        for (var reason : CloseCause.IcmpReason.values()) {
            all.add(new CloseCause.Unreachable(reason, 0));
        }
        for (var reason : CloseCause.AbortReason.values()) {
            all.add(new CloseCause.Aborted(reason, 0));
        }
        var words = all.stream().map(CloseCause::describe).toList();
        assertThat(words).doesNotHaveDuplicates().allMatch(text -> text.length() > 10 && !text.contains("\n"));
        assertThat(words)
                .contains(
                        "closed by both sides, everything delivered",
                        "connection refused",
                        "connection reset by the peer",
                        "host unreachable",
                        "connection timed out: data was not acknowledged",
                        "aborted by the user");
    }

    @Test
    void whatTheNetworkSaidBelongsToATimeout() {
        assertThat(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 3, CloseCause.IcmpReason.HOST).describe())
                .isEqualTo("connection timed out: data was not acknowledged (the network says: host unreachable)");
    }

    @Test
    void undeliveredOctetsAreTold() {
        assertThat(new CloseCause.Finished().undeliveredBytes()).isZero();
        assertThat(new CloseCause.Reset(7).undeliveredBytes()).isEqualTo(7);
    }
}
