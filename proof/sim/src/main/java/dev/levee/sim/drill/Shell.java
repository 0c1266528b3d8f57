package dev.levee.sim.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Understands the shell lines that scripts use: settings, questions about a connection's state, and a list of
/// commands that change nothing here. No shell is ever started; any other command is not offered, by name.
final class Shell {
    /// What a line asks for.
    sealed interface Step {
        /// `name` gets `value`.
        record Assign(String name, String value) implements Step {}

        /// A command for the network, which the target may know.
        ///
        /// @param otherwise what it comes to where the target does not; null when the script needs the command
        record Configure(List<String> words, @Nullable List<Step> otherwise) implements Step {}

        /// The number of connections in a state must have these digits in it.
        record Count(String state, int port, String digits) implements Step {}
    }

    /// Caches and files that are not there; how large packets are offloaded, which does not matter for what is
    /// compared.
    private static final Set<String> HARMLESS = Set.of("true", ":", "sync", "ethtool", "tcpdrop");

    private static final Set<String> NETWORK = Set.of("ip", "tc", "ethtool");

    private static final Pattern OPTION = Pattern.compile("-[a-zA-Z0-9]+");
    private static final Pattern COUNTED = Pattern.compile("[A-Z_0-9-]+");

    private Shell() {}

    static List<Step> parse(String text) throws DrillSkip {
        var steps = new ArrayList<Step>();
        for (var pipeline : ShellWords.pipelines(text)) {
            if (pipeline.size() == 1) {
                command(pipeline.getFirst(), steps);
            } else {
                question(pipeline, steps);
            }
        }
        return steps;
    }

    private static void command(List<String> words, List<Step> steps) throws DrillSkip {
        var name = words.getFirst();
        if (name.equals("sysctl")) {
            settings(words, steps);
        } else if (name.endsWith("/set_sysctls.py")) {
            files(words, steps);
        } else if (SuiteDefaults.isDefaults(name)) {
            steps.addAll(SuiteDefaults.steps());
        } else if (name.equals("echo")) {
            echo(words, steps);
        } else if (NETWORK.contains(name)) {
            steps.add(new Step.Configure(words, otherwise(words)));
        } else if (!harmless(words)) {
            throw notOffered(words);
        }
    }

    private static @Nullable List<Step> otherwise(List<String> words) {
        if (harmless(words)) {
            return List.of();
        }
        var steps = new ArrayList<Step>();
        return words.getFirst().equals("tc") && queue(words, steps) ? steps : null;
    }

    private static boolean harmless(List<String> words) {
        var name = words.getFirst();
        return HARMLESS.contains(name)
                || name.startsWith("/tmp/sysctl_restore")
                || String.join(" ", words).startsWith("ip tcp_metrics flush");
    }

    static DrillSkip notOffered(List<String> words) {
        return new DrillSkip(
                "the shell command '" + ShellWords.shortened(String.join(" ", words)) + "' is not offered");
    }

    /// `sysctl -q -w a=1 b="1 2 3"`. Without `=` it only prints.
    private static void settings(List<String> words, List<Step> steps) throws DrillSkip {
        for (var word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                steps.add(new Step.Assign(word.substring(0, equals).strip().replace('/', '.'), value(word, equals)));
            } else if (!OPTION.matcher(word).matches() && !word.contains(".")) {
                throw notOffered(words);
            }
        }
    }

    /// `set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0 ...`.
    private static void files(List<String> words, List<Step> steps) throws DrillSkip {
        for (var word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw notOffered(words);
            }
            steps.add(new Step.Assign(settingOf(word.substring(0, equals), words), value(word, equals)));
        }
    }

    private static String settingOf(String path, List<String> words) throws DrillSkip {
        if (!path.startsWith("/proc/sys/")) {
            throw notOffered(words);
        }
        return path.substring("/proc/sys/".length()).replace('/', '.');
    }

    private static String value(String word, int equals) {
        return word.substring(equals + 1).strip().replaceAll("\\s+", " ");
    }

    /// `echo 3 > /sys/module/tcp_cubic/parameters/hystart_detect`.
    private static void echo(List<String> words, List<Step> steps) throws DrillSkip {
        int arrow = words.indexOf(">");
        if (arrow < 0) {
            return;
        }
        if (arrow != 2 || words.size() != 4) {
            throw notOffered(words);
        }
        var path = words.get(3);
        var module = Pattern.compile("/sys/module/(\\w+)/parameters/(\\w+)").matcher(path);
        var name = module.matches() ? module.group(1) + "." + module.group(2) : settingOf(path, words);
        steps.add(new Step.Assign(name, words.get(1)));
    }

    /// `tc qdisc replace dev tun0 root fq`: which queue the device has. A queue with a limit drops what the
    /// system sends, which nobody here does.
    ///
    /// @return whether it is said here what that means
    private static boolean queue(List<String> words, List<Step> steps) {
        int root = words.indexOf("root");
        boolean device = words.size() > 2 && words.get(1).equals("qdisc") && root == 5;
        if (!device || words.contains("limit")) {
            return false;
        }
        if (words.size() == root + 2) {
            steps.add(new Step.Assign("net.core.default_qdisc", words.get(root + 1)));
        }
        return words.size() <= root + 2;
    }

    /// `sockstat -4 -P tcp -p 8080 -s | grep -c SYN_RCVD | grep 1`, and the same of `ss` and `netstat`.
    private static void question(List<List<String>> pipeline, List<Step> steps) throws DrillSkip {
        var first = pipeline.getFirst();
        var all = pipeline.stream().flatMap(List::stream).toList();
        if (!Set.of("sockstat", "ss", "netstat").contains(first.getFirst())) {
            throw notOffered(all);
        }
        int port = 0;
        var state = "";
        for (int i = 1; i < first.size(); i++) {
            if (first.get(i).equals("-p")
                    && i + 1 < first.size()
                    && first.get(i + 1).matches("\\d+")) {
                port = Integer.parseInt(first.get(i + 1));
            } else if (first.get(i).equals("state") && i + 1 < first.size()) {
                state = first.get(i + 1);
            }
        }
        boolean counted = false;
        var digits = "";
        for (var filter : pipeline.subList(1, pipeline.size())) {
            var last = filter.getLast();
            if (counted && filter.size() == 2 && filter.getFirst().equals("grep") && last.matches("\\d+")) {
                digits = last;
            } else if (filter.equals(List.of("wc", "-l"))) {
                counted = true;
            } else if (filter.size() == 3
                    && filter.subList(0, 2).equals(List.of("grep", "-c"))
                    && COUNTED.matcher(last).matches()) {
                counted = true;
                state = last;
            } else if (!(filter.getFirst().equals("grep") && last.startsWith("packetdril"))) {
                throw notOffered(all);
            }
        }
        if (state.isEmpty() || digits.isEmpty()) {
            throw notOffered(all);
        }
        steps.add(new Step.Count(stateName(state), port, digits));
    }

    /// As the RFC spells it.
    private static String stateName(String name) {
        var dashed = name.toUpperCase(java.util.Locale.ROOT).replace('_', '-');
        return switch (dashed) {
            case "SYN-RCVD", "SYN-RECV" -> "SYN-RECEIVED";
            case "ESTAB" -> "ESTABLISHED";
            case "FIN-WAIT1" -> "FIN-WAIT-1";
            case "FIN-WAIT2" -> "FIN-WAIT-2";
            case "CLOSE" -> "CLOSED";
            default -> dashed;
        };
    }
}
