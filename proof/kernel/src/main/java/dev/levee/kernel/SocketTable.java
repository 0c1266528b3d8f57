package dev.levee.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The kernel's own list of TCP sockets: /proc/net/tcp and tcp6, read by a thread inside the namespace.
final class SocketTable {
    /// As include/net/tcp_states.h numbers them.
    private static final Map<String, String> STATES = Map.ofEntries(
            Map.entry("ESTABLISHED", "01"),
            Map.entry("SYN-SENT", "02"),
            Map.entry("SYN-RECEIVED", "03"),
            Map.entry("FIN-WAIT-1", "04"),
            Map.entry("FIN-WAIT-2", "05"),
            Map.entry("TIME-WAIT", "06"),
            Map.entry("CLOSED", "07"),
            Map.entry("CLOSE-WAIT", "08"),
            Map.entry("LAST-ACK", "09"),
            Map.entry("LISTEN", "0A"),
            Map.entry("CLOSING", "0B"));

    private SocketTable() {}

    /// @param port local or remote, 0 for any
    static int count(String state, int port) {
        return count(state, port, read("tcp")) + count(state, port, read("tcp6"));
    }

    private static List<String> read(String table) {
        var file = Path.of("/proc/thread-self/net", table);
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new KernelException("the kernel's list of sockets cannot be read: " + e.getMessage());
        }
    }

    static int count(String state, int port, List<String> lines) {
        var number = STATES.get(state);
        int count = 0;
        for (var line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            var words = line.strip().split("\\s+", -1);
            if (words.length > 3 && words[3].equals(number)) {
                count += port == 0 || port(words[1]) == port || port(words[2]) == port ? 1 : 0;
            }
        }
        return count;
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), 16);
    }
}
