package dev.levee.guard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Where the rows of a [SynCache] get their memory from: blocks that double in size, as the table does, and are never
/// given back.
///
/// A driver with a real clock gives memory that the operating system clears when it is touched, best in large pages:
/// clearing 40 MiB at once would stop everything for 10 ms, and small pages make every row a miss of the processor's
/// address cache, too. One large page alone can take milliseconds to clear. So large blocks are asked for some time
/// before they are used, and the driver can have the system clear them meanwhile.
///
/// Threads: shard.
@FunctionalInterface
public interface GuardMemory {
    /// Memory from the JVM, cleared at once, and given back when nobody refers to it any more.
    static GuardMemory ofJvm() {
        var arena = Arena.ofAuto();
        return bytes -> arena.allocate(bytes, 64);
    }

    /// Native memory that is all zero, at a multiple of 64.
    ///
    /// @param bytes how much, a multiple of 32
    MemorySegment allocate(long bytes);
}
