package dev.levee.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// struct tcp_info (include/uapi/linux/tcp.h): where each field lies. Only the end of the structure ever grows,
/// and the kernel says how much of it it filled in.
final class TcpInfo {
    static final int BYTES_MAX = 512;

    /// In the structure's order, each with its bits; a field lies at a multiple of its own size, and bit fields
    /// fill an octet from its lowest bit.
    private static final String FIELDS = """
            state 8 ca_state 8 retransmits 8 probes 8 backoff 8 options 8 snd_wscale 4 rcv_wscale 4
            delivery_rate_app_limited 1 fastopen_client_fail 2 - 5
            rto 32 ato 32 snd_mss 32 rcv_mss 32 unacked 32 sacked 32 lost 32 retrans 32 fackets 32
            last_data_sent 32 last_ack_sent 32 last_data_recv 32 last_ack_recv 32
            pmtu 32 rcv_ssthresh 32 rtt 32 rttvar 32 snd_ssthresh 32 snd_cwnd 32 advmss 32 reordering 32
            rcv_rtt 32 rcv_space 32 total_retrans 32
            pacing_rate 64 max_pacing_rate 64 bytes_acked 64 bytes_received 64 segs_out 32 segs_in 32
            notsent_bytes 32 min_rtt 32 data_segs_in 32 data_segs_out 32 delivery_rate 64
            busy_time 64 rwnd_limited 64 sndbuf_limited 64 delivered 32 delivered_ce 32
            bytes_sent 64 bytes_retrans 64 dsack_dups 32 reord_seen 32 rcv_ooopack 32 snd_wnd 32
            rcv_wnd 32 rehash 32 total_rto 16 total_rto_recoveries 16 total_rto_time 32
            received_ce 32 delivered_e1_bytes 32 delivered_e0_bytes 32 delivered_ce_bytes 32
            received_e1_bytes 32 received_e0_bytes 32 received_ce_bytes 32
            accecn_fail_mode 16 accecn_opt_seen 16""";

    /// @param bit the field's first bit, counted from the structure's beginning
    private record Field(int bit, int bits) {}

    private static final Map<String, Field> PLACES = places();

    private TcpInfo() {}

    private static Map<String, Field> places() {
        var places = new HashMap<String, Field>();
        var words = FIELDS.split("\\s+", -1);
        int bit = 0;
        for (int i = 0; i < words.length; i += 2) {
            int bits = Integer.parseInt(words[i + 1]);
            if (bits >= 8) {
                bit = (bit + bits - 1) / bits * bits;
            }
            places.put("tcpi_" + words[i], new Field(bit, bits));
            bit += bits;
        }
        return Map.copyOf(places);
    }

    /// @param field `tcpi_snd_cwnd`
    /// @param length how much the kernel filled in
    /// @return null for a field that is not there
    static @Nullable Long read(MemorySegment info, int length, String field) {
        var place = PLACES.get(field);
        if (place == null || place.bit + place.bits > length * 8) {
            return null;
        }
        long at = place.bit / 8;
        return switch (place.bits) {
            case 64 -> info.get(ValueLayout.JAVA_LONG, at);
            case 32 -> Integer.toUnsignedLong(info.get(ValueLayout.JAVA_INT, at));
            case 16 -> (long) Short.toUnsignedInt(info.get(ValueLayout.JAVA_SHORT, at));
            default -> (long) (info.get(ValueLayout.JAVA_BYTE, at) >> place.bit % 8 & (1 << place.bits) - 1);
        };
    }
}
