package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// `levee lab`, where its namespaces have names that nobody else sees.
@RealNetwork({"unshare", "mount", "ping", "sysctl"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LabCommandTest {
    private final Lab lab = new Lab();

    LabCommandTest() throws IOException, InterruptedException {}

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    @Test
    void upMakesTwoMachinesAndDownRemovesThem() throws Exception {
        var script = lab.directory().resolve("script");
        Files.writeString(script, """
                set -e
                mount -t tmpfs none /run/netns
                "$1" lab down
                "$1" lab up
                "$1" lab up
                ip netns list | sed 's/ .*//' | sort
                "$1" lab shell client ping -n -q -c 1 -W 30 198.18.1.1
                "$1" lab shell client ping -n -q -c 1 -W 30 2001:db8:1::1
                "$1" lab down
                echo "left: $(ip netns list)"
                """);

        var result = lab.start(List.of(
                        Tools.path("unshare"),
                        "--mount",
                        "/bin/sh",
                        script.toString(),
                        lab.levee().getFirst()))
                .awaitEnd()
                .expect(0);

        assertThat(result.out())
                .contains("there is no lab\n")
                .contains("is up:")
                .contains("is up already")
                .contains("levee-lab\nlevee-lab-client\n")
                .contains("the lab is gone\nleft: \n");
        assertThat(result.out().split("1 received", -1)).hasSize(3);
    }
}
