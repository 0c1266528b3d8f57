package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.tcp.Deadlines;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `poll` and the calls of `epoll`.
///
/// Threads: the run's.
final class PollCalls {
    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int MODIFY = 3;

    private final Platform platform;
    private final Machine machine;
    private final Descriptors descriptors;

    PollCalls(Platform platform, Machine machine, Descriptors descriptors) {
        this.platform = platform;
        this.machine = machine;
        this.descriptors = descriptors;
    }

    EngineCall poll(Request.Poll request) {
        return waiting(() -> polled(request, false), () -> polled(request, true), request.timeoutMillis());
    }

    private EngineCall waiting(EngineCall.Attempt attempt, EngineCall.Attempt atDeadline, int timeoutMillis) {
        var call = new EngineCall(attempt);
        return timeoutMillis < 0 ? call : call.until(deadline(timeoutMillis), atDeadline);
    }

    private long deadline(int millis) {
        return Deadlines.after(machine.nowNanos(), millis * 1_000_000L);
    }

    private @Nullable Result polled(Request.Poll request, boolean timeIsUp) {
        var ready = new ArrayList<Result.Ready>();
        int count = 0;
        for (var wanted : request.wanted()) {
            int events = events(wanted);
            ready.add(new Result.Ready(wanted.descriptor(), events, 0));
            count += events == 0 ? 0 : 1;
        }
        return count == 0 && !timeIsUp ? null : result(count, ready);
    }

    private int events(Request.Wanted wanted) {
        if (wanted.descriptor() < 0) {
            return 0;
        }
        var file = descriptors.find(wanted.descriptor());
        if (file == null) {
            return PollEvents.INVALID;
        }
        return PollEvents.toPlatform(file.events(), platform) & (wanted.events() | PollEvents.UNASKED);
    }

    private static Result result(int count, List<Result.Ready> ready) {
        return new Result(count, "", new byte[0], null, 0, ready, List.of(), "");
    }

    Result create(Request.EpollCreate request) {
        return platform == Platform.LINUX
                ? Result.of(descriptors.open(new EpollFile()))
                : Result.unsupported("epoll on FreeBSD");
    }

    Result control(Request.EpollControl request) {
        var epoll = descriptors.find(request.epoll());
        var file = descriptors.find(request.descriptor());
        if (epoll == null || file == null) {
            return Result.failure("EBADF");
        }
        if (!(epoll instanceof EpollFile set) || request.epoll() == request.descriptor()) {
            return Result.failure("EINVAL");
        }
        return switch (request.operation()) {
            case ADD -> outcome(set.add(file, request.descriptor(), request.events(), request.data()), "EEXIST");
            case DELETE -> outcome(set.forget(file), "ENOENT");
            case MODIFY -> outcome(set.modify(file, request.events(), request.data()), "ENOENT");
            default -> Result.failure("EINVAL");
        };
    }

    private static Result outcome(boolean done, String error) {
        return done ? Result.of(0) : Result.failure(error);
    }

    EngineCall await(Request.EpollWait request) {
        var file = descriptors.find(request.epoll());
        if (file == null) {
            return EngineCall.of(Result.failure("EBADF"));
        }
        if (!(file instanceof EpollFile set) || request.max() <= 0) {
            return EngineCall.of(Result.failure("EINVAL"));
        }
        return waiting(
                () -> awaited(set, request.max(), false),
                () -> awaited(set, request.max(), true),
                request.timeoutMillis());
    }

    private static @Nullable Result awaited(EpollFile set, int max, boolean timeIsUp) {
        var ready = set.take(max);
        return ready.isEmpty() && !timeIsUp ? null : result(ready.size(), ready);
    }
}
