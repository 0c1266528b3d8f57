package dev.levee.app.get;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.app.Problem;
import dev.levee.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {
    @ParameterizedTest
    @CsvSource({
        "http://198.18.0.1, 198.18.0.1, 80, 198.18.0.1, /",
        "198.18.0.1/a, 198.18.0.1, 80, 198.18.0.1, /a",
        "http://198.18.0.1:8080/a?b=c#d, 198.18.0.1, 8080, 198.18.0.1:8080, /a?b=c",
        "http://[2001:db8::1]/a%20b, 2001:db8::1, 80, [2001:db8::1], /a%20b",
        "http://[2001:db8::1]:81/, 2001:db8::1, 81, [2001:db8::1]:81, /",
        "HTTP://Name.example/x, Name.example, 80, Name.example, /x",
        "http://h?q, h, 80, h, /?q",
    })
    void urlsNameHostPortAndPath(String url, String host, int port, String authority, String path) throws Problem {
        assertThat(Target.parse(url)).isEqualTo(new Target(host, port, authority, path));
    }

    @Test
    void literalsAreNotLookedUp() throws Problem {
        assertThat(Target.parse("http://[2001:db8::1]/").resolve()).containsExactly(IpAddress.parse("2001:db8::1"));
        assertThat(Target.parse("http://198.18.0.1/").resolve()).containsExactly(IpAddress.parse("198.18.0.1"));
    }
}
