package dev.levee.app.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// A directory as a page.
///
/// Threads: any.
final class Listing {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Listing() {}

    /// One line of the page.
    record Entry(String name, boolean directory, long size, Instant modified) {}

    /// Directories first, then by name.
    static String page(RequestPath path, List<Entry> entries) {
        var title = "Index of /" + String.join("/", path.segments())
                + (path.segments().isEmpty() ? "" : "/");
        var page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>")
                .append(escape(title))
                .append("</title></head>\n<body>\n<h1>")
                .append(escape(title))
                .append("</h1>\n<table>\n<tr><th>Name</th><th>Bytes</th><th>Changed (UTC)</th></tr>\n");
        if (!path.segments().isEmpty()) {
            page.append("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
        }
        entries.stream()
                .sorted(Comparator.comparing((Entry entry) -> !entry.directory())
                        .thenComparing(Entry::name))
                .forEach(entry -> row(page, entry));
        return page.append("</table>\n</body>\n</html>\n").toString();
    }

    private static void row(StringBuilder page, Entry entry) {
        var slash = entry.directory() ? "/" : "";
        page.append("<tr><td><a href=\"./")
                .append(RequestPath.encode(entry.name()))
                .append(slash)
                .append("\">")
                .append(escape(entry.name()))
                .append(slash)
                .append("</a></td><td>")
                .append(entry.directory() ? "" : Long.toString(entry.size()))
                .append("</td><td>")
                .append(TIME.format(entry.modified()))
                .append("</td></tr>\n");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
