package dev.levee.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DownloadTest {
    private final Content content = new Content(7, 70_000);

    private Download taken(int changedAt, int leftOut) {
        var head = content.responseHead();
        var body = new byte[70_000];
        assertThat(content.fill(0, body)).isEqualTo(70_000);
        if (changedAt >= 0) {
            body[changedAt] ^= 1;
        }
        var download = new Download();
        for (byte octet : head) {
            download.take(new byte[] {octet}, 1);
        }
        download.take(body, body.length - leftOut);
        return download;
    }

    @Test
    void whatWasPromisedIsAccepted() {
        var download = taken(-1, 0);
        assertThat(download.bodyBytes()).isEqualTo(70_000);
        assertThat(download.verify()).isTrue();
        assertThat(download.hex()).hasSize(64);
    }

    @Test
    void oneWrongBitIsFound() {
        assertThat(taken(69_999, 0).verify()).isFalse();
    }

    @Test
    void aMissingOctetIsFound() {
        assertThat(taken(-1, 1).complete()).isFalse();
    }

    @Test
    void contentDependsOnPositionAndSeed() {
        var first = new byte[10];
        var other = new byte[10];
        assertThat(content.fill(0, first)).isEqualTo(10);
        assertThat(content.fill(65_536, other)).isEqualTo(10);
        assertThat(first).isNotEqualTo(other);
        assertThat(content.fill(69_995, other)).isEqualTo(5);
    }
}
