package dev.levee.sim.drill.script;

import java.util.List;
import java.util.OptionalInt;

/// The names that scripts have for types and codes of ICMP messages. `type_11` and `code_3` say a number.
///
/// Sources: RFC 792, 950, 1122 section 3.2.2.1, 1812 section 5.2.7.1 for IPv4; RFC 4443, 4861 for IPv6. The
/// names are those of packetdrill.
///
/// Threads: any.
public final class IcmpNames {
    private static final int NONE = -1;

    /// A type's numbers; [#NONE] where the version of IP has no such message.
    private record Type(String name, int v4, int v6) {}

    private record Code(String type, String name, int v4, int v6) {}

    private static final List<Type> TYPES = List.of(
            new Type("echo_reply", 0, 129),
            new Type("unreachable", 3, 1),
            new Type("source_quench", 4, NONE),
            new Type("redirect", 5, NONE),
            new Type("echo_request", 8, 128),
            new Type("time_exceeded", 11, 3),
            new Type("parameter_problem", 12, 4),
            new Type("timestamp_request", 13, NONE),
            new Type("timestamp_reply", 14, NONE),
            new Type("information_request", 15, NONE),
            new Type("information_reply", 16, NONE),
            new Type("address_mask_request", 17, NONE),
            new Type("address_mask_reply", 18, NONE),
            new Type("packet_too_big", NONE, 2),
            new Type("router_advertisement", NONE, 134));

    private static final List<Code> CODES = List.of(
            new Code("unreachable", "net_unreachable", 0, 0),
            new Code("unreachable", "host_unreachable", 1, NONE),
            new Code("unreachable", "protocol_unreachable", 2, NONE),
            new Code("unreachable", "port_unreachable", 3, 4),
            new Code("unreachable", "frag_needed", 4, NONE),
            new Code("unreachable", "source_route_failed", 5, NONE),
            new Code("unreachable", "net_unknown", 6, NONE),
            new Code("unreachable", "host_unknown", 7, NONE),
            new Code("unreachable", "source_host_isolated", 8, NONE),
            new Code("unreachable", "net_prohibited", 9, NONE),
            new Code("unreachable", "host_prohibited", 10, NONE),
            new Code("unreachable", "net_unreachable_for_tos", 11, NONE),
            new Code("unreachable", "host_unreachable_for_tos", 12, NONE),
            new Code("unreachable", "packet_filtered", 13, NONE),
            new Code("unreachable", "precedence_violation", 14, NONE),
            new Code("unreachable", "precedence_cutoff", 15, NONE),
            new Code("unreachable", "no_route", NONE, 0),
            new Code("unreachable", "admin_prohibited", NONE, 1),
            new Code("unreachable", "not_neighbour", NONE, 2),
            new Code("unreachable", "address_unreachable", NONE, 3),
            new Code("time_exceeded", "ttl_exceeded_in_transit", 0, NONE),
            new Code("time_exceeded", "frag_reass_exceeded", 1, NONE),
            new Code("time_exceeded", "exceeded_hop_limit", NONE, 0),
            new Code("time_exceeded", "exceeded_frag_time", NONE, 1),
            new Code("parameter_problem", "header_field", NONE, 0),
            new Code("parameter_problem", "unknown_next_header", NONE, 1),
            new Code("parameter_problem", "unknown_option", NONE, 2));

    private IcmpNames() {}

    /// The number of a type; empty when that version of IP has none of that name.
    public static OptionalInt type(String name, boolean v6) {
        OptionalInt written = number(name, "type_");
        if (written.isPresent()) {
            return written;
        }
        return TYPES.stream()
                .filter(type -> type.name().equals(name))
                .mapToInt(type -> v6 ? type.v6() : type.v4())
                .filter(number -> number != NONE)
                .findFirst();
    }

    /// The number of a code of a type; empty when that version of IP has none of that name.
    public static OptionalInt code(String type, String name, boolean v6) {
        OptionalInt written = number(name, "code_");
        if (written.isPresent()) {
            return written;
        }
        return CODES.stream()
                .filter(code -> code.type().equals(type) && code.name().equals(name))
                .mapToInt(code -> v6 ? code.v6() : code.v4())
                .filter(number -> number != NONE)
                .findFirst();
    }

    /// Whether either version of IP has a type of this name.
    static boolean isType(String name) {
        return type(name, false).isPresent() || type(name, true).isPresent();
    }

    /// Whether either version of IP has a code of this name.
    static boolean isCode(String type, String name) {
        return code(type, name, false).isPresent() || code(type, name, true).isPresent();
    }

    private static OptionalInt number(String name, String prefix) {
        String digits = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
        boolean octet = !digits.isEmpty()
                && digits.length() <= 3
                && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && Integer.parseInt(digits) <= 0xff;
        return octet ? OptionalInt.of(Integer.parseInt(digits)) : OptionalInt.empty();
    }
}
