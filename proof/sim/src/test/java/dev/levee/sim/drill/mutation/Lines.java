package dev.levee.sim.drill.mutation;

import dev.levee.sim.drill.script.Event;
import dev.levee.sim.drill.script.PacketLine;
import org.jspecify.annotations.Nullable;

/// Small steps with the lines of a script.
final class Lines {
    private Lines() {}

    /// The segment that the system must send in this event; null when it is another kind of event.
    static PacketLine.@Nullable Tcp outboundTcp(Event event) {
        return event.action() instanceof PacketLine line && line.outbound() && line.body() instanceof PacketLine.Tcp tcp
                ? tcp
                : null;
    }

    static boolean has(PacketLine.Tcp tcp, Class<? extends PacketLine.OptionSpec> kind) {
        var options = tcp.options();
        return options != null && options.stream().anyMatch(kind::isInstance);
    }

    static Event with(Event event, PacketLine line) {
        return new Event(event.at(), event.time(), line);
    }

    static PacketLine body(PacketLine line, PacketLine.Body body) {
        return new PacketLine(line.at(), line.outbound(), line.encapsulations(), line.ip(), body);
    }
}
