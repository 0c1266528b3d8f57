package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A TUN device that somebody else has prepared.
@RealNetwork({"curl"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExistingDeviceTest {
    private final Lab lab = new Lab();

    ExistingDeviceTest() throws IOException, InterruptedException {
        Payload.create(lab.newDirectory("root").resolve("file"), Payload.MIB);
        lab.run("ip", "tuntap", "add", "dev", Lab.DEVICE, "mode", "tun").expect(0);
        // A kernel's address that Levee would not have chosen.
        lab.run("ip", "addr", "add", "198.18.0.9/24", "dev", Lab.DEVICE).expect(0);
        lab.run("ip", "addr", "add", "2001:db8::9/64", "dev", Lab.DEVICE, "nodad")
                .expect(0);
        lab.run("ip", "link", "set", Lab.DEVICE, "mtu", "1400", "txqueuelen", "123", "up")
                .expect(0);
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    @ParameterizedTest
    @EnumSource
    void isUsedAndStaysAsItIs(Family family) throws Exception {
        var before = settings();
        try (var _ = lab.serve("--http", "80", "--root", "root")) {
            Curl.run(lab, "-f", "-o", "/dev/null", family.url("/file")).expect(0);
            assertThat(settings()).isEqualTo(before);
        }
        assertThat(settings()).isEqualTo(before).contains("mtu 1400").contains("qlen 123");
    }

    /// All but whether somebody has it open.
    private String settings() throws IOException, InterruptedException {
        var link =
                lab.run("ip", "-o", "link", "show", "dev", Lab.DEVICE).expect(0).out();
        var addresses =
                lab.run("ip", "-o", "addr", "show", "dev", Lab.DEVICE).expect(0).out();
        return (link + addresses)
                .lines()
                .map(line -> line.replaceFirst("<[^>]*>", "").replaceFirst(" state \\w+", ""))
                // The kernel's own link-local address comes when the device is first opened.
                .filter(line -> !line.contains("fe80:"))
                .map(String::strip)
                .reduce("", (all, line) -> all + line + "\n");
    }
}
