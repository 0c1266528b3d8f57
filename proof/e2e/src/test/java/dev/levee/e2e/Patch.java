package dev.levee.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A change of one source file, kept as a unified diff under some words that say what it does.
///
/// Line numbers are not believed: a hunk belongs where its lines stand, so that a patch outlives changes
/// elsewhere in its file.
///
/// @param name the file's name without its ending
/// @param words what stands above the diff
/// @param target the file to change, from the root of the tree
record Patch(String name, String words, Path target, List<Hunk> hunks) {
    private static final String ENDING = ".patch";
    private static final String TARGET = "+++ b/";

    /// Lines that stand in the file, one after the other, and what stands there afterwards.
    record Hunk(List<String> before, List<String> after) {}

    /// All patches of a directory, by name.
    static List<Patch> all(Path directory) throws IOException {
        var patches = new ArrayList<Patch>();
        try (var files = Files.list(directory)) {
            for (var file : files.sorted().toList()) {
                if (file.toString().endsWith(ENDING)) {
                    patches.add(read(file));
                }
            }
        }
        return patches;
    }

    static Patch read(Path file) throws IOException {
        var name = file.getFileName().toString().replace(ENDING, "");
        var words = new StringBuilder();
        var target = Path.of("");
        var hunks = new ArrayList<Hunk>();
        for (var line : Files.readAllLines(file)) {
            if (line.startsWith(TARGET)) {
                target = Path.of(line.substring(TARGET.length()));
            } else if (line.startsWith("@@")) {
                hunks.add(new Hunk(new ArrayList<>(), new ArrayList<>()));
            } else if (!hunks.isEmpty()) {
                addTo(hunks.getLast(), line, file);
            } else if (!line.startsWith("---")) {
                words.append(line).append('\n');
            }
        }
        if (hunks.isEmpty() || target.toString().isEmpty()) {
            throw new AssertionError(file + " is not a unified diff of one file");
        }
        return new Patch(name, words.toString().strip(), target, List.copyOf(hunks));
    }

    private static void addTo(Hunk hunk, String line, Path file) {
        char sign = line.isEmpty() ? ' ' : line.charAt(0);
        var text = line.isEmpty() ? "" : line.substring(1);
        switch (sign) {
            case ' ' -> {
                hunk.before().add(text);
                hunk.after().add(text);
            }
            case '-' -> hunk.before().add(text);
            case '+' -> hunk.after().add(text);
            default -> throw new AssertionError(file + ": not a line of a hunk: " + line);
        }
    }

    /// The changed text of the target.
    ///
    /// @throws AssertionError when a hunk's lines do not stand in it exactly once
    String apply(Path root) throws IOException {
        var lines = new ArrayList<>(Files.readAllLines(root.resolve(target)));
        for (var hunk : hunks) {
            int at = only(lines, hunk.before());
            var place = lines.subList(at, at + hunk.before().size());
            place.clear();
            place.addAll(hunk.after());
        }
        return String.join("\n", lines) + "\n";
    }

    private int only(List<String> lines, List<String> wanted) {
        int found = -1;
        for (int at = 0; at + wanted.size() <= lines.size(); at++) {
            if (lines.subList(at, at + wanted.size()).equals(wanted)) {
                if (found >= 0) {
                    throw new AssertionError(name + ": its lines stand in " + target + " more than once");
                }
                found = at;
            }
        }
        if (found < 0) {
            throw new AssertionError(name + " does not apply any more: these lines are not in " + target
                    + "; write the same mistake into the present source\n" + String.join("\n", wanted));
        }
        return found;
    }

    @Override
    public String toString() {
        return name;
    }
}
