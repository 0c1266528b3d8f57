package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every setting is what it was set to, and nothing beyond its range. Settings are found by reflection, so that none is
/// forgotten.
class TcpConfigTest {
    private static final long SECOND = Wire.SECOND;

    private static List<Method> setters() {
        var setters = Arrays.stream(TcpConfigBuilder.class.getDeclaredMethods())
                .filter(method -> method.getParameterCount() == 1 && Modifier.isPublic(method.getModifiers()))
                .toList();
        assertThat(setters).hasSizeGreaterThan(60);
        return setters;
    }

    private static Method setter(String name) {
        return setters().stream()
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Object get(TcpConfig config, String name) throws ReflectiveOperationException {
        return TcpConfig.class.getMethod(name).invoke(config);
    }

    private static void set(TcpConfigBuilder builder, String name, long value) throws ReflectiveOperationException {
        var setter = setter(name);
        Object result = setter.getParameterTypes()[0] == int.class
                ? setter.invoke(builder, Math.toIntExact(value))
                : setter.invoke(builder, value);
        assertThat(result).isSameAs(builder);
    }

    /// Another value than the one there is, inside of the range.
    private static Object other(Object value) {
        return switch (value) {
            case Boolean flag -> !flag;
            case Integer number -> number == 0 ? 1 : number / 2 + 1;
            case Long number -> number == 0 ? SECOND : number + 1;
            case Enum<?> constant ->
                constant.getDeclaringClass()
                        .getEnumConstants()[
                        (constant.ordinal() + 1) % constant.getDeclaringClass().getEnumConstants().length];
            case Set<?> set -> Set.of(CloseCause.IcmpReason.HOST);
            default -> throw new AssertionError(value);
        };
    }

    @Test
    void everySettingIsWhatItWasSetToAndNoOtherChanges() throws ReflectiveOperationException {
        for (var setter : setters()) {
            String name = setter.getName();
            var before = get(TcpConfig.DEFAULT, name);
            // A buffer's size is a power of two, and stops it from growing.
            var after = name.endsWith("BufferBytes") ? 1 << 15 : other(before);
            if (name.equals("windowShift")) {
                after = 3;
            }
            var builder = TcpConfig.builder();
            assertThat(setter.invoke(builder, after)).as(name).isSameAs(builder);
            var config = builder.build();
            assertThat(get(config, name)).as(name).isEqualTo(after);
            assertThat(get(config.toBuilder().build(), name)).as(name).isEqualTo(after);
            for (var another : setters()) {
                boolean limits = another.getName().endsWith("BufferBytesMax")
                        && (name.endsWith("BufferBytes")
                                || name.equals("receiveWindowBytes")
                                || name.equals("sendLimitBytes"));
                if (!another.getName().equals(name) && !limits) {
                    assertThat(get(config, another.getName()))
                            .as("%s after %s", another.getName(), name)
                            .isEqualTo(get(TcpConfig.DEFAULT, another.getName()));
                }
            }
        }
    }

    @Test
    void builderIsNotChangedByWhatIsBuiltFromIt() {
        var builder = TcpConfig.builder().hopLimit(7);
        var config = builder.build();
        builder.hopLimit(9);
        assertThat(config.hopLimit()).isEqualTo(7);
        config.toBuilder().hopLimit(11);
        assertThat(config.hopLimit()).isEqualTo(7);
    }

    @Test
    void whoSaysASizeWantsThatOne() {
        var config = TcpConfig.builder()
                .receiveBufferBytes(5_000)
                .sendBufferBytes(9_000)
                .build();
        assertThat(config.receiveBufferBytes()).isEqualTo(8_192);
        assertThat(config.receiveBufferBytesMax()).isEqualTo(8_192);
        assertThat(config.sendBufferBytes()).isEqualTo(16_384);
        assertThat(config.sendBufferBytesMax()).isEqualTo(16_384);
        var limited = TcpConfig.builder()
                .receiveWindowBytes(1_000)
                .sendLimitBytes(2_000)
                .build();
        assertThat(limited.receiveBufferBytesMax()).isEqualTo(limited.receiveBufferBytes());
        assertThat(limited.sendBufferBytesMax()).isEqualTo(limited.sendBufferBytes());
        var free = TcpConfig.builder().receiveWindowBytes(0).sendLimitBytes(0).build();
        assertThat(free.receiveBufferBytesMax()).isEqualTo(TcpConfig.DEFAULT.receiveBufferBytesMax());
        assertThat(free.sendBufferBytesMax()).isEqualTo(TcpConfig.DEFAULT.sendBufferBytesMax());
        assertThat(TcpConfig.builder().sendBufferBytes(4_096).build().sendBufferBytes())
                .isEqualTo(4_096);
        assertThat(TcpConfig.builder().sendBufferBytes(1 << 30).build().sendBufferBytes())
                .isEqualTo(1 << 30);
        assertThat(TcpConfig.builder().sendBufferBytes(-1).build().sendBufferBytes())
                .isEqualTo(4_096);
        assertThat(TcpConfig.builder().sendBufferBytes((1 << 30) + 1).build().sendBufferBytes())
                .isEqualTo(1 << 30);
    }

    /// Times in milliseconds, `s` seconds.
    @ParameterizedTest
    @CsvSource({
        "mssMin, 8, 1220",
        "mssMax, 88, 65515",
        "initialWindowSegments, 1, 1000",
        "rtoMinNanos, 1ms, 1s",
        "rtoInitialNanos, 200ms, 60s",
        "rtoMaxNanos, 1s, 3600s",
        "delayedAckNanos, 0, 499999999",
        "mslNanos, 1ms, 240s",
        "r1Retransmits, 1, 100",
        "r2Nanos, 200ms, 86400s",
        "r2SynNanos, 200ms, 86400s",
        "r2SynReceivedNanos, 200ms, 86400s",
        "finWait2Nanos, 1ms, 86400s",
        "zeroWindowNanosMax, 0, 864000s",
        "zeroWindowClosedNanosMax, 0, 864000s",
        "keepAliveIdleNanos, 1ms, 864000s",
        "keepAliveIntervalNanos, 1ms, 864000s",
        "keepAliveProbes, 2, 127",
        "restNanos, 0, 86400s",
        "hopLimit, 1, 255",
        "trafficClass, 0, 255",
        "receiveBufferBytesMax, 0, 1073741824",
        "sendBufferBytesMax, 0, 1073741824",
        "receiveWindowBytes, 0, 131072",
        "sendLimitBytes, 0, 131072",
        "unsentBytesMax, 0, 2147483647",
        "receiveWindowInitialBytes, 0, 131072",
        "windowShift, -1, 14",
        "pushGroupSegments, 0, 1000",
        "quickAcks, 0, 1000",
        "rtoVarianceMinNanos, 1ms, 60s",
        "rtoSlopNanos, 0, 60s",
        "userTimeoutNanos, 0, 2592000s",
        "userTimeoutAdvertisedNanos, 0, 2592000s",
        "userTimeoutNanosMin, 200ms, 600s",
        "userTimeoutNanosMax, 100s, 2592000s",
        "pathMtuMin, 68, 1280",
        "pathMtuNanos, 1s, 86400s",
        "blackHoleTimeouts, 0, 100",
        "synLinearTimeouts, 0, 100"
    })
    void whatLiesOutsideOfItsRangeIsRefusedInASentence(String name, String least, String most)
            throws ReflectiveOperationException {
        long min = number(least);
        long max = number(most);
        for (long value : new long[] {min, max}) {
            var builder = TcpConfig.builder();
            set(builder, name, value);
            assertThatCode(builder::build).as("%d", value).doesNotThrowAnyException();
        }
        for (long value : new long[] {min - 1, max + 1}) {
            if (value == Integer.MAX_VALUE + 1L) {
                continue;
            }
            var builder = TcpConfig.builder();
            set(builder, name, value);
            assertThatThrownBy(builder::build)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(" must lie in ")
                    .hasMessageContaining("" + value);
        }
    }

    private static long number(String text) {
        if (text.endsWith("ms")) {
            return Long.parseLong(text.substring(0, text.length() - 2)) * Wire.MILLI;
        }
        return text.endsWith("s")
                ? Long.parseLong(text.substring(0, text.length() - 1)) * SECOND
                : Long.parseLong(text);
    }
}
