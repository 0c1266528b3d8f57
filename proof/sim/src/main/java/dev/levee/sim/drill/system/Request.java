package dev.levee.sim.drill.system;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A system call with its arguments. All numbers are those of the system that the script was written for
/// ([Platform]).
public sealed interface Request {
    record Socket(int domain, int type, int protocol) implements Request {}

    record Bind(int descriptor, Endpoint address) implements Request {}

    record Listen(int descriptor, int backlog) implements Request {}

    record Accept(int descriptor) implements Request {}

    record Connect(int descriptor, Endpoint address) implements Request {}

    /// `read`, `readv`, `recv`, `recvfrom`, `recvmsg`. A control message that there is no room for is cut off, and
    /// the flags say so.
    ///
    /// @param call its name
    /// @param lengths of the buffers
    /// @param controlBytes room for control messages, in octets; 0 but for `recvmsg`
    record Receive(String call, int descriptor, List<Integer> lengths, int flags, int controlBytes) implements Request {
        public Receive {
            lengths = List.copyOf(lengths);
        }

        public Receive(String call, int descriptor, List<Integer> lengths, int flags) {
            this(call, descriptor, lengths, flags, 0);
        }
    }

    /// `write`, `writev`, `send`, `sendto`, `sendmsg`.
    ///
    /// @param call its name
    /// @param buffers what to send
    /// @param to null: no address
    record Send(
            String call,
            int descriptor,
            List<byte[]> buffers,
            int flags,
            @Nullable Endpoint to) implements Request {
        public Send {
            buffers = List.copyOf(buffers);
        }
    }

    record Shutdown(int descriptor, int how) implements Request {}

    record Close(int descriptor) implements Request {}

    record Fcntl(int descriptor, int command, long argument) implements Request {}

    /// @param argument what its pointer points to
    record Ioctl(int descriptor, int request, long argument) implements Request {}

    record GetOption(int descriptor, int level, int name, int length) implements Request {}

    record SetOption(int descriptor, int level, int name, byte[] value) implements Request {}

    /// @param timeoutMillis negative: for ever
    record Poll(List<Wanted> wanted, int timeoutMillis) implements Request {
        public Poll {
            wanted = List.copyOf(wanted);
        }
    }

    /// A descriptor and the events that are asked for.
    record Wanted(int descriptor, int events) {}

    record EpollCreate(int flags) implements Request {}

    record EpollControl(int epoll, int operation, int descriptor, int events, long data) implements Request {}

    record EpollWait(int epoll, int max, int timeoutMillis) implements Request {}

    /// A call of another name: the target says that it does not offer it, or does it.
    record Other(String call, List<Long> arguments) implements Request {
        public Other {
            arguments = List.copyOf(arguments);
        }
    }
}
