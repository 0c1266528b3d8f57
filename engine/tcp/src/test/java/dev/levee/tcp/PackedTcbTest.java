package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is packed is all that there is: fields are found by reflection, so that a new one that nobody packs is found,
/// too.
class PackedTcbTest {
    /// What is not packed, because a connection keeps it, or because only what has none of it is packed.
    private static final Set<String> KEPT = Set.of(
            "config",
            "tuple",
            "context",
            "sent",
            "growth",
            "fastOpen",
            "cause",
            "snd.ring",
            "snd.recordEnds",
            "rcv.ring",
            "rcv.reassembly");

    private static final FourTuple TUPLE =
            new FourTuple(IpAddress.parse("198.18.0.2"), 1, IpAddress.parse("198.18.0.1"), 2);

    private final TcpContext context = new TcpContext(new BufferPool(0), new SipHash(1, 2));

    /// Does something with each field, by its path.
    private interface Visitor {
        void visit(String path, Object owner, Field field) throws IllegalAccessException;
    }

    private static void walk(String path, Object owner, Visitor visitor) throws IllegalAccessException {
        for (var field : owner.getClass().getDeclaredFields()) {
            String name = path + field.getName();
            if (Modifier.isStatic(field.getModifiers()) || KEPT.contains(name) || field.isSynthetic()) {
                continue;
            }
            field.setAccessible(true);
            var type = field.getType();
            if (type.isPrimitive() || type.isEnum() || type == long[].class) {
                visitor.visit(name, owner, field);
            } else {
                walk(name + ".", field.get(owner), visitor);
            }
        }
    }

    private static void fill(Tcb tcb, Random random) throws IllegalAccessException {
        walk("", tcb, (path, owner, field) -> {
            var type = field.getType();
            if (type == boolean.class) {
                field.setBoolean(owner, random.nextBoolean());
            } else if (type == int.class) {
                field.setInt(owner, (int) value(random));
            } else if (type == long.class) {
                field.setLong(owner, value(random));
            } else if (type == double.class) {
                field.setDouble(owner, value(random) / 16.0);
            } else if (type == long[].class) {
                var row = (long[]) field.get(owner);
                for (int i = 0; i < row.length; i++) {
                    row[i] = value(random);
                }
            } else {
                var all = type.getEnumConstants();
                field.set(owner, all[random.nextInt(all.length)]);
            }
        });
    }

    /// Small and large, and those at the ends.
    private static long value(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> random.nextInt(-2, 3);
            case 2 -> random.nextInt(100_000);
            case 3 -> random.nextInt();
            case 4 -> random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
            default -> random.nextLong();
        };
    }

    /// All fields by their paths.
    static Map<String, Object> all(Tcb tcb) throws IllegalAccessException {
        var all = new TreeMap<String, Object>();
        walk("", tcb, (path, owner, field) -> {
            if (field.get(owner) instanceof long[] row) {
                for (int i = 0; i < row.length; i++) {
                    all.put(path + i, row[i]);
                }
            } else {
                all.put(path, String.valueOf(field.get(owner)));
            }
        });
        return all;
    }

    private Tcb any(CongestionAlgorithm algorithm) {
        return new Tcb(TcpConfig.builder().congestion(algorithm).build(), TUPLE, context);
    }

    @RepeatedTest(100)
    void everyFieldOfAControlBlockIsPacked(RepetitionInfo repetition) throws IllegalAccessException {
        var random = new Random(repetition.getCurrentRepetition());
        for (var algorithm : CongestionAlgorithm.values()) {
            var from = any(algorithm);
            var to = any(algorithm);
            fill(from, random);
            fill(to, random);
            var before = all(from);
            var packing = new Packing();
            packing.pack();
            PackedTcb.fields(from, packing);
            var packed = packing.packed(null);
            assertThat(all(from)).as("packing changes nothing").isEqualTo(before);
            packing.unpack(packed);
            PackedTcb.fields(to, packing);
            assertThat(all(to)).isEqualTo(before);
        }
    }

    @Test
    void thereAreAsManyFieldsAsThisTestKnowsOf() throws IllegalAccessException {
        // Not how many exactly: but were the walk to end early, the other test would say nothing.
        assertThat(all(any(CongestionAlgorithm.CUBIC))).hasSizeGreaterThan(170);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 63, -64, 64, -65, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE})
    void numbersAtTheEndsOfGroupsComeBack(long value) {
        var packing = new Packing();
        packing.pack();
        packing.baseNanos(-value);
        packing.number(value);
        packing.nanos(value);
        packing.deadline(value);
        packing.real((double) value);
        var packed = packing.packed(null);
        packing.unpack(packed);
        assertThat(packing.baseNanos(5)).isEqualTo(-value);
        assertThat(packing.number(5L)).isEqualTo(value);
        assertThat(packing.nanos(5)).isEqualTo(value);
        assertThat(packing.deadline(5)).isEqualTo(value);
        assertThat(packing.real(5)).isEqualTo((double) value);
    }

    @Test
    void whatFitsIsUsedAgain() {
        var packing = new Packing();
        packing.pack();
        packing.number(1L << 40);
        var first = packing.packed(null);
        packing.pack();
        packing.number(1L << 30);
        assertThat(packing.packed(first)).as("an octet less").isSameAs(first);
        packing.pack();
        packing.number(1L << 60);
        assertThat(packing.packed(first)).as("longer").isNotSameAs(first);
    }
}
