package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @ParameterizedTest
    @CsvSource({
        // RFC 5952 §1, §2 and §4
        "2001:db8:0:0:1:0:0:1,2001:db8::1:0:0:1",
        "2001:0db8:0:0:1:0:0:1,2001:db8::1:0:0:1",
        "2001:db8::1:0:0:1,2001:db8::1:0:0:1",
        "2001:db8::0:1:0:0:1,2001:db8::1:0:0:1",
        "2001:DB8:0:0:1::1,2001:db8::1:0:0:1",
        "2001:db8:0000:0:1::1,2001:db8::1:0:0:1",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001,2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
        "2001:db8:0:1:1:1:1:1,2001:db8:0:1:1:1:1:1",
        "2001:db8::1:1:1:1:1,2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1,2001:0:0:1::1",
        "2001:db8:0:0:0:0:2:1,2001:db8::2:1",
        "2001:db8:aaaa:bbbb:cccc:dddd:EEEE:AAAA,2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa",
        "0:0:0:0:0:0:0:0,::",
        "::,::",
        "0:0:0:0:0:0:0:1,::1",
        "1:0:0:0:0:0:0:0,1::",
        "1::,1::",
        "1:2:3:4:5:6:7::,1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8,0:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8,1:2:3:4:5:6:7:8",
        "0:0:1:0:0:0:1:0,0:0:1::1:0",
        "64:ff9b::198.18.0.1,64:ff9b::c612:1",
        "1:2:3:4:5:6:198.18.0.1,1:2:3:4:5:6:c612:1",
        "::198.18.0.1,::c612:1",
        "::ffff:198.18.0.1,198.18.0.1",
        "::FFFF:c612:1,198.18.0.1",
        "::ffff:0:0,0.0.0.0",
        "198.18.0.1,198.18.0.1",
        "0.0.0.0,0.0.0.0",
        "255.255.255.255,255.255.255.255"
    })
    void textIsReadAndPrintedInItsOneCanonicalForm(String text, String canonical) {
        var address = IpAddress.parse(text);
        assertThat(address).hasToString(canonical);
        assertThat(IpAddress.parse(canonical)).isEqualTo(address);
        assertThat(IpAddress.of(address.toBytes())).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                ":",
                ":::",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.4.",
                ".1.2.3.4",
                "1..2.3",
                "256.1.1.1",
                "1.2.3.999",
                "01.2.3.4",
                "1.2.3.00",
                "1.2.3.-4",
                "+1.2.3.4",
                " 1.2.3.4",
                "1.2.3.4 ",
                "1.2.3.4/24",
                "1.2.3.4:80",
                "0x1.2.3.4",
                "1,2,3,4",
                "localhost",
                "١.٢.٣.٤",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "1:2:3:4::5:6:7:8",
                "1::2::3",
                "1:::2",
                "1:2:3:4:5:6:7:",
                ":1:2:3:4:5:6:7",
                ":1:2:3:4:5:6:7:8",
                "::1:",
                "12345::",
                "g::",
                "-1::",
                "fe80::1%eth0",
                "[::1]",
                "::1.2.3",
                "::1.2.3.4:5",
                "::01.2.3.4",
                "::1.2.3.256",
                "1:2:3:4:5:6:7:1.2.3.4",
                "1.2.3.4::",
                "::ffff:",
                "１::"
            })
    void whatIsNoAddressIsRefusedWithASentenceThatNamesIt(String text) {
        assertThatThrownBy(() -> IpAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is not an IP address; write one like 198.18.0.2 or 2001:db8::2");
    }

    @Test
    void octetsOfAnotherNumberAreNoAddress() {
        for (int bytes : new int[] {0, 3, 5, 15, 17}) {
            assertThatThrownBy(() -> IpAddress.of(new byte[bytes]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("4 or 16");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // text, any, multicast, broadcast, loopback
        "0.0.0.0,true,false,false,false",
        "::,true,false,false,false",
        "0.0.0.1,false,false,false,false",
        "223.255.255.255,false,false,false,false",
        "224.0.0.0,false,true,false,false",
        "239.255.255.255,false,true,false,false",
        "240.0.0.0,false,false,false,false",
        "255.255.255.255,false,false,true,false",
        "127.0.0.1,false,false,false,true",
        "127.255.0.1,false,false,false,true",
        "128.0.0.1,false,false,false,false",
        "::1,false,false,false,true",
        "ff02::1,false,true,false,false",
        "feff::1,false,false,false,false",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,false,true,false,false"
    })
    void addressesAreOfAKind(String text, boolean any, boolean multicast, boolean broadcast, boolean loopback) {
        var address = IpAddress.parse(text);
        assertThat(address.isAny()).isEqualTo(any);
        assertThat(address.isMulticast()).isEqualTo(multicast);
        assertThat(address.isBroadcast()).isEqualTo(broadcast);
        assertThat(address.isLoopback()).isEqualTo(loopback);
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.0.2/24,198.18.0.0,true",
        "198.18.0.2/24,198.18.0.255,true",
        "198.18.0.2/24,198.18.1.0,false",
        "198.18.0.2/24,198.17.255.255,false",
        "198.18.0.2/32,198.18.0.2,true",
        "198.18.0.2/32,198.18.0.3,false",
        "198.18.0.2/31,198.18.0.3,true",
        "0.0.0.0/0,255.255.255.255,true",
        "0.0.0.0/0,::1,false",
        "::/0,2001:db8::1,true",
        "::/0,198.18.0.1,false",
        "2001:db8::2/64,2001:db8::ffff:ffff:ffff:ffff,true",
        "2001:db8::2/64,2001:db8:0:1::,false",
        "2001:db8::2/63,2001:db8:0:1::,true",
        "2001:db8::2/65,2001:db8::7fff:ffff:ffff:ffff,true",
        "2001:db8::2/65,2001:db8::8000:0:0:0,false",
        "2001:db8::2/128,2001:db8::2,true",
        "2001:db8::2/128,2001:db8::3,false"
    })
    void networkContainsItsAddresses(String cidr, String address, boolean contains) {
        assertThat(Cidr.parse(cidr).contains(IpAddress.parse(address))).isEqualTo(contains);
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.0.77/24,198.18.0.0,198.18.0.255",
        "198.18.0.2/15,198.18.0.0,198.19.255.255",
        "198.18.0.2/30,198.18.0.0,198.18.0.3",
        "10.1.2.3/0,0.0.0.0,255.255.255.255",
        "198.18.0.3/31,198.18.0.2,none",
        "198.18.0.2/32,198.18.0.2,none",
        "2001:db8::2/64,2001:db8::,none",
        "2001:db8:1:2:3:4:5:6/44,2001:db8::,none",
        "2001:db8::2/0,::,none",
        "2001:db8::7/127,2001:db8::6,none"
    })
    void networkHasAFirstAddressAndSometimesABroadcast(String text, String network, String broadcast) {
        var cidr = Cidr.parse(text);
        assertThat(cidr.network()).hasToString(network);
        assertThat(cidr.broadcast(cidr.address())).isFalse();
        if (broadcast.equals("none")) {
            assertThat(cidr.broadcast(IpAddress.parse("198.18.0.3"))).isFalse();
        } else {
            var last = IpAddress.parse(broadcast);
            assertThat(cidr.broadcast(last)).isTrue();
            assertThat(cidr.broadcast(IpAddress.ofV4(last.v4() - 1))).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.0.2/24,198.18.0.1",
        "198.18.0.1/24,198.18.0.2",
        "198.18.0.0/31,198.18.0.1",
        "198.18.0.1/31,198.18.0.0",
        "198.18.0.2/30,198.18.0.1",
        "2001:db8::2/64,2001:db8::1",
        "2001:db8::1/64,2001:db8::2",
        "2001:db8::1/127,2001:db8::"
    })
    void otherEndIsTheFirstOtherHost(String cidr, String other) {
        assertThat(Cidr.parse(cidr).firstOtherHost()).hasToString(other);
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.0.2/32", "2001:db8::2/128"})
    void networkOfOneHasNoOtherHost(String cidr) {
        assertThatThrownBy(() -> Cidr.parse(cidr).firstOtherHost())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no room for a second host");
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.0.2,has no prefix length",
        "198.18.0.2/,no number",
        "198.18.0.2/-1,no number",
        "198.18.0.2/+8,no number",
        "198.18.0.2/ 8,no number",
        "198.18.0.2/024,no number",
        "198.18.0.2/129,no number",
        "198.18.0.2/33,0..32",
        "198.18.0.2/24/24,no number",
        "198.18.0.2/255.255.255.0,no number",
        "2001:db8::2/129,no number",
        "::ffff:198.18.0.2/96,0..32",
        "host/24,'host'",
        "/24,''"
    })
    void whatIsNoNetworkIsRefusedWithASentence(String text, String sentence) {
        assertThatThrownBy(() -> Cidr.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void networkPrintsAsItWasWritten() {
        assertThat(Cidr.parse("198.18.0.2/24")).hasToString("198.18.0.2/24");
        assertThat(Cidr.parse("2001:DB8::2/0")).hasToString("2001:db8::2/0");
    }
}
