package dev.levee.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/a/b, /a/b",
        "/a/b/, /a/b/",
        "//a///b, /a/b",
        "/a/./b/., /a/b/",
        "/a/../b, /b",
        "/a/b/.., /a/",
        "/a%20b/%C3%A4, /a%20b/%C3%A4",
        "/a+b, /a%2Bb",
        "/a?x=/../.., /a",
        "/a?x#y, /a",
        "http://h:80/a/b, /a/b",
        "http://h, /",
        "/%41, /A",
    })
    void targetsAreDecodedAndCleaned(String target, String link) {
        assertThat(RequestPath.parse(target)).map(RequestPath::toLink).contains(link);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "*",
                "/..",
                "/../etc/passwd",
                "/a/../../b",
                "/%2e%2e/etc",
                "/a/%2E%2E/%2e./b",
                "/a%2fb",
                "/a%00b",
                "/%",
                "/%4",
                "/%zz",
                "/%ff",
                "/%c0%af"
            })
    void targetsThatAreMalformedOrClimbOutAreRefused(String target) {
        assertThat(RequestPath.parse(target)).isEmpty();
    }

    @Test
    void plusSignsAreNoSpaces() {
        assertThat(RequestPath.parse("/a+b").orElseThrow().segments()).containsExactly("a+b");
    }
}
