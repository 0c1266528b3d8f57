package dev.levee.app.drill;

import dev.levee.app.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// Reads a file of edits: JSON, as docs/testing.md describes it.
final class EditsFile {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /// More than a line has.
    private static final int OLD_MAX = 1_000;

    private static final int NAME_MAX = 500;

    private final Path file;
    private final Map<String, List<Edit>> edits = new LinkedHashMap<>();
    private final Map<String, String> skipped = new LinkedHashMap<>();

    private EditsFile(Path file) {
        this.file = file;
    }

    /// What a file says.
    ///
    /// @param edits by the scripts' names, relative to the suite's directory
    /// @param skipped why scripts are skipped, by their names
    record Contents(Map<String, List<Edit>> edits, Map<String, String> skipped) {}

    /// @throws Problem when it cannot be read, is no JSON, or says something else than edits
    static Contents read(Path file) throws Problem {
        var reader = new EditsFile(file);
        reader.file(reader.tree());
        return new Contents(reader.edits, reader.skipped);
    }

    private @Nullable Object tree() throws Problem {
        if (Files.isDirectory(file)) {
            throw new Problem(file + ": this is a directory, not a file of edits");
        }
        try (var parser = FACTORY.createParser(ObjectReadContext.empty(), ScriptFiles.read(file))) {
            parser.nextToken();
            var tree = value(parser);
            if (parser.nextToken() != null) {
                throw new Problem(file + ": there is something behind the end of the JSON object");
            }
            return tree;
        } catch (IOException e) {
            throw new Problem(file + ": " + Problem.reason(e));
        } catch (JacksonException e) {
            var at = e.getLocation();
            var where = at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
            throw new Problem(file + ": " + where + "this is no JSON: " + e.getOriginalMessage());
        }
    }

    private static @Nullable Object value(JsonParser parser) {
        var token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            var members = new LinkedHashMap<String, @Nullable Object>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                var name = parser.currentName();
                parser.nextToken();
                members.put(name, value(parser));
            }
            return members;
        }
        if (token == JsonToken.START_ARRAY) {
            var elements = new ArrayList<@Nullable Object>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(value(parser));
            }
            return elements;
        }
        if (token == JsonToken.VALUE_STRING) {
            return parser.getString();
        }
        return token == JsonToken.VALUE_NUMBER_INT ? (Object) parser.getLongValue() : null;
    }

    private void file(@Nullable Object tree) throws Problem {
        var top = members("the file", tree, Set.of("habits", "skipped"));
        var ids = new LinkedHashSet<String>();
        for (var element : elements("", top, "habits")) {
            var where = "habits[" + ids.size() + "]";
            var habit = members(where, element, Set.of("id", "does", "why", "value", "changes"));
            habit(where, habit, ids);
        }
        if (top.containsKey("skipped")) {
            int i = 0;
            for (var element : elements("", top, "skipped")) {
                var where = "skipped[" + i++ + "]";
                var group = members(where, element, Set.of("why", "scripts"));
                var why = string(where, group, "why");
                for (var script : scripts(where, group)) {
                    check(
                            skipped.put(script, why) == null && !edits.containsKey(script),
                            () -> where + ": '" + script + "' is listed before");
                }
            }
        }
        check(!edits.isEmpty() || !skipped.isEmpty(), () -> "it lists no script");
    }

    private void habit(String where, Map<?, ?> habit, Set<String> ids) throws Problem {
        var id = string(where, habit, "id");
        check(ids.add(id), () -> where + ": there are two habits '" + id + "'");
        string(where, habit, "why");
        var listed = new LinkedHashSet<String>();
        int i = 0;
        for (var element : elements(where, habit, "changes")) {
            var inside = where + ".changes[" + i++ + "]";
            var change = members(inside, element, Set.of("edits", "scripts"));
            var made = edits(inside, id, change);
            for (var script : scripts(inside, change)) {
                check(listed.add(script), () -> inside + ": '" + script + "' is listed before");
                edits.computeIfAbsent(script, _ -> new ArrayList<>()).addAll(made);
            }
        }
    }

    private List<Edit> edits(String where, String habit, Map<?, ?> change) throws Problem {
        var made = new ArrayList<Edit>();
        for (var element : elements(where, change, "edits")) {
            var inside = where + ".edits[" + made.size() + "]";
            var edit = members(inside, element, Set.of("old", "new", "nth", "of"));
            long nth = number(inside, edit, "nth");
            long of = number(inside, edit, "of");
            check(nth <= of, () -> inside + ": 'nth' must not be above 'of'");
            var old = string(inside, edit, "old");
            check(old.length() <= OLD_MAX, () -> inside + ": 'old' must not be longer than " + OLD_MAX + " characters");
            check(edit.get("new") instanceof String, () -> inside + ": 'new' must be a text");
            made.add(new Edit(habit, old, String.valueOf(edit.get("new")), (int) nth, (int) of));
        }
        return made;
    }

    private List<String> scripts(String where, Map<?, ?> holder) throws Problem {
        var scripts = new ArrayList<String>();
        for (var element : elements(where, holder, "scripts")) {
            check(
                    !(element instanceof String name) || name.length() <= NAME_MAX,
                    () -> where + ".scripts: a name must not be longer than " + NAME_MAX + " characters");
            check(
                    element instanceof String name && isName(name),
                    () -> where + ".scripts: each must be the name of a .pkt file from the suite's directory on, not '"
                            + element + "'");
            scripts.add(String.valueOf(element));
        }
        return scripts;
    }

    private static boolean isName(String name) {
        return name.matches("([^/\\\\\\p{Cntrl}]+/)*[^/\\\\\\p{Cntrl}]+\\.pkt")
                && !("/" + name).matches(".*/\\.\\.?/.*");
    }

    private Map<?, ?> members(String where, @Nullable Object value, Set<String> known) throws Problem {
        if (!(value instanceof Map<?, ?> members)) {
            throw problem(where + " must be an object");
        }
        for (var name : members.keySet()) {
            check(
                    known.contains(String.valueOf(name)),
                    () -> where + ": there is no member '" + name + "'; there are "
                            + String.join(", ", known.stream().sorted().toList()));
        }
        return members;
    }

    private List<?> elements(String where, Map<?, ?> holder, String name) throws Problem {
        if (!(holder.get(name) instanceof List<?> elements) || elements.isEmpty()) {
            throw problem((where.isEmpty() ? "" : where + ": ") + "'" + name + "' must be a list of at least one");
        }
        return elements;
    }

    private String string(String where, Map<?, ?> holder, String name) throws Problem {
        if (!(holder.get(name) instanceof String text) || text.isBlank()) {
            throw problem(where + ": '" + name + "' must be a text that is not empty");
        }
        return text;
    }

    /// 1 unless it is said.
    private long number(String where, Map<?, ?> holder, String name) throws Problem {
        if (!holder.containsKey(name)) {
            return 1;
        }
        if (!(holder.get(name) instanceof Long number) || number < 1 || number > 1_000) {
            throw problem(where + ": '" + name + "' must be a number from 1 to 1000");
        }
        return number;
    }

    private void check(boolean right, Supplier<String> sentence) throws Problem {
        if (!right) {
            throw problem(sentence.get());
        }
    }

    private Problem problem(String sentence) {
        return new Problem(file + ": " + sentence);
    }
}
