package dev.levee.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A capture as tshark reads it, all checksums verified.
///
/// Counts are of things that happened, not of packets that told of them: a busy machine may make either side
/// send something twice, and that is no mistake.
///
/// @param remarks what tshark found worth a warning or an error, without what is everyday flow control
record Tshark(List<Packet> packets, List<String> remarks) {
    private static final List<String> FIELDS = List.of(
            "ip.src",
            "ipv6.src",
            "tcp.srcport",
            "tcp.dstport",
            "tcp.stream",
            "tcp.flags",
            "tcp.seq_raw",
            "tcp.len",
            "tcp.options.sack_le",
            "ip.checksum.status",
            "tcp.checksum.status",
            "tcp.checksum",
            "icmp.checksum.status",
            "icmpv6.checksum.status",
            "icmp.type",
            "icmpv6.type",
            "_ws.malformed",
            "_ws.expert.severity",
            "_ws.expert.message");

    private static final String GOOD = "1";
    private static final long WARNING = 6L << 20;
    private static final int FIN = 0x01;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int ACK = 0x10;

    /// What a receiver does when its application is slower than the network: no mistake of anybody.
    private static final Set<String> FLOW_CONTROL =
            Set.of("TCP window specified by the receiver is now completely full", "TCP Zero Window segment");

    /// What tshark says of every D-SACK (RFC 2883).
    private static final String DUPLICATE = "D-SACK Sequence";

    /// One packet, by tshark's names of its fields; absent ones are empty.
    record Packet(Map<String, String> fields) {
        private String first(String field) {
            return values(field).getFirst();
        }

        private List<String> values(String field) {
            return List.of(fields.getOrDefault(field, "").split("\\|", -1));
        }

        long number(String field) {
            var value = first(field);
            return value.isEmpty() ? 0 : Long.decode(value);
        }

        boolean from(String address) {
            return first("ip.src").equals(address) || first("ipv6.src").equals(address);
        }

        boolean tcp() {
            return !first("tcp.srcport").isEmpty();
        }

        private boolean has(int flags, int absent) {
            return tcp() && (number("tcp.flags") & (flags | absent)) == flags;
        }

        boolean syn() {
            return has(SYN, ACK);
        }

        boolean synAck() {
            return has(SYN | ACK, 0);
        }

        boolean fin() {
            return has(FIN, 0);
        }

        boolean rst() {
            return has(RST, 0);
        }

        boolean icmp(int type, int typeV6) {
            return first("icmp.type").equals(Integer.toString(type))
                    || first("icmpv6.type").equals(Integer.toString(typeV6));
        }

        /// Linux writes a checksum of zero as 0xffff, which RFC 768 asks of UDP only. Receivers cannot tell the
        /// two apart by adding up, but tshark does, and holds it against the kernel; ours it checks.
        private boolean zeroByLinux() {
            return first("tcp.checksum").equals("0xffff")
                    && Arrays.stream(Family.values()).anyMatch(family -> from(family.kernel));
        }

        /// Whether this is of the same connection, from the other side, and carries a sequence number.
        private boolean carries(Packet to, int number) {
            return first("tcp.stream").equals(to.first("tcp.stream"))
                    && !first("tcp.srcport").equals(to.first("tcp.srcport"))
                    && Integer.compareUnsigned(number - (int) number("tcp.seq_raw"), (int) number("tcp.len")) < 0;
        }

        /// The same for a retransmission.
        private String event() {
            return fields.get("tcp.stream") + " " + fields.get("tcp.seq_raw") + " " + first("ip.src")
                    + first("ipv6.src");
        }
    }

    /// Reads a whole file.
    ///
    /// @throws AssertionError if tshark itself complains about the file
    static Tshark read(Lab lab, Path capture) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Tools.path("tshark"), "-n", "-r", capture.toString(), "-T", "fields"));
        command.addAll(List.of("-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=|"));
        for (var layer : List.of("ip.check_checksum", "tcp.check_checksum")) {
            command.addAll(List.of("-o", layer + ":TRUE"));
        }
        command.addAll(List.of("-o", "tcp.relative_sequence_numbers:FALSE"));
        FIELDS.forEach(field -> command.addAll(List.of("-e", field)));
        var result = lab.start(command).awaitEnd().expect(0);
        var complaints = result.err()
                .lines()
                .filter(line -> !line.startsWith("Running as user"))
                .toList();
        if (!complaints.isEmpty()) {
            throw new AssertionError(String.join("\n", complaints));
        }
        var packets = result.out().lines().map(Tshark::packet).toList();
        return new Tshark(packets, remarks(packets));
    }

    private static Packet packet(String line) {
        var values = line.split("\t", -1);
        return new Packet(
                IntStream.range(0, FIELDS.size()).boxed().collect(Collectors.toMap(FIELDS::get, i -> values[i])));
    }

    /// What tshark warns of in these packets, in the order of the capture, by number.
    static List<String> remarks(List<Packet> packets) {
        var remarks = new ArrayList<String>();
        for (int i = 0; i < packets.size(); i++) {
            var packet = packets.get(i);
            var severities = packet.values("_ws.expert.severity");
            var messages = packet.values("_ws.expert.message");
            for (int j = 0; j < severities.size(); j++) {
                if (!severities.get(j).isEmpty()
                        && Long.decode(severities.get(j)) >= WARNING
                        && !FLOW_CONTROL.contains(messages.get(j))
                        && !(messages.get(j).equals(DUPLICATE) && tellsOfADuplicate(packets.subList(0, i), packet))
                        && !(packet.zeroByLinux() && messages.get(j).startsWith("TCP Checksum 0xffff"))) {
                    remarks.add("packet " + (i + 1) + ": " + messages.get(j));
                }
            }
        }
        return remarks;
    }

    /// A probe that a busy machine's late answer called for is a duplicate, and to say so is the
    /// receiver's duty.
    private static boolean tellsOfADuplicate(List<Packet> before, Packet report) {
        int reported = (int) report.number("tcp.options.sack_le");
        return before.stream()
                        .filter(packet -> packet.carries(report, reported))
                        .limit(2)
                        .count()
                == 2;
    }

    /// Packets that tshark cannot read, or with a checksum that is not the right one, by number and reason.
    List<String> broken() {
        var broken = new ArrayList<String>();
        for (int i = 0; i < packets.size(); i++) {
            var packet = packets.get(i);
            if (!packet.first("_ws.malformed").isEmpty()) {
                broken.add("packet " + (i + 1) + " is malformed");
            }
            for (var field : FIELDS) {
                if (field.endsWith("checksum.status")
                        && !packet.first(field).isEmpty()
                        && !packet.first(field).equals(GOOD)
                        && !packet.zeroByLinux()) {
                    broken.add(String.format(Locale.ROOT, "packet %d: %s is %s", i + 1, field, packet.first(field)));
                }
            }
        }
        return broken;
    }

    /// Different events among the packets that are as wanted.
    long count(Predicate<Packet> wanted) {
        return packets.stream().filter(wanted).map(Packet::event).distinct().count();
    }

    /// Packets, however often they say the same.
    long packetCount(Predicate<Packet> wanted) {
        return packets.stream().filter(wanted).count();
    }

    /// Octets of TCP payload that an address sent, each counted once, and only if all are there.
    long payloadBytes(String address) {
        return packets.stream()
                .filter(packet -> packet.tcp() && packet.from(address))
                .collect(Collectors.groupingBy(packet -> packet.first("tcp.stream")))
                .values()
                .stream()
                .mapToLong(Tshark::streamBytes)
                .sum();
    }

    private static long streamBytes(List<Packet> packets) {
        int start = (int) packets.getFirst().number("tcp.seq_raw") + 1;
        int end = start;
        for (var packet : packets) {
            // Differences survive the wrap of sequence numbers; pieces come in order where nothing is lost.
            int first = (int) packet.number("tcp.seq_raw") + (packet.has(SYN, 0) ? 1 : 0);
            int last = first + (int) packet.number("tcp.len");
            if (first - end <= 0 && last - end > 0) {
                end = last;
            }
        }
        return Integer.toUnsignedLong(end - start);
    }
}
