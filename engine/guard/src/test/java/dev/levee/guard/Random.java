package dev.levee.guard;

import dev.levee.wire.Handshake;
import dev.levee.wire.IpAddress;
import java.util.SplittableRandom;

/// Handshakes as they come, from a seed.
final class Random {
    private final SplittableRandom random;

    Random(long seed) {
        random = new SplittableRandom(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    int word() {
        return random.nextInt();
    }

    long twoWords() {
        return random.nextLong();
    }

    /// A new one, of either family, with any options.
    Handshake handshake() {
        var handshake = new Handshake();
        tuple(handshake);
        boolean timestamps = random.nextBoolean();
        handshake.options(
                random.nextInt(4) == 0 ? 0 : random.nextInt(48, 65_536),
                random.nextInt(-1, 15),
                random.nextBoolean(),
                random.nextBoolean(),
                timestamps);
        handshake.tsVal(timestamps ? random.nextInt() : 0);
        handshake.irs(random.nextInt());
        return handshake;
    }

    /// Another sender for it.
    void tuple(Handshake handshake) {
        int ports = 443 << 16 | random.nextInt(1, 65_536);
        if (random.nextBoolean()) {
            var local = IpAddress.parse("198.18.0.2");
            handshake.tuple(
                    local.high(),
                    local.low(),
                    local.high(),
                    0xffff_0000_0000L | random.nextInt() & 0xffff_ffffL,
                    ports);
        } else {
            var local = IpAddress.parse("2001:db8::2");
            handshake.tuple(
                    local.high(), local.low(), 0x2001_0db8_0000_0000L | random.nextInt(), random.nextLong(), ports);
        }
    }
}
