package dev.levee.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Mistakes of users are told in one sentence that says what to do.
class WrongUseTest {
    @Retention(RetentionPolicy.RUNTIME)
    @LeveeNetwork(loss = 0.1)
    @interface Lossy {}

    @Retention(RetentionPolicy.RUNTIME)
    @LeveeNetwork(delay = "1s")
    @interface Far {}

    static class Mistakes {
        @Test
        @Lossy
        @Far
        void twoNetworks(SimHost client) {}

        @Test
        @LeveeNetwork(loss = 2)
        void percent(SimHost client) {}

        @Test
        @LeveeNetwork(loss = Double.NaN)
        void noNumber(SimHost client) {}

        @Test
        @LeveeNetwork(delay = "20")
        void noUnit(SimHost client) {}

        @Test
        @LeveeNetwork(delay = "20ms,loss=3%")
        void twoValues(SimHost client) {}

        @Test
        @LeveeNetwork(queue = "64k")
        void queueAlone(SimHost client) {}

        @Test
        @LeveeNetwork(rate = "10mbit", queue = "plenty")
        void queueInWords(SimHost client) {}

        @Test
        @LeveeNetwork(mtu = 575)
        void tinyMtu(SimHost client) {}

        @Test
        @LeveeNetwork(mtu = 1279, ipv6 = true)
        void tinyMtuV6() {}

        @Test
        @LeveeNetwork
        void hostOfAnotherType(@Host("client") SimNetwork network) {}

        @Test
        @LeveeNetwork
        void hostWithoutName(@Host(" ") SimHost client) {}

        @Test
        @LeveeNetwork
        void unknownType(StringBuilder text) {}

        @SeededTest(seeds = 0)
        void noSeeds(SimHost client) {}
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "twoNetworks      | Mistakes.twoNetworks has two networks, @Lossy and @Far: keep one of them",
                "percent          | @LeveeNetwork of Mistakes.percent: loss is a probability between 0 and 1 (2 % is"
                        + " 0.02), and cannot be 2.0",
                "noNumber         | @LeveeNetwork of Mistakes.noNumber: loss is a probability between 0 and 1 (2 % is"
                        + " 0.02), and cannot be NaN",
                "noUnit           | @LeveeNetwork of Mistakes.noUnit: delay must be a value such as 5ms, not '20'",
                "twoValues        | @LeveeNetwork of Mistakes.twoValues: delay is one value, and cannot be"
                        + " '20ms,loss=3%'",
                "queueAlone       | @LeveeNetwork of Mistakes.queueAlone: a queue needs a rate: add one such as rate ="
                        + " \"100mbit\"",
                "queueInWords     | @LeveeNetwork of Mistakes.queueInWords: queue must be a value such as 64k, not"
                        + " 'plenty'",
                "tinyMtu          | @LeveeNetwork of Mistakes.tinyMtu: mtu must lie between 576 and 65535",
                "tinyMtuV6        | @LeveeNetwork of Mistakes.tinyMtuV6: mtu must lie between 1280 and 65535",
                "noSeeds          | @SeededTest needs at least one seed; seeds or levee.seeds is 0",
            })
    void aWrongAnnotationIsAWrongConfiguration(String method, String sentence) {
        var failure = Inner.failure(Mistakes.class, method);
        assertThat(failure).isInstanceOf(ExtensionConfigurationException.class).hasMessage(sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hostOfAnotherType | @Host is for parameters of type SimHost, not SimNetwork",
                "hostWithoutName   | @Host needs a name, such as @Host(\"client\")",
            })
    void aWrongParameterCannotBeResolved(String method, String sentence) {
        var failure = Inner.failure(Mistakes.class, method);
        assertThat(failure).isInstanceOf(ParameterResolutionException.class).hasMessage(sentence);
    }

    @Test
    void typesOfOthersAreLeftToOtherExtensions() {
        assertThat(Inner.failure(Mistakes.class, "unknownType"))
                .isInstanceOf(ParameterResolutionException.class)
                .hasMessageContaining("No ParameterResolver registered for parameter [java.lang.StringBuilder");
    }

    @LeveeNetwork
    static class NetworkInBeforeAll {
        @BeforeAll
        static void begin(SimNetwork network) {}

        @Test
        void test() {}
    }

    @LeveeNetwork
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class NetworkForAll {
        NetworkForAll(SimNetwork network) {}

        @Test
        void test() {}
    }

    @Test
    void aNetworkForSeveralTestsIsRefused() {
        var sentence = "a network lives for one test: ask for SimNetwork in the test method or a @BeforeEach method,"
                + " not where something is made for several tests";
        assertThat(Inner.failure(NetworkInBeforeAll.class))
                .isInstanceOf(ParameterResolutionException.class)
                .hasMessage(sentence);
        assertThat(Inner.failure(NetworkForAll.class))
                .isInstanceOf(ParameterResolutionException.class)
                .hasMessage(sentence);
    }

    @Test
    void aSeedThatIsNoNumberIsRefused() {
        assertThat(Inner.failure(Mistakes.class, "hostWithoutName", "levee.seed", "x"))
                .isInstanceOf(ExtensionConfigurationException.class)
                .hasMessage("levee.seed must be a whole number such as 17, not 'x'");
    }
}
