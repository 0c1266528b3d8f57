package dev.levee.sim.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.DrillVerdict.Outcome;
import dev.levee.sim.drill.engine.EngineTarget;
import dev.levee.sim.drill.system.Setup;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a script says in a call's arguments is compared or given to the system; never passed over.
class CallArgumentsTest {
    private static final String RIGHT = """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +.1 < 1001 > 8080 S 0:0(0) win 60000 <mss 1000>
            +0 > 8080 > 1001 S. 0:0(0) ack 1 <mss 1460>
            +.1 < 1001 > 8080 . 1:1(0) ack 1 win 60000
            +0 accept(3, ..., ...) = 4
            +.1 < 1001 > 8080 P. 1:101(100) ack 1 win 60000
            +0 > 8080 > 1001 . 1:1(0) ack 101
            +0 read(4, ..., 100) = 100
            """;

    private static DrillVerdict with(String part, String instead) {
        assertThat(RIGHT).contains(part);
        var settings = DrillSettings.of(Setup.Profile.LINUX);
        return Drill.run("test.pkt", RIGHT.replace(part, instead.replace('\'', '"')), EngineTarget.factory(), settings);
    }

    private static final String PEER =
            "{sa_family = AF_INET, sin_port = htons(1001), sin_addr = inet_addr('192.0.2.1')}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "accept(3, ..., ...) = 4 | accept(3, PEER, [16]) = 4",
                "accept(3, ..., ...) = 4 | accept(3, PEER, ...) = 4",
                "accept(3, ..., ...) = 4 | accept(3, ..., [16]) = 4",
                "accept(3, ..., ...) = 4 | accept(3, NULL, NULL) = 4",
                "bind(3, ..., ...) = 0 | bind(3, ..., 16) = 0",
                "read(4, ..., 100) = 100 | recvfrom(4, ..., 100, 0, NULL, NULL) = 100",
                "read(4, ..., 100) = 100 | recvfrom(4, ..., 100, 0, ..., [0]) = 100",
                "read(4, ..., 100) = 100 | recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 100}], msg_flags=0}, 0) = 100",
                "read(4, ..., 100) = 100 | ioctl(4, SIOCINQ, [100]) = 0",
            })
    void whatIsTrueIsNoDifference(String part, String instead) {
        assertThat(with(part, instead.replace("PEER", PEER)).report()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "accept(3, ..., ...) = 4 | accept(3, PEER9, [16]) = 4 | address: expected AF_INET 9.9.9.9 port 1001, got AF_INET 192.0.2.1 port 1001",
                "accept(3, ..., ...) = 4 | accept(3, PORT1, [16]) = 4 | address: expected AF_INET 192.0.2.1 port 1, got",
                "accept(3, ..., ...) = 4 | accept(3, PEER, [1]) = 4 | length of the address: expected 1, got 16",
                "accept(3, ..., ...) = 4 | accept(3, ..., [28]) = 4 | length of the address: expected 28, got 16",
                "read(4, ..., 100) = 100 | recvfrom(4, ..., 100, 0, PEER, ...) = 100 | 192.0.2.1 port 1001, got none",
                "read(4, ..., 100) = 100 | recvfrom(4, ..., 100, 0, ..., [16]) = 100 | length of the address: expected 16, got 0",
                "read(4, ..., 100) = 100 | recvmsg(4, {msg_name(...)=PEER, msg_iov(1)=[{..., 100}], msg_flags=0}, 0) = 100 | port 1001, got none",
                "read(4, ..., 100) = 100 | recvmsg(4, {msg_name(16)=..., msg_iov(1)=[{..., 100}], msg_flags=0}, 0) = 100 | expected 16, got 0",
                "read(4, ..., 100) = 100 | recvmsg(4, {msg_name(...)=..., msg_iov(3)=[{..., 100}], msg_flags=0}, 0) = 100 | there are 1 buffers, not 3",
                "read(4, ..., 100) = 100 | sendmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 10}], msg_flags=0}, 0) = 10 | there are 1 buffers, not 2",
                "read(4, ..., 100) = 100 | ioctl(4, SIOCINQ) = 0 | ioctl has [one value] as its argument 3",
            })
    void whatIsNotTrueFails(String part, String instead, String reason) {
        var script = instead.replace("PEER9", PEER.replace("192.0.2.1", "9.9.9.9"))
                .replace("PORT1", PEER.replace("1001", "1"))
                .replace("PEER", PEER);
        var verdict = with(part, script);
        assertThat(verdict.outcome()).as(verdict.report()).isEqualTo(Outcome.FAIL);
        assertThat(verdict.reason()).contains(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "bind(3, ..., ...) = 0 | bind(3, ..., 2) = 0 | an address of family 2 with 2 octets",
                "listen(3, 1) = 0 | connect(3, ..., 3) = 0 | an address of family 2 with 3 octets",
                "read(4, ..., 100) = 100 | sendto(4, ..., 10, 0, ..., 4) = 10 | an address of family 2 with 4 octets",
                "accept(3, ..., ...) = 4 | accept(3, NULL, [16]) = 4 | a length without an address",
                "read(4, ..., 100) = 100 | ioctl(4, SIOCINQ) = -1 EFAULT (Bad address) | ioctl without its third argument",
            })
    void whatCannotBeGivenToTheSystemIsSkipped(String part, String instead, String reason) {
        var verdict = with(part, instead);
        assertThat(verdict.outcome()).as(verdict.report()).isEqualTo(Outcome.SKIP);
        assertThat(verdict.reason()).contains(reason);
    }
}
