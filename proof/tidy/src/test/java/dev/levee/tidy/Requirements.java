package dev.levee.tidy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.dataformat.toml.TomlMapper;

/// What one RFC requires, and for which of it nothing is to be proven: the files of `specs/requirements` and
/// `specs/exceptions`.
///
/// @param rfc its number
/// @param rules by id, in the order of the file
/// @param exceptions which ids cannot apply or are not offered, and why
/// @param limits which ids are proven for a part of what they say, and what the rest is
/// @param open ids that wait for their test
record Requirements(
        int rfc, Map<String, Rule> rules, List<Excused> exceptions, List<Excused> limits, List<String> open) {
    private static final String TABLES = "specs/requirements";
    private static final TomlMapper TOML = TomlMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /// One requirement, in our own words.
    ///
    /// @param section where it stands
    record Rule(String section, String text) {}

    /// One exception.
    ///
    /// @param file that it stands in, relative to the checkout
    record Excused(String file, String id, String reason) {}

    private record TableFile(int rfc, LinkedHashMap<String, Rule> requirements) {}

    private record ExceptionFile(
            int rfc,
            @Nullable List<Exceptions> exceptions,
            @Nullable List<Exceptions> limits) {}

    private record Exceptions(List<String> ids, String reason) {}

    private record OpenFile(int rfc, List<String> tests) {}

    static Requirements read(Checkout checkout, int rfc) {
        var tables = checkout.root().resolve(TABLES);
        var table = parse(tables.resolve(rfc + ".toml"), TableFile.class);
        var excuses = checkout.root().resolve("specs/exceptions");
        return new Requirements(
                rfc,
                table.requirements(),
                exceptions(checkout, excuses, rfc),
                excused(checkout, excuses, rfc, ExceptionFile::limits),
                open(tables.resolve("open.toml"), rfc));
    }

    /// What the files of a directory excuse.
    static List<Excused> exceptions(Checkout checkout, Path directory, int rfc) {
        return excused(checkout, directory, rfc, ExceptionFile::exceptions);
    }

    private static List<Excused> excused(
            Checkout checkout,
            Path directory,
            int rfc,
            Function<ExceptionFile, ? extends @Nullable List<Exceptions>> part) {
        var excused = new ArrayList<Excused>();
        for (var path : Checkout.files(directory, ".toml")) {
            var file = parse(path, ExceptionFile.class);
            var entries = file.rfc() == rfc ? part.apply(file) : null;
            if (entries != null) {
                entries.forEach(entry -> entry.ids()
                        .forEach(id -> excused.add(new Excused(checkout.relative(path), id, entry.reason()))));
            }
        }
        return excused;
    }

    private static List<String> open(Path path, int rfc) {
        var file = parse(path, OpenFile.class);
        return file.rfc() == rfc ? file.tests() : List.of();
    }

    private static <T> T parse(Path path, Class<T> type) {
        try {
            return TOML.readValue(path.toFile(), type);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }
}
