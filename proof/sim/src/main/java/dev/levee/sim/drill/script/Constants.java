package dev.levee.sim.drill.script;

import dev.levee.sim.drill.system.Platform;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/// The names that scripts have for a system's numbers: `SOL_SOCKET`, `ECONNRESET`, `EPOLLIN`, `TCPI_OPT_SACK`.
///
/// Threads: any.
public final class Constants {
    private static final Constants LINUX = new Constants(LinuxConstants.TABLE);
    private static final Constants FREEBSD = new Constants(FreeBsdConstants.TABLE);

    private final Map<String, Long> values;
    private final Map<Long, String> errors = new HashMap<>();

    private Constants(String table) {
        this.values = read(table);
        values.forEach((name, value) -> {
            if (isErrorName(name)) {
                errors.putIfAbsent(value, name);
            }
        });
    }

    /// The names of a system.
    public static Constants of(Platform platform) {
        return switch (platform) {
            case LINUX -> LINUX;
            case FREEBSD -> FREEBSD;
        };
    }

    /// The number behind a name; empty for a name that this system does not have, or that is not known here.
    public OptionalLong value(String name) {
        Long value = values.get(name);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /// Whether `name` is an error of this system: `EAGAIN`, but not `EPOLLIN`.
    public boolean isError(String name) {
        return isErrorName(name) && values.containsKey(name);
    }

    /// Whether two names stand for the same error, as `EAGAIN` and `EWOULDBLOCK` do.
    public boolean sameError(String one, String other) {
        return one.equals(other)
                || isError(one) && isError(other) && Objects.equals(values.get(one), values.get(other));
    }

    /// The name of an error, `EAGAIN` rather than its other name; the number in digits when it has none.
    public String error(long number) {
        return errors.getOrDefault(number, Long.toString(number));
    }

    /// The first name of a number among those with a prefix, such as `TCP_` or `SO_`; the number in digits
    /// when none has it. Names of values of options share prefixes with options: ask only for numbers of
    /// options.
    public String name(String prefix, long number) {
        for (Map.Entry<String, Long> entry : values.entrySet()) {
            if (entry.getValue() == number && entry.getKey().startsWith(prefix)) {
                return entry.getKey();
            }
        }
        return Long.toString(number);
    }

    /// A set of bits by their names with a prefix: `MSG_PEEK|MSG_DONTWAIT`, bits without a name as one
    /// hexadecimal number, `0` for none.
    public String flags(String prefix, long bits) {
        var text = new StringBuilder();
        long left = bits;
        var names = values.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix) && Long.bitCount(entry.getValue()) == 1)
                .sorted(Comparator.comparing(Map.Entry::getValue))
                .toList();
        for (Map.Entry<String, Long> entry : names) {
            if ((left & entry.getValue()) != 0) {
                text.append(text.isEmpty() ? "" : "|").append(entry.getKey());
                left &= ~entry.getValue();
            }
        }
        if (left != 0 || text.isEmpty()) {
            text.append(text.isEmpty() ? "" : "|").append(left == 0 ? "0" : "0x" + Long.toHexString(left));
        }
        return text.toString();
    }

    private static boolean isErrorName(String name) {
        return name.startsWith("E") && !name.startsWith("EPOLL");
    }

    private static Map<String, Long> read(String table) {
        var values = new LinkedHashMap<String, Long>();
        for (String entry : table.split("\\s+", -1)) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                String meaning = entry.substring(equals + 1);
                Long known = values.get(meaning);
                values.put(entry.substring(0, equals), known != null ? known : Long.decode(meaning));
            }
        }
        return values;
    }
}
