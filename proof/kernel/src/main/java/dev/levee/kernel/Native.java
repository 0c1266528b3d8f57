package dev.levee.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// One thread's way into the C library. All arguments are passed as 64-bit integers: both architectures hand
/// integers and addresses over in the same registers, and a callee that wants 32 bits looks at the lower half.
///
/// Threads: one owner.
final class Native {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle VALUE = Linker.Option.captureStateLayout()
            .varHandle(MemoryLayout.PathElement.groupElement("errno"))
            .withInvokeExactBehavior();

    // One handle for each number of arguments; the function's address is the first argument.
    private static final MethodHandle CALL0 = handle(0, ERRNO);
    private static final MethodHandle CALL1 = handle(1, ERRNO);
    private static final MethodHandle CALL2 = handle(2, ERRNO);
    private static final MethodHandle CALL3 = handle(3, ERRNO);
    private static final MethodHandle CALL4 = handle(4, ERRNO);
    private static final MethodHandle CALL5 = handle(5, ERRNO);
    private static final MethodHandle CALL6 = handle(6, ERRNO);
    private static final MethodHandle VARIADIC3 = handle(3, ERRNO, Linker.Option.firstVariadicArg(2));

    /// By [Function].
    private static final MemorySegment[] ADDRESSES = Arrays.stream(Function.values())
            .map(function -> address(function.symbol))
            .toArray(MemorySegment[]::new);

    private final MemorySegment captured;

    /// @param arena lives at least as long as the owner calls
    Native(Arena arena) {
        captured = arena.allocate(Linker.Option.captureStateLayout());
    }

    private static MethodHandle handle(int arity, Linker.Option... options) {
        var arguments = new MemoryLayout[arity];
        Arrays.fill(arguments, ValueLayout.JAVA_LONG);
        return LINKER.downcallHandle(FunctionDescriptor.of(ValueLayout.JAVA_LONG, arguments), options);
    }

    static MemorySegment address(String symbol) {
        return LINKER.defaultLookup()
                .find(symbol)
                .orElseThrow(() -> new KernelException(
                        "this machine's C library has no " + symbol + "; --target kernel needs Linux with glibc 2.30"));
    }

    /// Calls, and keeps the error number for [#errno].
    ///
    /// @return what the function returned: usually -1 for a failure
    long call(Function function, long... a) {
        assert a.length == function.arity : function;
        var to = ADDRESSES[function.ordinal()];
        try {
            long result = switch (a.length) {
                case 0 -> (long) CALL0.invokeExact(to, captured);
                case 1 -> (long) CALL1.invokeExact(to, captured, a[0]);
                case 2 -> (long) CALL2.invokeExact(to, captured, a[0], a[1]);
                case 3 ->
                    function.variadic()
                            ? (long) VARIADIC3.invokeExact(to, captured, a[0], a[1], a[2])
                            : (long) CALL3.invokeExact(to, captured, a[0], a[1], a[2]);
                case 4 -> (long) CALL4.invokeExact(to, captured, a[0], a[1], a[2], a[3]);
                case 5 -> (long) CALL5.invokeExact(to, captured, a[0], a[1], a[2], a[3], a[4]);
                default -> (long) CALL6.invokeExact(to, captured, a[0], a[1], a[2], a[3], a[4], a[5]);
            };
            return function.wide ? result : (int) result;
        } catch (Throwable t) {
            throw new AssertionError("a native call threw", t);
        }
    }

    /// As [#call], for calls that must work.
    ///
    /// @throws KernelException when it does not
    long must(String what, Function function, long... arguments) {
        long result = call(function, arguments);
        if (result < 0) {
            throw KernelException.failed(what, errno());
        }
        return result;
    }

    /// The error number of the last call, if that call failed.
    int errno() {
        return (int) VALUE.get(captured, 0L);
    }
}
