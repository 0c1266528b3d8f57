package dev.levee.sim.drill.script;

import dev.levee.sim.drill.script.Expression.Assign;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The structures that calls take, by their fields in order. A field of one of them in any other company is a
/// mistake of the script's author, and would else pass for a value that nobody looks at.
final class StructFields {
    private static final List<List<String>> STRUCTURES = List.of(
            List.of("sa_family", "sin_port", "sin_addr"),
            List.of("fd", "events"),
            List.of("fd", "events", "revents"),
            List.of("events", "fd"),
            List.of("events", "ptr"),
            List.of("events", "u32"),
            List.of("events", "u64"),
            List.of("onoff", "linger"),
            List.of("msg_name", "msg_iov", "msg_flags"),
            List.of("msg_name", "msg_iov", "msg_flags", "msg_control"),
            List.of("msg_name", "msg_iov", "msg_control", "msg_flags"),
            List.of("cmsg_level", "cmsg_type", "cmsg_data"),
            List.of("cmsg_len", "cmsg_level", "cmsg_type", "cmsg_data"),
            List.of("ee_errno", "ee_origin", "ee_type", "ee_code", "ee_info", "ee_data"),
            List.of("scm_sec", "scm_nsec"),
            List.of("iov_base", "iov_len"),
            List.of("af_name"),
            List.of("af_name", "af_arg"),
            List.of("function_set_name", "pcbcnt"),
            List.of("enable", "psk"),
            List.of("trr_flags", "trr_code", "trr_pen"));

    private static final Set<String> FIELDS = new HashSet<>();

    static {
        STRUCTURES.forEach(FIELDS::addAll);
    }

    private StructFields() {}

    /// What was expected instead of these fields; null when they are fine.
    static @Nullable String mistake(List<Expression> fields) {
        List<String> names = fields.stream().map(StructFields::name).toList();
        if (names.stream().noneMatch(FIELDS::contains) || STRUCTURES.contains(names)) {
            return null;
        }
        String first = names.stream().filter(FIELDS::contains).findFirst().orElseThrow();
        List<String> likely = STRUCTURES.stream()
                .filter(structure -> structure.contains(first))
                .findFirst()
                .orElseThrow();
        return "expected the fields " + String.join(", ", likely) + " and no others beside " + first;
    }

    /// A field's name without its count; empty for a value without a name.
    private static String name(Expression field) {
        if (!(field instanceof Assign(String name, Expression _))) {
            return "";
        }
        int count = name.indexOf('(');
        return count < 0 ? name : name.substring(0, count);
    }
}
