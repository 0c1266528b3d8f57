package dev.levee.link;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// Native memory for large tables: pages that the operating system clears when they are touched, so that taking many
/// costs nothing at once, and large pages where it has them, so that a table of many megabytes does not miss the
/// processor's address cache with each row (mmap(2), madvise(2)).
///
/// Threads: any.
public final class Pages {
    /// What a large page holds on most machines; less than that is taken from the JVM.
    private static final long LARGE_BYTES = 2L << 20;
    private static final int ALIGNMENT = 64;

    private static final int PROT_READ_WRITE = 0x3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;
    private static final long MAP_FAILED = -1;
    private static final boolean LINUX = System.getProperty("os.name").equals("Linux");

    private Pages() {}

    private static final class Calls {
        static final MethodHandle MMAP = Native.call(
                "mmap",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG));
        static final MethodHandle MADVISE = Native.call(
                "madvise",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
        static final MethodHandle MUNMAP = Native.call(
                "munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    }

    /// Memory that is all zero, at a multiple of 64, until nobody refers to it any more. From the JVM where there are
    /// no such pages: on other systems than Linux, and where native access was denied.
    ///
    /// @throws OutOfMemoryError when there is none
    public static MemorySegment allocate(long bytes) {
        var pages = bytes >= LARGE_BYTES && LINUX ? map(bytes) : null;
        return pages == null ? Arena.ofAuto().allocate(bytes, ALIGNMENT) : pages;
    }

    private static @Nullable MemorySegment map(long bytes) {
        try {
            long address = (long) Calls.MMAP.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            if (address == MAP_FAILED) {
                return null;
            }
            // Where there are no large pages, small ones do.
            int _ = (int) Calls.MADVISE.invokeExact(address, bytes, MADV_HUGEPAGE);
            return MemorySegment.ofAddress(address).reinterpret(bytes, Arena.ofAuto(), Pages::unmap);
        } catch (IllegalCallerException | UnsupportedOperationException _) {
            return null;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private static void unmap(MemorySegment pages) {
        try {
            int _ = (int) Calls.MUNMAP.invokeExact(pages.address(), pages.byteSize());
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
