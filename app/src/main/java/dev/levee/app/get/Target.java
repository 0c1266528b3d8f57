package dev.levee.app.get;

import dev.levee.app.Problem;
import dev.levee.wire.IpAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a URL names.
///
/// Threads: any.
///
/// @param host a name, or a literal address without brackets
/// @param port as given, or 80
/// @param authority for the `Host` header
/// @param path with the query, never empty
public record Target(String host, int port, String authority, String path) {
    private static final int PORT_USUAL = 80;
    private static final int PORT_MAX = 65_535;
    private static final int EXIT_UNRESOLVED = 6;

    /// Reads `http://HOST[:PORT]/PATH`; a text without a scheme is taken as one with `http`.
    public static Target parse(String text) throws Problem {
        var full = text.contains("://") ? text : "http://" + text;
        URI uri;
        try {
            uri = new URI(full).parseServerAuthority();
        } catch (URISyntaxException e) {
            throw new Problem("'" + text + "' is no URL: " + e.getReason() + "; write one like http://198.18.0.1/file");
        }
        if ("https".equalsIgnoreCase(uri.getScheme())) {
            throw new Problem("levee get speaks http only; take a URL that begins with http://");
        }
        if (!"http".equalsIgnoreCase(uri.getScheme())) {
            throw new Problem("levee get speaks http, not " + uri.getScheme());
        }
        var host = uri.getHost();
        if (host == null || host.isEmpty() || uri.getUserInfo() != null) {
            throw new Problem("'" + text + "' names no host; write one like http://198.18.0.1/file");
        }
        int port = uri.getPort() == -1 ? PORT_USUAL : uri.getPort();
        if (port < 1 || port > PORT_MAX) {
            throw new Problem("a port lies between 1 and 65535, not " + port);
        }
        var path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        var authority = port == PORT_USUAL ? host : host + ":" + port;
        return new Target(unbracketed(host), port, authority, path + query);
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /// The addresses to try, in order. Literals are read, names are looked up by this machine's resolver.
    public List<IpAddress> resolve() throws Problem {
        var literal = literal();
        if (literal != null) {
            return List.of(literal);
        }
        try {
            return Arrays.stream(InetAddress.getAllByName(host))
                    .map(address -> IpAddress.of(address.getAddress()))
                    .toList();
        } catch (UnknownHostException _) {
            throw new Problem(EXIT_UNRESOLVED, "the name " + host + " cannot be resolved");
        }
    }

    private @Nullable IpAddress literal() {
        try {
            return IpAddress.parse(host);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
