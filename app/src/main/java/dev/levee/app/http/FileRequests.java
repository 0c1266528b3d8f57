package dev.levee.app.http;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.util.TextUtils;
import org.jspecify.annotations.Nullable;

/// Answers requests for files and directories of a [Site]: GET, HEAD and, when the site is writable, PUT.
///
/// Threads: any.
final class FileRequests {
    private static final String INDEX = "index.html";

    private final Site site;
    private final boolean writable;

    FileRequests(Site site, boolean writable) {
        this.site = site;
        this.writable = writable;
    }

    /// Whether a body may be sent at all, asked before it comes: null when it may.
    @Nullable
    ClassicHttpResponse refusal(HttpRequest request) {
        if (!request.getMethod().equals("PUT") || !writable) {
            return methodNotAllowed();
        }
        return RequestPath.parse(request.getPath()).flatMap(site::place).isEmpty() ? cannotPut(request) : null;
    }

    ClassicHttpResponse answer(ClassicHttpRequest request) throws IOException {
        return switch (request.getMethod().toUpperCase(Locale.ROOT)) {
            case "GET", "HEAD" -> get(request);
            case "PUT" -> writable ? put(request) : methodNotAllowed();
            default -> methodNotAllowed();
        };
    }

    private ClassicHttpResponse get(HttpRequest request) throws IOException {
        var path = RequestPath.parse(request.getPath());
        var found = path.flatMap(site::find);
        if (path.isEmpty() || found.isEmpty()) {
            return plain(HttpStatus.SC_NOT_FOUND, "There is no such file here.");
        }
        var file = found.get();
        if (!Files.isDirectory(file)) {
            return file(request, file);
        }
        if (!path.get().directory() && !path.get().segments().isEmpty()) {
            var moved = plain(HttpStatus.SC_MOVED_PERMANENTLY, "This is a directory.");
            moved.setHeader(HttpHeaders.LOCATION, path.get().toLink() + "/");
            return moved;
        }
        var index = new RequestPath(append(path.get(), INDEX), false);
        var page = site.find(index).filter(Files::isRegularFile);
        return page.isPresent() ? file(request, page.get()) : listing(path.get(), file);
    }

    private static java.util.List<String> append(RequestPath path, String name) {
        var segments = new java.util.ArrayList<>(path.segments());
        segments.add(name);
        return segments;
    }

    private ClassicHttpResponse listing(RequestPath path, Path directory) throws IOException {
        if (!Files.isReadable(directory)) {
            return plain(HttpStatus.SC_FORBIDDEN, "This directory may not be read.");
        }
        var response = new BasicClassicHttpResponse(HttpStatus.SC_OK);
        response.setEntity(new StringEntity(
                Listing.page(path, site.list(directory)),
                ContentType.TEXT_HTML.withCharset(java.nio.charset.StandardCharsets.UTF_8)));
        return response;
    }

    private static ClassicHttpResponse file(HttpRequest request, Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return plain(HttpStatus.SC_NOT_FOUND, "There is no such file here.");
        }
        FileChannel channel;
        try {
            // The path has no links left; one that appears now is not followed.
            channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException _) {
            return plain(HttpStatus.SC_FORBIDDEN, "This file may not be read.");
        }
        try {
            return opened(request, file, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static ClassicHttpResponse opened(HttpRequest request, Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        var modified = Files.getLastModifiedTime(file);
        var tag = "\"" + Long.toHexString(modified.to(java.util.concurrent.TimeUnit.NANOSECONDS)) + "-"
                + Long.toHexString(size) + "\"";
        var response = new BasicClassicHttpResponse(HttpStatus.SC_OK);
        response.setHeader(HttpHeaders.ETAG, tag);
        response.setHeader(HttpHeaders.LAST_MODIFIED, HttpDates.format(modified.toInstant()));
        response.setHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        if (notModified(request, tag, modified)) {
            channel.close();
            response.setCode(HttpStatus.SC_NOT_MODIFIED);
            return response;
        }
        boolean ranges = request.getMethod().equals("GET") && ifRange(request, tag, modified);
        var range = ByteRange.of(ranges ? header(request, HttpHeaders.RANGE) : null, size);
        if (range.kind() == ByteRange.Kind.UNSATISFIABLE) {
            channel.close();
            var refused = plain(HttpStatus.SC_REQUESTED_RANGE_NOT_SATISFIABLE, "The file has no such octets.");
            refused.setHeader(HttpHeaders.CONTENT_RANGE, range.contentRange(size));
            return refused;
        }
        if (range.kind() == ByteRange.Kind.PART) {
            response.setCode(HttpStatus.SC_PARTIAL_CONTENT);
            response.setHeader(HttpHeaders.CONTENT_RANGE, range.contentRange(size));
        }
        var type = ContentTypes.of(String.valueOf(file.getFileName()));
        response.setEntity(new FileSlice(channel, range.first(), range.length(), type));
        return response;
    }

    /// RFC 9110 §13.2.2: `If-None-Match` decides where it is given, `If-Modified-Since` else.
    private static boolean notModified(HttpRequest request, String tag, FileTime modified) {
        var tags = header(request, HttpHeaders.IF_NONE_MATCH);
        if (tags != null) {
            return tags.strip().equals("*")
                    || java.util.Arrays.stream(tags.split(",", -1))
                            .map(String::strip)
                            .map(given -> given.startsWith("W/") ? given.substring(2) : given)
                            .anyMatch(tag::equals);
        }
        var since = HttpDates.parse(header(request, HttpHeaders.IF_MODIFIED_SINCE));
        return since.isPresent() && !seconds(modified).isAfter(since.get());
    }

    /// RFC 9110 §13.1.5: a range of another version of the file is of no use.
    private static boolean ifRange(HttpRequest request, String tag, FileTime modified) {
        var condition = header(request, HttpHeaders.IF_RANGE);
        if (condition == null) {
            return true;
        }
        var date = HttpDates.parse(condition);
        return condition.strip().equals(tag)
                || date.isPresent() && seconds(modified).equals(date.get());
    }

    private static Instant seconds(FileTime time) {
        return time.toInstant().truncatedTo(ChronoUnit.SECONDS);
    }

    private ClassicHttpResponse put(ClassicHttpRequest request) throws IOException {
        if (request.containsHeader(HttpHeaders.CONTENT_RANGE)) {
            return plain(HttpStatus.SC_BAD_REQUEST, "Parts of files cannot be uploaded: send the whole file.");
        }
        var place = RequestPath.parse(request.getPath()).flatMap(site::place);
        if (place.isEmpty()) {
            return cannotPut(request);
        }
        return switch (Upload.receive(request.getEntity(), place.get())) {
            case CREATED -> plain(HttpStatus.SC_CREATED, "Created.");
            case REPLACED -> new BasicClassicHttpResponse(HttpStatus.SC_NO_CONTENT);
            case DENIED -> plain(HttpStatus.SC_FORBIDDEN, "This file may not be written.");
            case NO_ROOM -> plain(HttpStatus.SC_INSUFFICIENT_STORAGE, "There is no room for this file.");
        };
    }

    private static ClassicHttpResponse cannotPut(HttpRequest request) {
        return RequestPath.parse(request.getPath()).isEmpty()
                ? plain(HttpStatus.SC_NOT_FOUND, "There is no such place here.")
                : plain(
                        HttpStatus.SC_CONFLICT,
                        "A file can be put under a new or old name in a directory that exists.");
    }

    private ClassicHttpResponse methodNotAllowed() {
        var response = plain(HttpStatus.SC_METHOD_NOT_ALLOWED, "This method is not offered here.");
        response.setHeader(HttpHeaders.ALLOW, writable ? "GET, HEAD, PUT" : "GET, HEAD");
        return response;
    }

    static ClassicHttpResponse plain(int status, String sentence) {
        var response = new BasicClassicHttpResponse(status);
        response.setEntity(new StringEntity(sentence + "\n", ContentType.TEXT_PLAIN));
        return response;
    }

    private static @Nullable String header(HttpRequest request, String name) {
        Header header = request.getFirstHeader(name);
        return header == null || TextUtils.isBlank(header.getValue()) ? null : header.getValue();
    }
}
