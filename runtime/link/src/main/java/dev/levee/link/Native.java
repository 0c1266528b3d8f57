package dev.levee.link;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/// How functions of the C library are found. Buffers are passed as plain addresses (`JAVA_LONG`): an address
/// costs no object, and whoever calls keeps the memory alive.
///
/// Threads: any.
final class Native {
    private static final Linker LINKER = Linker.nativeLinker();

    private Native() {}

    /// A function that reports no error number.
    static MethodHandle call(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(address(name), descriptor);
    }

    /// A function that reports an error number: its first argument is [Errno#captured].
    static MethodHandle capturing(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(address(name), descriptor, Linker.Option.captureCallState("errno"));
    }

    /// As [#capturing], for a function whose arguments from the third on are variadic.
    static MethodHandle capturingVariadic(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(
                address(name), descriptor, Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(2));
    }

    private static java.lang.foreign.MemorySegment address(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
    }

    /// What a call's handle may throw by its signature, but never does.
    static AssertionError unexpected(Throwable thrown) {
        return new AssertionError("a native call threw", thrown);
    }
}
