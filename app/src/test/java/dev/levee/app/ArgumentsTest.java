package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Bad input: one sentence, exit code 2, and nothing was touched. None of these needs root, because none gets
/// as far as a device.
class ArgumentsTest {
    private static final String LINK = "--link tun:levee-test9 --address 198.18.0.2/24 ";

    private static Run run(String arguments) {
        return Run.of(arguments.strip().split(" +"));
    }

    private static void assertRefused(Run run, String part) {
        assertThat(run.err()).contains(part).hasLineCount(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serve --echo 7 | missing required options: '--link=LINK', '--address=ADDRESS/BITS'",
                "serve --link tun:x --address 198.18.0.2 --echo 7 | --address: '198.18.0.2' has no prefix length",
                "serve --link tun:x --address 198.18.0.2/33 --echo 7 | prefix length",
                "serve --link tun:x --address 198.18.0/24 --echo 7 | is not an IP address",
                "serve --link tun:x --address 198.18.0.0/24 --echo 7 | means the whole network",
                "serve --link tun:x --address 198.18.0.255/24 --echo 7 | means the whole network",
                "serve --link tun:x --address 2001:db8::/64 --echo 7 | means the whole network",
                "serve --link tun:x --address 127.0.0.1/8 --echo 7 | cannot be a host's address",
                "serve --link tun:x --address 198.18.0.2/32 --echo 7 | no room for a second host",
                "serve --link tun:x --address 198.18.0.2/24 --address 198.18.0.2/16 --echo 7 | is given twice",
                "serve --link eth:x --address 198.18.0.2/24 --echo 7 | is no link; use tun:NAME",
                "serve --link tap:has/slash --address 198.18.0.2/24 --echo 7 | cannot be the name of a network device",
                "serve --link tun:x --address 198.18.0.2/24 --echo 7 --gateway 198.18.0.1 | --gateway needs an Ethernet",
                "serve --link tun:x --address 198.18.0.2/24 --echo 7 --mac 02:00:00:00:00:01 | --mac needs an Ethernet",
                "serve --link tun:x --address 198.18.0.2/24 --echo 7 --defence wall | no defence 'wall'; choose one of backlog",
                "serve --link tap:x --address 198.18.0.2/24 --echo 7 --mac 02:00:00:00:00 | is not an Ethernet address",
                "serve --link tap:x --address 198.18.0.2/24 --echo 7 --mac 01:00:5e:00:00:01 | be a station's address",
                "serve --link tap:x --address 198.18.0.2/24 --echo 7 --gateway 198.18.0 | is not an IP address",
                "serve --link tap:x --address 198.18.0.2/24 --echo 7 --gateway 198.18.1.1 | in no network of an",
                "serve --link tap:x --address 198.18.0.2/24 --echo 7 --gateway 198.18.0.255 | in no network of an",
                "serve --link tap:x --address 198.18.0.2/24 --echo 7 --gateway 2001:db8::1 | in no network of an",
                "serve --link tap:x --address 198.18.0.2/24 --echo 7 --gateway fe80::1 | in no network of an",
                "serve --link tap:x --address 198.18.0.2/24 --echo 7 --gateway 198.18.0.2 | is our own --address",
                "serve --link tap:x --address 198.18.0.2/24 --echo 7 --gateway 224.0.0.1 | cannot be a gateway's address",
                "serve --link tap:x --address 198.18.0.2/24 --echo 7 --gateway 198.18.0.1 --gateway 198.18.0.3 | not more",
                "serve --link tun:has/slash --address 198.18.0.2/24 --echo 7 | cannot be the name of a network device",
                "serve --link tun:x --address 198.18.0.2/24 --echo 7 --congestion reno | choose new-reno or cubic",
                "serve --link tun:x --address 198.18.0.2/24 --echo 7 --ecn yes | none of off, when-asked, on",
                "serve --link tun:x --address 198.18.0.2/24 --echo 7 --impair loss=2 | loss must be a percentage",
                "serve --link tun:x --address 198.18.0.2/24 --echo 7 --capture /no/where/x | directory does not exist",
                "serve --link tun:x --address 198.18.0.2/24 --echo 7 --capture / | it is a directory",
            })
    void badLinksAreRefused(String arguments, String part) {
        assertRefused(run(arguments), part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | there is nothing to serve",
                "--echo 0 | a port lies between 1 and 65535",
                "--echo 65536 | a port lies between 1 and 65535",
                "--echo x | x",
                "--echo 7 --discard 7 | port 7 is taken: --echo and --discard cannot share it",
                "--http 80 | --http needs --root DIR",
                "--root . --echo 7 | --root needs --http PORT",
                "--writable --echo 7 | --writable needs --http PORT",
                "--http 80 --root /no/where | there is no such file or directory",
                "--http 80 --root /etc/passwd | it is not a directory",
            })
    void badServicesAreRefused(String arguments, String part) {
        assertRefused(run("serve " + LINK + arguments), part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--seconds 0 | --seconds must lie between 1 and 60",
                "--warm-up 61 | --warm-up must lie between 0 and 60",
                "--seconds 61 | --seconds must lie between 1 and 60",
                "--rate 0 | --rate must lie between 1 and 1000000",
                "--rate 1000001 | --rate must lie between 1 and 1000000",
                "--rate fast | is no whole number",
                "--defence none | there is no defence 'none'; choose one of backlog, monitor",
                "--kind wave | there is no flood 'wave'; choose one of random, subnet",
                "--kind replay | --kind replay needs --file CAPTURE",
                "--file x.pcap | --file is for --kind replay",
                "--kind replay --file /no/such/x.pcap | cannot replay /no/such/x.pcap: there is no such file",
                "--kind replay --file /proc/self/status | this is no capture file",
            })
    void badFloodsAreRefused(String arguments, String part) {
        assertRefused(run("lab flood " + arguments), part);
    }

    @Test
    void aRootWithALinkOutOfItIsRefused(@TempDir Path directory) throws IOException {
        var root = Files.createDirectories(directory.resolve("root/sub")).getParent();
        Files.createSymbolicLink(directory.resolve("root/sub/out"), directory);
        assertRefused(run("serve " + LINK + "--http 80 --root " + root), "leads out of it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | missing required parameter",
                "https://198.18.0.1/ | speaks http only",
                "ftp://198.18.0.1/ | speaks http, not ftp",
                "http:///x | names no host",
                "http://198.18.0.1:99999/ | a port lies between 1 and 65535",
                "http://198.18.0.1/ --connect-timeout x | is no number of seconds",
                "http://198.18.0.1/ --connect-timeout 0 | more than 0",
                "http://198.18.0.1/ --max-time -1 | is no number of seconds",
                "http://198.18.0.1/ --json | --json needs -o FILE",
                "http://[2001:db8::1]/ | add an --address of that family",
                "http://198.18.0.1/ -o / | is a directory",
                "http://198.18.0.1/ -o /no/where/x | there is no such file or directory",
            })
    void badFetchesAreRefused(String arguments, String part) {
        assertRefused(run("get " + LINK + arguments), part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--loss 5 | --loss: loss must be a percentage",
                "--loss 101% | loss must lie between 0% and 100%",
                "--delay 5 | --delay: delay must be a value such as 5ms",
                "--impair what=1 | is no property of a path",
                "--size x | is no size",
                "--size 17g | 16g at most",
                "--flood --live | --flood runs in virtual time",
                "--flood --capture /tmp/x.pcapng | --flood is not recorded",
                "--seed x | seed",
                "--capture /no/where/x | its directory does not exist",
            })
    void badDemosAreRefused(String arguments, String part) {
        assertRefused(run("demo " + arguments), part);
    }

    @Test
    void everyCommandExplainsItself() {
        var commands = List.of(
                "demo",
                "serve",
                "get",
                "states",
                "drill",
                "lab",
                "lab up",
                "lab down",
                "lab shell",
                "lab flood",
                "doctor");
        var silent = new ArrayList<String>();
        for (var command : commands) {
            var help = run(command + " --help");
            assertThat(help.code()).as(command).isZero();
            if (!help.out().contains("Usage: levee " + command)) {
                silent.add(command);
            }
        }
        assertThat(silent).isEmpty();
    }

    @Test
    void statesPrintTheTableInThreeForms() {
        assertThat(run("states").out()).contains("ESTABLISHED", "TIME-WAIT");
        assertThat(run("states --mermaid").out()).startsWith("stateDiagram-v2");
        assertThat(run("states --markdown").out()).contains("```mermaid");
        assertRefused(run("states --mermaid --markdown"), "mutually exclusive");
    }
}
