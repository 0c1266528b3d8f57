package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.guard.Defence;
import dev.levee.link.MemoryLink;
import dev.levee.stack.FastOpenOptions;
import dev.levee.tcp.CongestionAlgorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class LinkOptionsTest {
    @Command
    private static final class Holder {
        @Mixin
        private LinkOptions options = new LinkOptions();

        static LinkOptions of(String words) {
            var holder = new Holder();
            new CommandLine(holder).parseArgs(words.split(" ", -1));
            return holder.options;
        }
    }

    @ParameterizedTest
    @CsvSource({"'', CUBIC", "' --congestion cubic', CUBIC", "' --congestion new-reno', NEW_RENO"})
    void congestionControlReachesBothKindsOfConnections(String words, CongestionAlgorithm expected) throws Exception {
        var cable = MemoryLink.pair(1500);
        var own = Holder.of("--link tun:none --address 198.18.0.2/24" + words);
        var other = Holder.of("--link tun:none --address 198.18.0.3/24" + words);
        try (var server = own.start(cable.a(), FastOpenOptions.OFF, Defence.AUTO);
                var client = other.start(cable.b(), FastOpenOptions.OFF, Defence.AUTO);
                var listener = server.listen(80);
                var asked = client.connect("198.18.0.2", 80);
                var accepted = listener.accept()) {
            assertThat(asked.congestion()).isEqualTo(expected);
            assertThat(accepted.congestion()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', false",
        "' --ecn on', '', true",
        "'', ' --ecn on', false",
        "' --ecn on', ' --ecn off', false",
        "' --ecn when-asked', ' --ecn on', false"
    })
    void ecnIsAgreedOnWhereTheClientAsksAndTheServerDoesNotRefuse(String client, String server, boolean expected)
            throws Exception {
        var cable = MemoryLink.pair(1500);
        var own = Holder.of("--link tun:none --address 198.18.0.2/24" + server);
        var other = Holder.of("--link tun:none --address 198.18.0.3/24" + client);
        try (var listening = own.start(cable.a(), FastOpenOptions.OFF, Defence.AUTO);
                var asking = other.start(cable.b(), FastOpenOptions.OFF, Defence.AUTO);
                var listener = listening.listen(80);
                var asked = asking.connect("198.18.0.2", 80);
                var accepted = listener.accept()) {
            assertThat(asked.tcpInfo().agreed().ecn()).isEqualTo(expected);
            assertThat(accepted.tcpInfo().agreed().ecn()).isEqualTo(expected);
        }
    }

    @Test
    void addressesReachTheHost() throws Exception {
        var cable = MemoryLink.pair(1500);
        var options = Holder.of("--link tun:none --address 198.18.0.2/24 --address 2001:db8::2/64");
        try (var host = options.start(cable.a(), FastOpenOptions.OFF, Defence.AUTO);
                var v4 = host.listen("198.18.0.2", 80);
                var v6 = host.listen("2001:db8::2", 80)) {
            assertThat(v4).isNotSameAs(v6);
            assertThat(host.stats().listeners())
                    .extracting(listener -> listener.endpoint())
                    .containsExactlyInAnyOrder("198.18.0.2:80", "[2001:db8::2]:80");
        }
    }
}
