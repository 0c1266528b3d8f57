package dev.levee.junit.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.junit.LeveeNetwork;
import dev.levee.junit.Programs;
import dev.levee.junit.SeededTest;
import dev.levee.sim.SimHost;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// How a user tests a protocol: the client writes a value every 5 ms, then reads them all back.
@LeveeNetwork(loss = 0.02, delay = "20ms")
class KeyValueTest {
    Lines reader(InputStream in) {
        return new LineReader(in);
    }

    @SeededTest(seeds = 100)
    void whatWasPutIsThere(Programs programs, SimHost client, SimHost server) throws IOException {
        var listener = programs.listen(server, 7000);
        programs.service("store", () -> {
            try (var stream = listener.accept()) {
                new KeyValueServer().serve(reader(stream.input()), stream.output());
            }
        });
        try (var stream = programs.connect(client, server, 7000)) {
            var store = new KeyValueClient(stream.input(), stream.output());
            for (int i = 0; i < 60; i++) {
                store.put("key" + i, "value number " + i + ", which is not very long, but longer than nothing");
                programs.sleep(Duration.ofMillis(5));
            }
            for (int i = 0; i < 60; i++) {
                assertThat(store.get("key" + i))
                        .startsWith("value number " + i + ",")
                        .endsWith("nothing");
            }
        }
    }
}
