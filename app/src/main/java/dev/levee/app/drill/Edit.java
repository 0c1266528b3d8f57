package dev.levee.app.drill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One change of a script's text.
///
/// Threads: any; immutable.
///
/// @param habit which of the other system's habits it takes out
/// @param old what stands in the script; a run of blanks in it stands for any run of blanks, since columns are aligned
///     differently in every script
/// @param replacement what is to stand there; may be empty
/// @param nth which of the places where `old` stands is changed, from 1
/// @param of how many such places there must be
record Edit(String habit, String old, String replacement, int nth, int of) {
    private static final Pattern BLANKS = Pattern.compile("[ \\t]+");

    /// An edit that does not fit its script.
    static final class Misfit extends Exception {
        private static final long serialVersionUID = 1;

        Misfit(String sentence) {
            super(sentence, null, false, false);
        }

        String sentence() {
            return String.valueOf(getMessage());
        }
    }

    private record Place(int from, int to, Edit edit) {}

    /// A text with all changes made. Each is looked for in the original, not in what another one has made of it.
    ///
    /// @throws Misfit when one stands there more or less often than it says, or two of them overlap
    static String apply(String text, List<Edit> edits) throws Misfit {
        var places = new ArrayList<Place>();
        for (var edit : edits) {
            places.add(edit.find(text));
        }
        places.sort(Comparator.comparingInt(Place::from));
        var changed = new StringBuilder();
        int at = 0;
        for (var place : places) {
            if (place.from() < at) {
                throw new Misfit("the edit of '" + shown(place.edit().old()) + "' overlaps another one");
            }
            changed.append(text, at, place.from()).append(place.edit().replacement());
            at = place.to();
        }
        return changed.append(text, at, text.length()).toString();
    }

    private Place find(String text) throws Misfit {
        var found = pattern().matcher(text).results().toList();
        if (found.size() != of) {
            throw new Misfit("the edit of '" + shown(old) + "' must match " + times(of) + ", and matches "
                    + times(found.size()));
        }
        var match = found.get(nth - 1);
        return new Place(match.start(), match.end(), this);
    }

    private Pattern pattern() {
        var parts = BLANKS.split(old, -1);
        return Pattern.compile(Arrays.stream(parts)
                .map(part -> part.isEmpty() ? "" : Pattern.quote(part))
                .collect(Collectors.joining(BLANKS.pattern())));
    }

    private static String times(int count) {
        return switch (count) {
            case 0 -> "nowhere";
            case 1 -> "once";
            case 2 -> "twice";
            default -> count + " times";
        };
    }

    /// What was changed, for a verdict: `'[ECONNRESET]' to '[0]' (insecure-rst)`.
    String described() {
        var which = of == 1 ? "" : ", place " + nth + " of " + of;
        return "'" + shown(old) + "' to '" + shown(replacement) + "'" + which + " (" + habit + ")";
    }

    private static String shown(String text) {
        return text.replace("\n", "\\n");
    }
}
