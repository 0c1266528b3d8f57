package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/// A connection that sends, played step by step as text: what comes or happens, and behind `=>` everything that is
/// sent and what the connection then knows.
///
/// ```
/// write 3000                => 1..2001+1000; OPEN 10000/- pipe 3000 due 82
/// +40 ack 3001              => -; pipe 0 due never got 3 rate 75
/// ```
///
/// `+MS` lets time pass first. `ack N` takes `win N`, `sack L..R` (several), `ts N` (ticks after the first segment of
/// ours that carried a timestamp), `ece` and `text N` (octets from sequence number 1 on). `deadline` goes to the next
/// deadline and proves that nothing is sent before. Of the state, only what has changed is told: the phase of recovery,
/// congestion window and threshold, octets thought to be in the network, milliseconds to the next deadline, and what
/// [TcpInfo] has counted: segments lost, sent again, arrived twice, late and by how many, recoveries undone, segments
/// delivered, kB/s.
final class Steps {
    private final Wire wire;
    private final int firstTsVal;
    /// What was told of the state so far; counters begin at nothing.
    private final Map<String, String> before = new HashMap<>();

    private Steps(Wire wire) {
        this.wire = wire;
        firstTsVal = wire.lastTsVal();
        for (var counter : List.of("lost", "again", "twice", "late", "by", "undone", "got", "rate")) {
            before.put(counter, "0");
        }
    }

    /// Established over a path of 40 ms with a peer that has SACK or not; MSS 1000, initial window of ten.
    static Steps over(TcpConfig config, boolean sack) {
        var wire = Wire.active(config);
        wire.drain();
        int tsVal = wire.lastTsVal();
        wire.at(40 * Wire.MILLI).receive("SA", 0, 1, w -> {
            w.mss(1000);
            if (sack) {
                w.sackPermitted();
            }
            if (config.timestamps()) {
                w.timestamps(7, tsVal);
            }
            if (config.ecn() == EcnUse.ON) {
                w.flags(TcpFlags.ECE);
            }
        });
        wire.drain();
        return new Steps(wire);
    }

    Wire wire() {
        return wire;
    }

    TcpInfo info() {
        return wire.connection.info(wire.now);
    }

    /// Plays all lines, and fails with the whole script as it went when a line went otherwise.
    Steps play(String script) {
        var lines = script.replaceAll("\\s*=> *", " => ")
                .lines()
                .filter(line -> !line.isBlank())
                .map(String::trim)
                .toList();
        var went = new ArrayList<String>();
        for (var line : lines) {
            var step = line.replaceFirst(" => .*", "");
            go(step);
            went.add(step + " => " + state());
        }
        assertThat(went).as("\n%s", String.join("\n", went)).containsExactlyElementsOf(lines);
        return this;
    }

    private void go(String step) {
        var words = new ArrayList<>(List.of(step.split(" +", -1)));
        if (words.getFirst().startsWith("+")) {
            wire.at((long) (Double.parseDouble(words.removeFirst().substring(1)) * Wire.MILLI));
        }
        switch (words.removeFirst()) {
            case "write" -> wire.write(Wire.text(Integer.parseInt(words.getFirst())));
            case "close" -> wire.connection.closeSend(wire.now);
            case "deadline" -> wire.toDeadline();
            case "ack" -> ack(words);
            default -> throw new IllegalArgumentException(step);
        }
    }

    private void ack(List<String> words) {
        int ack = Integer.parseInt(words.removeFirst());
        int window = 65_535;
        int text = 0;
        var sacks = new ArrayList<int[]>();
        int ts = Integer.MIN_VALUE;
        boolean ece = false;
        for (int i = 0; i < words.size(); i++) {
            switch (words.get(i)) {
                case "win" -> window = Integer.parseInt(words.get(++i));
                case "text" -> text = Integer.parseInt(words.get(++i));
                case "ts" -> ts = Integer.parseInt(words.get(++i));
                case "ece" -> ece = true;
                case "sack" -> {
                    var edges = words.get(++i).split("\\.\\.", -1);
                    sacks.add(new int[] {Integer.parseInt(edges[0]), Integer.parseInt(edges[1])});
                }
                default -> throw new IllegalArgumentException(words.get(i));
            }
        }
        int echo = ts;
        boolean marked = ece;
        wire.receive("A", 1, ack, window, Wire.text(text), w -> {
            sacks.forEach(edges -> w.sack(Wire.ISS + edges[0], Wire.ISS + edges[1]));
            if (echo != Integer.MIN_VALUE) {
                w.timestamps(8, firstTsVal + echo);
            }
            if (marked) {
                w.flags(TcpFlags.ECE);
            }
        });
    }

    private String state() {
        var sent = wire.drain();
        var info = info();
        var sending = info.sending();
        var loss = info.loss();
        boolean reduced = !sent.isEmpty() && (wire.lastFlags() & TcpFlags.CWR) != 0;
        var text = new StringBuilder(segments(sent)).append(reduced ? " CWR;" : ";");
        changed(text, "phase", "", loss.phase().toString());
        String threshold = sending.ssthreshBytes() == Integer.MAX_VALUE ? "-" : "" + sending.ssthreshBytes();
        changed(text, "cwnd", "", sending.cwndBytes() + "/" + threshold);
        changed(text, "pipe", "pipe ", "" + sending.pipeBytes());
        long deadline = wire.connection.nextDeadline();
        changed(text, "due", "due ", deadline == Deadlines.NONE ? "never" : millis(deadline - wire.now));
        changed(text, "lost", "lost ", "" + loss.lostTotal());
        changed(text, "again", "again ", "" + loss.retransmitsTotal());
        changed(text, "twice", "twice ", "" + loss.duplicatesReported());
        changed(text, "late", "late ", "" + loss.reorderings());
        changed(text, "by", "by ", "" + loss.reorderingDistance());
        changed(text, "undone", "undone ", "" + wire.count(TcpCounters.RECOVERIES_UNDONE));
        changed(text, "got", "got ", "" + loss.delivered());
        changed(text, "rate", "rate ", "" + sending.deliveryBytesPerSecond() / 1000);
        return text.toString().replaceFirst(";$", "");
    }

    private void changed(StringBuilder text, String key, String label, String value) {
        if (!value.equals(before.put(key, value))) {
            text.append(' ').append(label).append(value);
        }
    }

    /// Three and more of one length, one behind the other, as `first..last+length`.
    private static String segments(List<Wire.Sent> sent) {
        var text = new StringJoiner(" ").setEmptyValue("-");
        for (int i = 0, next; i < sent.size(); i = next) {
            var first = sent.get(i);
            next = i + 1;
            while (next < sent.size() && follows(sent.get(next - 1), sent.get(next))) {
                next++;
            }
            if (next - i < 3) {
                next = i + 1;
            }
            String last = next == i + 1 ? "" : ".." + sent.get(next - 1).seq();
            text.add(first.seq() + last + "+" + first.length() + (first.flags().contains("F") ? "F" : ""));
        }
        return text.toString();
    }

    private static boolean follows(Wire.Sent before, Wire.Sent next) {
        return next.seq() == before.seq() + before.length()
                && next.length() == before.length()
                && !next.flags().contains("F");
    }

    private static String millis(long nanos) {
        var text = String.format(Locale.ROOT, "%.3f", nanos / (double) Wire.MILLI);
        return text.replaceFirst("\\.?0+$", "");
    }
}
