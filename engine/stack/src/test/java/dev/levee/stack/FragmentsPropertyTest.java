package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.Bytes;
import dev.levee.wire.DropReason;
import dev.levee.wire.Fragmenter;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpHeader;
import dev.levee.wire.IpPacket;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random cuts, orders, duplicates and overlaps, judged by a model that knows nothing of bits: a list of the
/// fragments that have come.
class FragmentsPropertyTest {
    private static final int PACKETS = 3_000;
    private static final int PAYLOAD_MAX = 3_000;

    private final Frame packet = FrameSlab.single(65_535);
    private final Frame piece = FrameSlab.single(65_535);
    private final IpPacket ip = new IpPacket();
    private long now;

    /// One fragment: which octets of the payload it says it holds, and those.
    private record Piece(int from, int to, boolean last, byte[] octets) {
        boolean overlaps(Piece other) {
            return from < other.to && other.from < to;
        }

        boolean same(Piece other) {
            return from == other.from && to == other.to && last == other.last && Arrays.equals(octets, other.octets);
        }
    }

    /// What must become of fragments of one packet.
    private static final class Model {
        private final List<Piece> kept = new ArrayList<>();
        private boolean spoilt;

        /// The whole payload; empty while it is not whole; null when the packet is spoilt.
        byte @Nullable [] add(Piece piece) {
            if (!spoilt && kept.stream().anyMatch(piece::same)) {
                return new byte[0];
            }
            int end = kept.stream().mapToInt(Piece::to).max().orElse(0);
            int total = kept.stream()
                    .filter(Piece::last)
                    .mapToInt(Piece::to)
                    .findAny()
                    .orElse(-1);
            spoilt |= kept.stream().anyMatch(piece::overlaps)
                    || (piece.last && end > piece.to)
                    || (total >= 0 && piece.to > total)
                    || (total >= 0 && piece.last);
            if (spoilt) {
                return null;
            }
            kept.add(piece);
            kept.sort((a, b) -> Integer.compare(a.from, b.from));
            int reached = 0;
            for (var each : kept) {
                if (each.from != reached) {
                    return new byte[0];
                }
                reached = each.to;
            }
            if (!kept.getLast().last) {
                return new byte[0];
            }
            var whole = new byte[reached];
            kept.forEach(each -> System.arraycopy(each.octets, 0, whole, each.from, each.octets.length));
            return whole;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatIsPutTogetherIsWhatWasCut(long seed) {
        var random = new Random(seed);
        var counters = new StackCounters.Row();
        var fragments = new Fragments(Limits.DEFAULT, Net.noReplies(counters), counters);
        int whole = 0;
        int spoilt = 0;
        for (int i = 0; i < PACKETS; i++) {
            boolean v4 = random.nextBoolean();
            var pieces = pieces(random);
            var model = new Model();
            for (var each : pieces) {
                var expected = model.add(each);
                var actual = give(fragments, v4, i, each);
                var what = "packet " + i + " of seed " + seed + ", " + each.from + ".." + each.to;
                assertThat(fragments.verdict())
                        .as(what)
                        .isEqualTo(expected == null ? DropReason.FRAGMENT : DropReason.NONE);
                assertThat(actual).as(what).isEqualTo(expected == null ? new byte[0] : expected);
                if (actual.length > 0) {
                    whole++;
                    break;
                }
            }
            spoilt += model.spoilt ? 1 : 0;
            now += Fragments.TIMEOUT_NANOS;
        }
        assertThat(counters.get(StackCounters.REASSEMBLIES)).isEqualTo(whole);
        assertThat(counters.get(StackCounters.REASSEMBLIES_SPOILT)).isEqualTo(spoilt);
        // Both happen often, or the test proves little.
        assertThat(whole).isGreaterThan(PACKETS / 4);
        assertThat(spoilt).isGreaterThan(PACKETS / 8);
    }

    /// Cuts a packet, now and then with a second one of the same number, or with pieces that repeat or overlap.
    private static List<Piece> pieces(Random random) {
        var payload = new byte[9 + random.nextInt(PAYLOAD_MAX)];
        random.nextBytes(payload);
        var pieces = cut(random, payload);
        switch (random.nextInt(6)) {
            case 0 -> pieces.addAll(cut(random, payload));
            case 1 -> pieces.addAll(cut(random, Arrays.copyOf(payload, payload.length + 8)));
            case 2 -> pieces.addAll(pieces.subList(0, 1 + random.nextInt(pieces.size())));
            case 3 -> {
                var other = pieces.get(random.nextInt(pieces.size()));
                var octets = other.octets.clone();
                octets[random.nextInt(octets.length)] ^= 1;
                pieces.add(new Piece(other.from, other.to, other.last, octets));
            }
            default -> {
                // As it should be.
            }
        }
        Collections.shuffle(pieces, random);
        return pieces;
    }

    private static List<Piece> cut(Random random, byte[] payload) {
        var pieces = new ArrayList<Piece>();
        int from = 0;
        while (from < payload.length) {
            int to = Math.min(payload.length, from + 8 * (1 + random.nextInt(60)));
            // A packet in one piece is no matter of fragments.
            to = from == 0 && to == payload.length ? 8 : to;
            pieces.add(new Piece(from, to, to == payload.length, Arrays.copyOfRange(payload, from, to)));
            from = to;
        }
        return pieces;
    }

    /// The payload that is whole now, or nothing.
    private byte[] give(Fragments fragments, boolean v4, int identification, Piece each) {
        write(v4, each);
        int headerBytes = v4 ? 20 : 48;
        Fragmenter.write(packet, each.from, headerBytes + each.octets.length, identification, piece);
        assertThat(ip.parse(piece)).isEqualTo(DropReason.FRAGMENT);
        assertThat(ip.moreFragments()).isEqualTo(!each.last);
        var whole = fragments.add(now, ip);
        if (whole == null) {
            return new byte[0];
        }
        assertThat(ip.parse(whole)).isEqualTo(DropReason.NONE);
        assertThat(ip.v4()).isEqualTo(v4);
        var octets = new byte[ip.payloadLength()];
        MemorySegment.copy(ip.memory(), ValueLayout.JAVA_BYTE, ip.payloadOffset(), octets, 0, octets.length);
        return octets;
    }

    /// A packet that is right as far as this piece goes, and ends with it if it is the last.
    private void write(boolean v4, Piece each) {
        int bytes = each.to + (each.last ? 0 : 8);
        int headerBytes = IpHeader.bytes(v4);
        packet.set(Frame.HEADROOM_BYTES, headerBytes + bytes);
        var client = Net.client(v4);
        var server = Net.server(v4);
        IpHeader.write(
                packet.memory(),
                packet.offset(),
                v4,
                v4 ? 1 : 58,
                0,
                64,
                bytes,
                client.high(),
                client.low(),
                server.high(),
                server.low());
        for (int i = 0; i < each.octets.length; i++) {
            Bytes.put8(packet.memory(), packet.offset() + headerBytes + each.from + i, each.octets[i]);
        }
    }
}
