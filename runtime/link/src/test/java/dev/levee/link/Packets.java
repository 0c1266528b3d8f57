package dev.levee.link;

import dev.levee.wire.Bytes;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.FrameSlab;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/// Numbered packets: the number in the first four octets, the rest made from it.
final class Packets {
    private Packets() {}

    static FrameBatch batch(int capacity, int mtu) {
        return new FrameBatch(new FrameSlab(Arena.ofAuto(), capacity, mtu), capacity);
    }

    /// Adds `count` packets with numbers from `first` on.
    static void fill(FrameBatch batch, int first, int count, int length) {
        for (int i = 0; i < count; i++) {
            batch.next().fill(bytes(first + i, length));
            batch.added();
        }
    }

    static byte[] bytes(int number, int length) {
        var octets = new byte[length];
        for (int i = 4; i < length; i++) {
            octets[i] = (byte) (number * 31 + i);
        }
        octets[0] = (byte) (number >>> 24);
        octets[1] = (byte) (number >>> 16);
        octets[2] = (byte) (number >>> 8);
        octets[3] = (byte) number;
        return octets;
    }

    static int number(FrameBatch batch, int index) {
        return Bytes.i32(batch.get(index).memory(), batch.get(index).offset());
    }

    static List<Integer> numbers(FrameBatch batch) {
        var numbers = new ArrayList<Integer>();
        for (int i = 0; i < batch.count(); i++) {
            numbers.add(number(batch, i));
        }
        return numbers;
    }
}
