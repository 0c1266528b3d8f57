package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.sim.drill.system.Setup;
import java.util.function.Function;

/// Every system call, by what it works on.
///
/// Threads: the run's.
final class Calls {
    private final Descriptors descriptors;
    private final SocketCalls sockets;
    private final CloseCalls closing;
    private final DataCalls data;
    private final FastOpenCalls fastOpen;
    private final ControlCalls control;
    private final OptionCalls options;
    private final PollCalls polls;

    Calls(Setup setup, Machine machine, Settings settings, Descriptors descriptors) {
        this.descriptors = descriptors;
        sockets = new SocketCalls(setup, machine, settings, descriptors);
        closing = new CloseCalls(setup.platform(), machine, descriptors);
        data = new DataCalls(setup.platform(), machine);
        fastOpen = new FastOpenCalls(Numbers.of(setup.platform()), machine, settings, sockets, data);
        control = new ControlCalls(setup.platform());
        options = new OptionCalls(setup, machine, settings);
        polls = new PollCalls(setup.platform(), machine, descriptors);
    }

    EngineCall begin(Request request) {
        return switch (request) {
            case Request.Socket socket -> EngineCall.of(sockets.socket(socket));
            case Request.Bind bind -> socket(bind.descriptor(), file -> sockets.bind(file, bind.address()));
            case Request.Listen listen -> socket(listen.descriptor(), file -> sockets.listen(file, listen.backlog()));
            case Request.Accept accept -> waiting(accept.descriptor(), sockets::accept);
            case Request.Connect connect ->
                waiting(connect.descriptor(), file -> fastOpen.connect(file, connect.address()));
            case Request.Receive receive -> waiting(receive.descriptor(), file -> data.receive(file, receive));
            case Request.Send send -> waiting(send.descriptor(), file -> fastOpen.send(file, send));
            case Request.Shutdown shutdown ->
                socket(shutdown.descriptor(), file -> closing.shutdown(file, shutdown.how()));
            case Request.Close close -> closing.close(close.descriptor());
            case Request.Fcntl fcntl -> EngineCall.of(fcntl(fcntl));
            case Request.Ioctl ioctl -> socket(ioctl.descriptor(), file -> control.ioctl(file, ioctl));
            case Request.GetOption get -> socket(get.descriptor(), file -> options.get(file, get));
            case Request.SetOption set -> socket(set.descriptor(), file -> options.set(file, set));
            case Request.Poll poll -> polls.poll(poll);
            case Request.EpollCreate create -> EngineCall.of(polls.create(create));
            case Request.EpollControl change -> EngineCall.of(polls.control(change));
            case Request.EpollWait wait -> polls.await(wait);
            case Request.Other other -> EngineCall.of(Result.unsupported("the call " + other.call()));
        };
    }

    private EngineCall socket(int descriptor, Function<SocketFile, Result> call) {
        return waiting(descriptor, file -> EngineCall.of(call.apply(file)));
    }

    private EngineCall waiting(int descriptor, Function<SocketFile, EngineCall> call) {
        var file = descriptors.find(descriptor);
        if (file == null) {
            return EngineCall.of(Result.failure("EBADF"));
        }
        return file instanceof SocketFile socket ? call.apply(socket) : EngineCall.of(Result.failure("ENOTSOCK"));
    }

    private Result fcntl(Request.Fcntl request) {
        var file = descriptors.find(request.descriptor());
        return file == null ? Result.failure("EBADF") : control.fcntl(file, request);
    }
}
