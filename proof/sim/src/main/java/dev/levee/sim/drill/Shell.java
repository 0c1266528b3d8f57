package dev.levee.sim.drill;

import dev.levee.sim.drill.system.Setup.Mode;
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

        /// The number of connections in a state must have these digits in it; without digits there must be any.
        record Count(String state, int port, Family family, String digits) implements Step {}
    }

    /// Which connections a question is about: by the packets or by the sockets, which differ where IPv4 addresses
    /// are mapped.
    enum Family {
        ANY,
        V4_PACKETS,
        V6_PACKETS,
        V4_SOCKETS,
        V6_SOCKETS;

        boolean has(Mode mode) {
            return switch (this) {
                case ANY -> true;
                case V4_PACKETS -> mode != Mode.IPV6;
                case V6_PACKETS -> mode == Mode.IPV6;
                case V4_SOCKETS -> mode == Mode.IPV4;
                case V6_SOCKETS -> mode != Mode.IPV4;
            };
        }
    }

    /// Caches and files that are not there; how large packets are offloaded, which does not matter for what is
    /// compared.
    private static final Set<String> HARMLESS = Set.of("true", ":", "sync", "ethtool", "tcpdrop");

    private static final Set<String> NETWORK = Set.of("ip", "tc", "ethtool");

    private static final Pattern OPTION = Pattern.compile("-[a-zA-Z0-9]+");

    private Shell() {}

    static List<Step> parse(String text) throws DrillSkip {
        var steps = new ArrayList<Step>();
        for (var pipeline : ShellWords.pipelines(text)) {
            if (pipeline.size() == 1) {
                command(pipeline.getFirst(), steps);
            } else if (StateQuestion.asks(pipeline) && !text.contains("||")) {
                steps.add(StateQuestion.parse(pipeline));
            } else {
                // Behind `||` a command is run or not: then it would claim nothing for certain.
                throw notOffered(pipeline.stream().flatMap(List::stream).toList());
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
}
