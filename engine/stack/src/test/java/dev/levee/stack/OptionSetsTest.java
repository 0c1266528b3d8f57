package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.guard.Defence;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpInfo;
import dev.levee.wire.Bytes;
import dev.levee.wire.Checksum;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What clients have offered is what their connections have, whether a row remembers it or nothing but a cookie:
/// exactly with a row, and as far as docs/syn-cookie-format.md promises without.
class OptionSetsTest {
    private static final Path PAGE = Path.of(System.getProperty("basedir", ""), "../../docs/syn-cookie-format.md");
    private static final int V4_HEADERS = 40;
    private static final int V6_HEADERS = 60;
    private static final int MTU = 1500;
    private static final int TIMESTAMP_BYTES = 12;

    private final Net net = new Net();
    private int port = 1_024;

    /// @param mss 0: the option is absent
    /// @param scale -1: the option is absent
    private record Offer(int mss, int scale, boolean sack, boolean timestamps, boolean ecn) {}

    /// As systems send them, and whatever else there may be.
    private static List<Offer> offers() {
        var offers = new ArrayList<>(List.of(
                // Windows.
                new Offer(1460, 8, true, false, false),
                new Offer(1440, 8, true, false, true),
                // Linux.
                new Offer(1460, 7, true, true, false),
                new Offer(65_495, 7, true, true, true),
                // The BSDs, macOS.
                new Offer(1460, 6, true, true, false),
                new Offer(1440, 5, true, true, true),
                // Small devices, scanners.
                new Offer(0, -1, false, false, false),
                new Offer(536, -1, false, false, false),
                new Offer(1024, -1, false, true, false)));
        for (int scale = -1; scale <= 14; scale++) {
            for (int flags = 0; flags < 8; flags++) {
                offers.add(new Offer(1460, scale, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0));
            }
        }
        for (int mss : new int[] {
            0, 48, 64, 100, 535, 536, 537, 1_000, 1_219, 1_220, 1_359, 1_380, 1_388, 1_399, 1_412, 1_439, 1_440, 1_452,
            1_459, 1_460, 1_461, 8_960, 65_535
        }) {
            for (int flags = 0; flags < 4; flags++) {
                offers.add(new Offer(mss, 7, (flags & 1) != 0, (flags & 2) != 0, true));
            }
        }
        return offers;
    }

    private Frame packet(boolean v4, int flags, int seq, int ack, Offer offer, int tsEcr, int text) {
        IpAddress from = Net.client(v4);
        IpAddress to = Net.server(v4);
        var writer = new SegmentWriter()
                .reset()
                .addresses(from.high(), from.low(), to.high(), to.low())
                .ports(port, Net.PORT)
                .seq(seq)
                .window(1_000);
        boolean syn = (flags & TcpFlags.SYN) != 0;
        if (!syn) {
            writer.ack(ack);
        }
        writer.flags(flags);
        if (syn && offer.mss > 0) {
            writer.mss(offer.mss);
        }
        if (syn && offer.scale >= 0) {
            writer.windowScale(offer.scale);
        }
        if (syn && offer.sack) {
            writer.sackPermitted();
        }
        if (offer.timestamps) {
            writer.timestamps(syn ? 1_000 : 1_001, tsEcr);
        }
        var frame = FrameSlab.single(1500);
        writer.begin(frame);
        writer.finish(frame, text);
        return frame;
    }

    /// A client opens and says one word.
    private TcpSocket open(Listener listener, boolean v4, Offer offer) {
        port++;
        int flags = TcpFlags.SYN | (offer.ecn ? TcpFlags.ECE | TcpFlags.CWR : 0);
        net.server.onFrame(net.now, packet(v4, flags, Packets.SEQ, 0, offer, 0, 0));
        var answer = answer();
        assertThat(answer.has(TcpFlags.SYN | TcpFlags.ACK)).isTrue();
        int tsEcr = offer.timestamps ? answer.tsVal() : 0;
        net.server.onFrame(net.now, packet(v4, TcpFlags.ACK, Packets.SEQ + 1, answer.seq() + 1, offer, tsEcr, 4));
        var socket = Net.accept(listener);
        assertThat(net.read(socket)).hasSize(4);
        while (net.server.poll(net.now, net.frame)) {
            assertThat(Packets.read(net.frame).rst()).isFalse();
        }
        return socket;
    }

    private Segment answer() {
        assertThat(net.server.poll(net.now, net.frame)).isTrue();
        return Packets.read(net.frame);
    }

    private static int sendMss(int peers, boolean v4, boolean timestamps) {
        int offered = MTU - (v4 ? V4_HEADERS : V6_HEADERS);
        int mss = peers == 0 ? v4 ? 536 : 1_220 : Math.clamp(peers, TcpConfig.DEFAULT.mssMin(), offered);
        return mss - (timestamps ? TIMESTAMP_BYTES : 0);
    }

    private void check(TcpInfo.Agreed agreed, Offer offer, int mss, int scale, boolean ecn, boolean v4) {
        var what = (v4 ? "IPv4 " : "IPv6 ") + offer;
        assertThat(agreed.timestamps()).as(what).isEqualTo(offer.timestamps);
        assertThat(agreed.selectiveAcks()).as(what).isEqualTo(offer.sack);
        assertThat(agreed.ecn()).as(what).isEqualTo(ecn);
        assertThat(agreed.windowScaling()).as(what).isEqualTo(offer.scale >= 0);
        assertThat(agreed.sendWindowShift()).as(what).isEqualTo(Math.max(0, scale));
        assertThat(agreed.sendMssBytes()).as(what).isEqualTo(sendMss(mss, v4, offer.timestamps));
    }

    @ParameterizedTest
    @EnumSource(value = Defence.class, names = "COOKIES", mode = EnumSource.Mode.EXCLUDE)
    void withARowEverythingIsExact(Defence defence) throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT.withDefence(defence));
        for (boolean v4 : new boolean[] {true, false}) {
            for (var offer : offers()) {
                var socket = open(listener, v4, offer);
                check(socket.connection().info(net.now).agreed(), offer, offer.mss, offer.scale, offer.ecn, v4);
            }
        }
    }

    @Test
    void withACookieEverythingIsWhatItsFormatPromises() throws IOException, SocketException {
        var fine = fine();
        var coarseMss = coarse("| MSS | ");
        var coarseScale = coarse("| window scale | ");
        var listener = net.listen(ListenOptions.DEFAULT.withDefence(Defence.COOKIES));
        for (boolean v4 : new boolean[] {true, false}) {
            for (var offer : offers()) {
                var agreed =
                        open(listener, v4, offer).connection().info(net.now).agreed();
                int mss = offer.mss == 0 ? v4 ? 536 : 1_220 : offer.mss;
                if (offer.timestamps) {
                    check(agreed, offer, floor(fine, mss), offer.scale, offer.ecn, v4);
                } else {
                    check(agreed, offer, floor(coarseMss, mss), floor(coarseScale, offer.scale), false, v4);
                }
            }
        }
    }

    private static int floor(int[] values, int value) {
        return Arrays.stream(values).filter(each -> each <= value).max().orElseThrow();
    }

    private static int[] fine() throws IOException {
        var values = Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| \\d+-\\d+ \\| \\d+, .*"))
                .flatMap(line -> Arrays.stream(line.split("\\|", -1)[2].split(",", -1)))
                .mapToInt(text -> Integer.parseInt(text.strip()))
                .toArray();
        assertThat(values).hasSize(64).isSorted();
        return values;
    }

    private static int[] coarse(String beginning) throws IOException {
        var line = Files.readAllLines(PAGE).stream()
                .filter(each -> each.startsWith(beginning))
                .toList();
        assertThat(line).hasSize(1);
        var values = Arrays.stream(line.getFirst().substring(beginning.length()).split("\\|", -1))
                .filter(text -> !text.isBlank())
                .map(String::strip)
                .mapToInt(text -> text.equals("none") ? -1 : Integer.parseInt(text))
                .toArray();
        assertThat(values).hasSize(8).isSorted();
        return values;
    }

    /// A client without timestamps that was promised to hear of marks hears of them, although his cookie does not say
    /// so; and this side asks for none.
    @Test
    void marksAreEchoedThoughNobodyRemembersTheAgreement() throws SocketException {
        for (var defence : new Defence[] {Defence.COOKIES, Defence.AUTO}) {
            var listener = net.listen(ListenOptions.DEFAULT.withDefence(defence));
            var offer = new Offer(1460, 8, true, false, true);
            var socket = open(listener, true, offer);
            int next = socket.connection().sndNxt();
            var marked = packet(true, TcpFlags.ACK, Packets.SEQ + 5, next, offer, 0, 4);
            mark(marked);
            net.server.onFrame(net.now, marked);
            assertThat(answer().has(TcpFlags.ECE)).as("%s", defence).isTrue();
            net.write(socket, "text");
            assertThat(net.server.poll(net.now, net.frame)).isTrue();
            assertThat(net.frame.memory().get(ValueLayout.JAVA_BYTE, net.frame.offset() + 1) & 3)
                    .isEqualTo(defence == Defence.COOKIES ? 0 : 2);
            listener.close(net.now);
        }
    }

    /// A router on the way is congested.
    private static void mark(Frame frame) {
        var memory = frame.memory();
        int ip = frame.offset();
        Bytes.put8(memory, ip + 1, 3);
        Bytes.put16(memory, ip + 10, 0);
        int sum = Checksum.finish(Checksum.add(0, memory, ip, 20));
        Bytes.put16(memory, ip + 10, sum);
    }
}
