package dev.levee.sim.drill;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// A shell line that asks how many connections are in a state, with `sockstat`, `ss` or `netstat`:
/// `sockstat -4 -P tcp -p 8080 -s | grep -c SYN_RCVD | grep 1`.
///
/// What the tool would print decides: a state is believed only by the tool's own name for it, and only with the
/// options that make the tool show it. A filter that is not understood makes the line one that is not offered:
/// to ignore it would be to answer another question.
final class StateQuestion {
    private static final Map<String, String> SOCKSTAT = Map.ofEntries(
            Map.entry("CLOSED", "CLOSED"),
            Map.entry("LISTEN", "LISTEN"),
            Map.entry("SYN_SENT", "SYN-SENT"),
            Map.entry("SYN_RCVD", "SYN-RECEIVED"),
            Map.entry("ESTABLISHED", "ESTABLISHED"),
            Map.entry("CLOSE_WAIT", "CLOSE-WAIT"),
            Map.entry("FIN_WAIT_1", "FIN-WAIT-1"),
            Map.entry("CLOSING", "CLOSING"),
            Map.entry("LAST_ACK", "LAST-ACK"),
            Map.entry("FIN_WAIT_2", "FIN-WAIT-2"),
            Map.entry("TIME_WAIT", "TIME-WAIT"));
    private static final Map<String, String> SS = Map.ofEntries(
            Map.entry("ESTAB", "ESTABLISHED"),
            Map.entry("SYN-SENT", "SYN-SENT"),
            Map.entry("SYN-RECV", "SYN-RECEIVED"),
            Map.entry("FIN-WAIT-1", "FIN-WAIT-1"),
            Map.entry("FIN-WAIT-2", "FIN-WAIT-2"),
            Map.entry("TIME-WAIT", "TIME-WAIT"),
            Map.entry("CLOSE-WAIT", "CLOSE-WAIT"),
            Map.entry("LAST-ACK", "LAST-ACK"),
            Map.entry("LISTEN", "LISTEN"),
            Map.entry("CLOSING", "CLOSING"));
    private static final Map<String, String> NETSTAT = Map.ofEntries(
            Map.entry("ESTABLISHED", "ESTABLISHED"),
            Map.entry("SYN_SENT", "SYN-SENT"),
            Map.entry("SYN_RECV", "SYN-RECEIVED"),
            Map.entry("FIN_WAIT1", "FIN-WAIT-1"),
            Map.entry("FIN_WAIT2", "FIN-WAIT-2"),
            Map.entry("TIME_WAIT", "TIME-WAIT"),
            Map.entry("CLOSE_WAIT", "CLOSE-WAIT"),
            Map.entry("LAST_ACK", "LAST-ACK"),
            Map.entry("LISTEN", "LISTEN"),
            Map.entry("CLOSING", "CLOSING"));
    /// What `ss` leaves out unless it is asked for everything.
    private static final Set<String> SS_HIDDEN = Set.of("LISTEN", "TIME-WAIT", "SYN-RECEIVED");

    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern LETTERS = Pattern.compile("-[a-zA-Z0-9]+");

    private final List<List<String>> pipeline;
    private final String tool;
    private String letters = "";
    private boolean tcp;
    private int port;
    /// By the tool's name; empty until it is known.
    private String state = "";
    private boolean filtered;
    private boolean counted;
    private String digits = "";

    private StateQuestion(List<List<String>> pipeline) {
        this.pipeline = pipeline;
        this.tool = pipeline.getFirst().getFirst();
    }

    static boolean asks(List<List<String>> pipeline) {
        return pipeline.size() > 1
                && Set.of("sockstat", "ss", "netstat")
                        .contains(pipeline.getFirst().getFirst());
    }

    static Shell.Step.Count parse(List<List<String>> pipeline) throws DrillSkip {
        return new StateQuestion(pipeline).parsed();
    }

    private Shell.Step.Count parsed() throws DrillSkip {
        options();
        for (var filter : pipeline.subList(1, pipeline.size())) {
            filter(filter);
        }
        var name = filtered ? SS.get(state) : names().get(state);
        need(name != null && tcp && shown(name));
        // `grep` without a count succeeds when there is a line; `wc` always does, so that it claims nothing.
        need(!digits.isEmpty() || !filtered);
        return new Shell.Step.Count(name == null ? "" : name, port, family(), digits);
    }

    private Map<String, String> names() {
        return switch (tool) {
            case "sockstat" -> SOCKSTAT;
            case "ss" -> SS;
            default -> NETSTAT;
        };
    }

    /// Whether the options make the tool show connections in this state, and the state itself.
    private boolean shown(String name) {
        return switch (tool) {
            case "sockstat" -> has('s');
            case "ss" -> filtered ? has('H') : has('a') || !SS_HIDDEN.contains(name);
            default -> has('a');
        };
    }

    private Shell.Family family() {
        if (has('4') == has('6')) {
            return Shell.Family.ANY;
        }
        // FreeBSD goes by the packets, Linux by the socket.
        boolean packets = tool.equals("sockstat");
        if (has('4')) {
            return packets ? Shell.Family.V4_PACKETS : Shell.Family.V4_SOCKETS;
        }
        return packets ? Shell.Family.V6_PACKETS : Shell.Family.V6_SOCKETS;
    }

    private boolean has(char letter) {
        return letters.indexOf(letter) >= 0;
    }

    private void options() throws DrillSkip {
        var words = pipeline.getFirst();
        int at = 1;
        while (at < words.size()) {
            var word = words.get(at++);
            var next = at < words.size() ? words.get(at) : "";
            if (tool.equals("ss") && word.equals("state") && state.isEmpty()) {
                state = stateOfFilter(next);
                filtered = true;
                at++;
            } else if (tool.equals("sockstat") && word.equals("-P")) {
                need(next.equals("tcp"));
                tcp = true;
                at++;
            } else if (tool.equals("sockstat") && word.equals("-p")) {
                need(NUMBER.matcher(next).matches());
                port = Integer.parseInt(next);
                at++;
            } else {
                need(LETTERS.matcher(word).matches() && known().containsAll(letters(word)));
                letters += word.substring(1);
            }
        }
        tcp |= !tool.equals("sockstat") && has('t');
    }

    private Set<Character> known() {
        return switch (tool) {
            case "sockstat" -> Set.of('4', '6', 's', 'n', 'q', 'w');
            case "ss" -> Set.of('4', '6', 't', 'a', 'n', 'H', 'p');
            default -> Set.of('4', '6', 't', 'a', 'n');
        };
    }

    private static List<Character> letters(String word) {
        return word.chars().skip(1).mapToObj(letter -> (char) letter).toList();
    }

    /// `ss` takes states in small letters and by longer names, and prints them otherwise.
    private static String stateOfFilter(String word) {
        return switch (word) {
            case "established" -> "ESTAB";
            case "listening" -> "LISTEN";
            default -> word.equals(word.toLowerCase(Locale.ROOT)) ? word.toUpperCase(Locale.ROOT) : "";
        };
    }

    private void filter(List<String> words) throws DrillSkip {
        var last = words.getLast();
        if (counted) {
            need(digits.isEmpty() && isGrep(words, "") && NUMBER.matcher(last).matches());
            digits = last;
        } else if (words.equals(List.of("wc", "-l"))) {
            need(filtered);
            counted = true;
        } else if (tool.equals("sockstat") && isGrep(words, "") && last.startsWith("packetdril")) {
            // Everything here is this program's.
            return;
        } else {
            need((isGrep(words, "-c") || isGrep(words, "-q") || isGrep(words, "")) && !filtered && state.isEmpty());
            state = last;
            counted = words.contains("-c");
        }
    }

    private static boolean isGrep(List<String> words, String option) {
        int count = option.isEmpty() ? 2 : 3;
        return words.size() == count
                && words.getFirst().equals("grep")
                && (option.isEmpty() || words.get(1).equals(option));
    }

    private void need(boolean understood) throws DrillSkip {
        if (!understood) {
            throw Shell.notOffered(pipeline.stream().flatMap(List::stream).toList());
        }
    }
}
