package dev.levee.kernel;

import dev.levee.sim.drill.system.Endpoint;
import dev.levee.wire.Bytes;
import dev.levee.wire.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// struct sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)).
final class Addresses {
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    static final int V4_BYTES = 16;
    static final int V6_BYTES = 28;
    /// struct sockaddr_storage.
    static final int BYTES_MAX = 128;

    private static final long PORT = 2;
    private static final long V4_ADDRESS = 4;
    private static final long V6_ADDRESS = 8;

    private Addresses() {}

    static MemorySegment encode(Arena arena, Endpoint endpoint) {
        boolean v6 = endpoint.family() == AF_INET6;
        var memory = arena.allocate(v6 ? V6_BYTES : V4_BYTES, 8);
        memory.set(ValueLayout.JAVA_SHORT, 0, (short) endpoint.family());
        Bytes.put16(memory, PORT, endpoint.port());
        var address = endpoint.address();
        if (v6) {
            Bytes.put64(memory, V6_ADDRESS, address.high());
            Bytes.put64(memory, V6_ADDRESS + 8, address.low());
        } else {
            Bytes.put32(memory, V4_ADDRESS, (int) address.low());
        }
        return memory;
    }

    /// @return null when there is none, or one of another kind
    static @Nullable Endpoint decode(MemorySegment memory, int length) {
        if (length < V4_BYTES) {
            return null;
        }
        int family = memory.get(ValueLayout.JAVA_SHORT, 0);
        int port = Bytes.u16(memory, PORT);
        if (family == AF_INET) {
            return new Endpoint(family, IpAddress.ofV4(Bytes.i32(memory, V4_ADDRESS)), port);
        }
        return family == AF_INET6 && length >= V6_BYTES
                ? new Endpoint(
                        family, new IpAddress(Bytes.i64(memory, V6_ADDRESS), Bytes.i64(memory, V6_ADDRESS + 8)), port)
                : null;
    }
}
