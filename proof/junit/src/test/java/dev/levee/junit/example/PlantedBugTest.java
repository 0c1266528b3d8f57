package dev.levee.junit.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.levee.junit.LeveeNetwork;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/// The bug in [HastyLineReader] is invisible on a good network, and found on a bad one.
class PlantedBugTest {
    @LeveeNetwork(delay = "20ms")
    static class OnAGoodNetwork extends KeyValueTest {
        @Override
        Lines reader(InputStream in) {
            return new HastyLineReader(in);
        }
    }

    @LeveeNetwork(delay = "20ms", loss = 0.02)
    static class OnALossyNetwork extends OnAGoodNetwork {}

    private static Events run(Class<?> type, String... seed) {
        var kit = EngineTestKit.engine("junit-jupiter").selectors(selectClass(type));
        for (var value : seed) {
            kit.configurationParameter("levee.seed", value);
        }
        return kit.execute().testEvents();
    }

    private static String message(Events events) {
        return events.failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class)
                        .getThrowable()
                        .map(Throwable::getMessage)
                        .orElseThrow())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void onAGoodNetworkNobodySeesTheBug() {
        assertThat(run(OnAGoodNetwork.class).succeeded().count()).isEqualTo(100);
    }

    @Test
    void onALossyNetworkASeedFindsTheBug() {
        var events = run(OnALossyNetwork.class);
        assertThat(events.failed().count()).isEqualTo(1);
        assertThat(message(events)).contains("the server has answered ", "This was seed ", "client to server: loss=2%");
    }

    @Test
    void theSeedShowsTheBugAgain() {
        var message = message(run(OnALossyNetwork.class));
        var seed = message.replaceAll("(?s).*This was seed (\\d+) of .*", "$1");
        assertThat(message(run(OnALossyNetwork.class, seed))).isEqualTo(message);
    }
}
