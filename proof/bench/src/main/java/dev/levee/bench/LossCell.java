package dev.levee.bench;

import dev.levee.path.Impairment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One field of the table: a share of packets lost, a round-trip time, and how many transfers at once show what
/// goes through: more where each is slow.
///
/// @param lossPerMille of the packets with data
/// @param flows transfers at once over paths of their own, each with its own seed
record LossCell(int lossPerMille, int rttMillis, int flows) {
    static final long RATE_BITS_PER_SECOND = 100_000_000L;

    private static final int[] LOSSES = {1, 10, 30};
    private static final int[] RTTS = {1, 20, 100};
    private static final int[][] FLOWS = {{1, 2, 8}, {1, 6, 8}, {2, 8, 8}};

    /// The whole grid, row by row.
    static List<LossCell> grid() {
        var cells = new ArrayList<LossCell>();
        for (int i = 0; i < LOSSES.length; i++) {
            for (int j = 0; j < RTTS.length; j++) {
                cells.add(new LossCell(LOSSES[i], RTTS[j], FLOWS[i][j]));
            }
        }
        return cells;
    }

    /// Octets on the way in one round trip: what the line's queue holds.
    private long bandwidthDelayBytes() {
        return RATE_BITS_PER_SECOND / 8 * rttMillis / 1_000;
    }

    /// The direction of the data.
    Impairment there(long seed) {
        return Impairment.builder()
                .loss(lossPerMille / 1_000.0)
                .rateBitsPerSecond(RATE_BITS_PER_SECOND)
                .queueBytes(bandwidthDelayBytes())
                .delayNanos(rttMillis * 500_000L)
                .seed(seed)
                .build();
    }

    /// The direction of the acknowledgements.
    Impairment back(long seed) {
        return Impairment.builder().delayNanos(rttMillis * 500_000L).seed(seed).build();
    }

    /// `1:20:2`, loss in per mille, round trip, transfers.
    static LossCell parse(String text) {
        var numbers = text.split(":", -1);
        if (numbers.length != 3) {
            throw new IllegalArgumentException(
                    "a cell is LOSS:RTT:FLOWS, such as 10:20:4 for 1 %, 20 ms, 4 transfers," + " not '" + text + "'");
        }
        try {
            var cell = new LossCell(
                    Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
            if (cell.lossPerMille >= 0
                    && cell.lossPerMille < 1_000
                    && cell.rttMillis > 0
                    && cell.flows > 0
                    && cell.flows <= LossPaths.FLOWS_MAX
                    && cell.rttMillis <= 1_000) {
                return cell;
            }
        } catch (NumberFormatException e) {
            // Told below, together with numbers that cannot be.
        }
        throw new IllegalArgumentException("the cell '" + text + "' has no three sensible numbers");
    }

    String loss() {
        return String.format(Locale.ROOT, "%.1f %%", lossPerMille / 10.0);
    }

    @Override
    public String toString() {
        return lossPerMille + ":" + rttMillis + ":" + flows;
    }
}
