package dev.levee.junit.example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.levee.junit.LeveeNetwork;
import dev.levee.junit.Programs;
import dev.levee.junit.SeededTest;
import dev.levee.sim.SimHost;
import java.io.IOException;

@LeveeNetwork(loss = 0.02, delay = "20ms")
class EchoTest {
    @SeededTest(seeds = 100)
    void anEchoComesBack(Programs programs, SimHost client, SimHost server) throws IOException {
        var listener = programs.listen(server, 7);
        programs.service("echo", () -> {
            try (var stream = listener.accept()) {
                stream.input().transferTo(stream.output());
            }
        });
        try (var stream = programs.connect(client, server, 7)) {
            stream.output().write("hello".getBytes(UTF_8));
            assertEquals("hello", new String(stream.input().readNBytes(5), UTF_8));
        }
    }
}
