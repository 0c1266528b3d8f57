package dev.levee.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImpairmentTest {

    @Test
    void everyWordIsRead() {
        var all = Impairment.parse("loss=2%,reorder=3%,duplicate=1%,delay=5ms,jitter=250us,corrupt=0.1%,"
                + "rate=100mbit,queue=64k,ecn=16k,mtu=1400,seed=7");
        assertThat(all)
                .isEqualTo(new Impairment(
                        0.02, 5_000_000, 250_000, 0.03, 0.01, 0.001, 100_000_000, 64 * 1024, 16 * 1024, 1400, 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "none"})
    void noTextIsAPerfectPath(String text) {
        assertThat(Impairment.parse(text)).isEqualTo(Impairment.NONE);
        assertThat(Impairment.parse(text).perfect()).isTrue();
    }

    @Test
    void theSeedAloneLeavesThePathPerfect() {
        assertThat(Impairment.parse("seed=-3").perfect()).isTrue();
        assertThat(Impairment.parse("loss=1%").perfect()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "delay=0s, 0",
        "delay=7ns, 7",
        "delay=7us, 7000",
        "delay=1.5ms, 1500000",
        "delay=2S, 2000000000",
        "delay=3600s, 3600000000000",
    })
    void timesHaveUnits(String text, long nanos) {
        assertThat(Impairment.parse(text).delayNanos()).isEqualTo(nanos);
    }

    @ParameterizedTest
    @CsvSource({
        "rate=100bit, 100",
        "rate=56kbit, 56000",
        "rate=2.5gbit, 2500000000",
        "rate=1tbit, 1000000000000",
    })
    void ratesHaveUnits(String text, long bitsPerSecond) {
        assertThat(Impairment.parse(text).rateBitsPerSecond()).isEqualTo(bitsPerSecond);
    }

    @Test
    void aQueueThatIsLeftOutHolds100MillisecondsButAtLeast64Kibibytes() {
        assertThat(Impairment.parse("rate=100mbit").queueBytes()).isEqualTo(1_250_000);
        assertThat(Impairment.parse("rate=1mbit").queueBytes()).isEqualTo(65_536);
        assertThat(Impairment.parse("rate=1tbit").queueBytes()).isEqualTo(1L << 30);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "loss | 'loss' is not of the form WORD=VALUE",
                "loss=2%, | '' is not of the form WORD=VALUE",
                "lost=2% | 'lost' is no property of a path",
                "loss=2%,loss=3% | loss is given twice",
                "loss=2 | loss must be a percentage such as 2%, not '2'",
                "loss=% | loss must be a percentage such as 2%, not '%'",
                "loss=-1% | loss must be a percentage such as 2%, not '-1%'",
                "loss=1e9% | loss must be a percentage",
                "loss=NaN% | loss must be a percentage",
                "loss=100.1% | loss must lie between 0% and 100%",
                "delay=5 | delay must be a value such as 5ms, not '5'",
                "delay=ms | delay must be a value such as 5ms, not 'ms'",
                "delay=5mss | delay must be a value such as 5ms, not '5mss'",
                "delay=3601s | delay must lie between 0 and 1h",
                "delay=99999999999999999999s | delay must lie between 0 and 1h",
                "jitter=1h | jitter must be a value such as 1ms",
                "rate=99bit | rate must lie between 100 and 1tbit",
                "rate=0bit | rate must be more than 0",
                "rate=10m | rate must be a value such as 100mbit, not '10m'",
                "queue=64k | a queue needs a rate",
                "ecn=16k | ecn needs a rate",
                "rate=1mbit,ecn=0 | ecn must be more than 0",
                "rate=1mbit,ecn=1025m | ecn must lie between 1 and 1g",
                "rate=1mbit,ecn=1s | ecn must be a value such as 16k, not '1s'",
                "rate=1mbit,queue=0 | queue must be more than 0",
                "rate=1mbit,queue=1025m | queue must lie between 1 and 1g",
                "mtu=67 | mtu must lie between 68 and 65535",
                "mtu=65536 | mtu must lie between 68 and 65535",
                "mtu=99999999999 | mtu must lie between 68 and 65535",
                "mtu=1k | mtu must be a whole number such as 1400, not '1k'",
                "seed=x | seed must be a whole number such as 7, not 'x'",
            })
    void badTextIsRefusedWithOneSentence(String text, String sentence) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Impairment.parse(text))
                .withMessageContaining(sentence)
                .withMessageNotContaining("\n");
    }

    @Test
    void theLimitsThemselvesAreAllowed() {
        assertThat(Impairment.parse("loss=100%,mtu=68").loss()).isEqualTo(1);
        assertThat(Impairment.parse("rate=1mbit,queue=1024m,mtu=65535").queueBytes())
                .isEqualTo(1L << 30);
        assertThat(Impairment.parse("rate=1mbit,queue=1").queueBytes()).isEqualTo(1);
    }

    @Test
    void aNumberThatIsNoneIsNoProbability() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Impairment.builder().loss(Double.NaN).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Impairment.builder().delayNanos(-1).build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none",
                "loss=2%",
                "loss=0.01%,delay=5ms,jitter=1us,reorder=25%,duplicate=1%,corrupt=100%,rate=100mbit,queue=64k,ecn=3000,mtu=1400",
                "rate=56kbit,queue=100000,seed=-7",
            })
    void theTextFormReadsBack(String text) {
        var impairment = Impairment.parse(text);
        assertThat(impairment).hasToString(text);
        assertThat(impairment.toBuilder().build()).isEqualTo(impairment);
    }

    /// Random texts of the language's own letters: read, or refused as the documentation says, never anything
    /// else.
    @Test
    void randomTextIsReadOrRefused() {
        var pieces = new String[] {
            "loss", "delay", "rate", "queue", "mtu", "seed", "=", "=", "=", ",", "%", "1", "9", ".", "ms", "s", "bit",
            "k", "-", " ", "e", "\u0661", "\0"
        };
        for (long seed = 1; seed <= 20_000; seed++) {
            var random = new SeededRandom(seed);
            var text = new StringBuilder();
            for (int left = random.nextInt(12); left >= 0; left--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            var input = text.toString();
            var thrown = org.assertj.core.api.Assertions.catchThrowable(() -> {
                var read = Impairment.parse(input);
                assertThat(Impairment.parse(read.toString()))
                        .as("seed text '%s'", input)
                        .isEqualTo(read);
            });
            if (thrown != null) {
                assertThat(thrown).as("text '%s'", input).isInstanceOf(IllegalArgumentException.class);
                assertThat(thrown).isNotInstanceOf(NumberFormatException.class);
            }
        }
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> Impairment.parse("=\0"));
    }
}
