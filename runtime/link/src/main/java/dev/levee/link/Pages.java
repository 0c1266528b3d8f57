package dev.levee.link;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// Native memory for large tables: pages that the operating system clears when they are touched, so that taking many
/// costs nothing at once, and large pages where it has them, so that a table of many megabytes does not miss the
/// processor's address cache with each row (mmap(2), madvise(2)).
///
/// To clear a large page takes a quarter of a millisecond, or several where the system is a guest that has to ask its
/// host for the memory: too long for a thread that answers packets. So another thread has them cleared, page by page,
/// from the beginning; where the owner comes first he clears them himself.
///
/// Threads: any.
public final class Pages {
    /// What a large page holds on most machines.
    private static final long LARGE_PAGE_BYTES = 2L << 20;
    /// From here on in large pages: a smaller table needs few small ones, and their owner clears them as he goes.
    private static final long LARGE_BYTES = 4 * LARGE_PAGE_BYTES;
    /// Less than this is taken from the JVM, which clears it at once.
    private static final long MAPPED_BYTES = 128L << 10;
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

    /// The thread that touches large pages before their owner does. It is there from the first allocation on, however
    /// small: who starts a thread waits until it runs.
    private static final class Preparer {
        static final BlockingQueue<MemorySegment> QUEUE = new LinkedBlockingQueue<>();
        private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

        static {
            if (LINUX) {
                Thread.ofPlatform().daemon().name("levee-pages").start(Preparer::run);
            }
        }

        private Preparer() {}

        static void begin() {
            // The class is initialised now.
        }

        private static void run() {
            try {
                while (true) {
                    var pages = QUEUE.take();
                    try {
                        prepare(pages);
                    } catch (InternalError _) {
                        // The system has no memory for it after all; its owner will find out.
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /// Adds nothing, at once with whatever the owner writes meanwhile: so the system sees a write, and nobody else.
        private static void prepare(MemorySegment pages) {
            for (long at = 0; at < pages.byteSize(); at += LARGE_PAGE_BYTES) {
                int _ = (int) INT.getAndAdd(pages, at, 0);
            }
        }
    }

    /// Memory that is all zero, at a multiple of 64, until nobody refers to it any more. From the JVM where there are
    /// no such pages: on other systems than Linux, and where native access was denied.
    ///
    /// @throws OutOfMemoryError when there is none
    public static MemorySegment allocate(long bytes) {
        Preparer.begin();
        var pages = bytes >= MAPPED_BYTES && LINUX ? map(bytes) : null;
        return pages == null ? Arena.ofAuto().allocate(bytes, ALIGNMENT) : pages;
    }

    private static @Nullable MemorySegment map(long bytes) {
        try {
            long address = (long) Calls.MMAP.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            if (address == MAP_FAILED) {
                return null;
            }
            var pages = MemorySegment.ofAddress(address).reinterpret(bytes, Arena.ofAuto(), Pages::unmap);
            if (bytes >= LARGE_BYTES) {
                // Where there are no large pages, small ones do.
                int _ = (int) Calls.MADVISE.invokeExact(address, bytes, MADV_HUGEPAGE);
                Preparer.QUEUE.add(pages);
            }
            return pages;
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
