package dev.levee.sim.drill.mutation;

import dev.levee.sim.drill.script.DrillScript;
import dev.levee.sim.drill.script.Event;
import dev.levee.sim.drill.script.EventTime;
import dev.levee.sim.drill.script.PacketLine;
import dev.levee.sim.drill.script.PacketLine.Tcp;
import java.util.ArrayList;
import java.util.List;

/// Takes whole packet lines away, adds them, exchanges them and turns them around.
final class LineMutations {
    private static final int SOME_WINDOW = 1000;

    private final DrillScript script;
    private final int index;
    private final PacketLine line;
    private final Habits habits;
    private final Mutator.Rewritten to;

    LineMutations(DrillScript script, int index, PacketLine line, Habits habits, Mutator.Rewritten to) {
        this.script = script;
        this.index = index;
        this.line = line;
        this.habits = habits;
        this.to = to;
    }

    void all() {
        if (!(line.body() instanceof Tcp tcp)) {
            return;
        }
        if (line.outbound()) {
            unexpected();
            twice();
            swapped();
            turnedIn(tcp);
        } else {
            missed();
            turnedOut(tcp);
        }
    }

    private List<Event> events() {
        return new ArrayList<>(script.events());
    }

    private void add(String kind, List<Event> events) {
        to.with(kind, "whole line", line.at().line(), events);
    }

    /// The system's packet is expected no more.
    private void unexpected() {
        if (noticedByNext()) {
            var events = events();
            var removed = events.remove(index);
            waitedFor(removed, events);
            add("expected packet deleted", events);
        }
    }

    /// A packet too many is noticed where the next is expected, as in the original, so not after the last one.
    /// Nor is it when the next line says the same: then one of the two lines is as good as the other, until the
    /// times tell them apart, or the one that is left over meets a line that says something else.
    private boolean noticedByNext() {
        var mine = script.events().get(index);
        long apart = 0;
        for (int i = index + 1; i < script.events().size(); i++) {
            var event = script.events().get(i);
            apart = event.time() instanceof EventTime.Relative(long nanos) ? apart + nanos : Long.MAX_VALUE / 2;
            var next = Lines.outboundTcp(event);
            if (next == null) {
                continue;
            }
            boolean differs = !next.equals(((PacketLine) mine.action()).body());
            if (differs && !(event.time() instanceof EventTime.Any)) {
                return true;
            }
            if (event.time() instanceof EventTime.Relative && apart > habits.beyond(apart)) {
                return true;
            }
        }
        return false;
    }

    /// The system is to send a packet twice that it sends once.
    private void twice() {
        var events = events();
        var again = new Event(events.get(index).at(), new EventTime.Relative(0), line);
        events.add(index + 1, again);
        add("extra packet expected", events);
    }

    /// Two packets of the system are expected in the wrong order; the times stay where they are.
    private void swapped() {
        if (index + 1 == script.events().size()) {
            return;
        }
        var next = script.events().get(index + 1);
        if (!(next.action() instanceof PacketLine after) || !after.outbound()) {
            return;
        }
        // Two lines that say the same have no order.
        if (after.body().equals(line.body()) && after.ip().equals(line.ip())) {
            return;
        }
        var events = events();
        events.set(
                index,
                new Event(
                        script.events().get(index).at(),
                        script.events().get(index).time(),
                        after));
        events.set(index + 1, new Event(next.at(), next.time(), line));
        add("packets swapped", events);
    }

    /// What the system sends becomes what the peer sends.
    private void turnedIn(Tcp tcp) {
        // Only exact times can be the peer's; and as above, who misses the packet is the next line.
        var event = script.events().get(index);
        boolean exact = event.time() instanceof EventTime.Relative || event.time() instanceof EventTime.Absolute;
        if (!exact || !noticedByNext() || tcp.options() == null) {
            return;
        }
        var inbound = new Tcp(
                tcp.ports(),
                tcp.flags(),
                tcp.ace(),
                tcp.seq(),
                tcp.seqForm(),
                tcp.length(),
                tcp.ack(),
                SOME_WINDOW,
                tcp.urgentPointer(),
                tcp.options(),
                tcp.udp());
        var events = events();
        events.set(
                index, Lines.with(event, new PacketLine(line.at(), false, line.encapsulations(), line.ip(), inbound)));
        add("direction turned", events);
    }

    /// What the peer sends becomes what the system must send.
    private void turnedOut(Tcp tcp) {
        var events = events();
        var outbound = new PacketLine(line.at(), true, line.encapsulations(), line.ip(), tcp);
        events.set(index, Lines.with(script.events().get(index), outbound));
        add("direction turned", events);
    }

    /// The peer's packet does not come. That matters where the very next event is its effect: a packet that the
    /// system sends at once. What follows later may have other reasons.
    private void missed() {
        if (index + 1 == script.events().size() || !isAnswer(script.events().get(index + 1))) {
            return;
        }
        var events = events();
        var removed = events.remove(index);
        waitedFor(removed, events);
        add("packet of the peer deleted", events);
    }

    /// What comes after a line that was taken away stays where it was in time.
    private void waitedFor(Event removed, List<Event> events) {
        var next = events.get(index);
        if (removed.time() instanceof EventTime.Relative(long before)
                && next.time() instanceof EventTime.Relative(long nanos)) {
            events.set(index, new Event(next.at(), new EventTime.Relative(before + nanos), next.action()));
        }
    }

    private static boolean isAnswer(Event event) {
        return Lines.outboundTcp(event) != null && event.time() instanceof EventTime.Relative(long nanos) && nanos == 0;
    }
}
