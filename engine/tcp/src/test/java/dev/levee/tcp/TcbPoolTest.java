package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Control blocks of connections at rest serve others, and whoever looks sees the right one.
class TcbPoolTest {
    private final Wire one = Wire.established();
    private final Wire two = Wire.established();
    private final TcbPool pool = one.context.controlBlocks();

    private Tcb tcb(int sndUna) {
        var tcb = new Tcb(TcpConfig.DEFAULT, one.connection.tuple(), one.context);
        tcb.snd.sndUna = sndUna;
        return tcb;
    }

    private Tcb look(Wire wire, byte[] packed) {
        return pool.look(wire.connection, packed, TcpConfig.DEFAULT, wire.connection.tuple());
    }

    private Tcb unpack(Wire wire, byte[] packed) {
        var tcb = look(wire, packed);
        pool.taken();
        return tcb;
    }

    @Test
    void blockThatWasPackedServesTheNextThatWakes() {
        var first = tcb(5);
        var packed = pool.pack(first, null);
        assertThat(unpack(one, packed)).isSameAs(first);
        assertThat(first.snd.sndUna).isEqualTo(5);
        assertThat(unpack(one, packed)).as("another is made").isNotSameAs(first);
    }

    @Test
    void whoIsLookedAtAgainIsNotUnpackedAgainAndAnotherIs() {
        var packedOne = pool.pack(tcb(5), null);
        var packedTwo = pool.pack(tcb(7), null);
        var seen = look(one, packedOne);
        assertThat(seen.snd.sndUna).isEqualTo(5);
        seen.snd.sndUna = 6;
        assertThat(look(one, packedOne).snd.sndUna).as("as it was left").isEqualTo(6);
        assertThat(look(two, packedTwo)).as("the same block, for another").isSameAs(seen);
        assertThat(seen.snd.sndUna).isEqualTo(7);
        assertThat(look(one, packedOne).snd.sndUna).isEqualTo(5);
    }

    @Test
    void whoWakesKeepsTheBlockThatWasLookedAt() {
        var packedOne = pool.pack(tcb(5), null);
        var packedTwo = pool.pack(tcb(7), null);
        var seen = look(one, packedOne);
        assertThat(unpack(one, packedOne)).isSameAs(seen);
        assertThat(look(two, packedTwo)).as("it is in use").isNotSameAs(seen);
        assertThat(seen.snd.sndUna).isEqualTo(5);
    }

    @Test
    void octetsOfTheLastRestAreUsedAgainWhereTheyFit() {
        var tcb = tcb(5);
        var packed = pool.pack(tcb, null);
        assertThat(pool.pack(tcb, packed)).isSameAs(packed);
    }

    @Test
    void whatDoesNotHoldAnyMoreIsUnpackedAnew() {
        var packedOne = pool.pack(tcb(5), null);
        var seen = look(one, packedOne);
        seen.snd.sndUna = 6;
        assertThat(pool.sees(one.connection)).isTrue();
        pool.forget(two.connection);
        assertThat(look(one, packedOne).snd.sndUna).isEqualTo(6);
        pool.forget(one.connection);
        assertThat(pool.sees(one.connection)).isFalse();
        assertThat(look(one, packedOne).snd.sndUna).isEqualTo(5);
    }
}
