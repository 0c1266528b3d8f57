package dev.levee.app.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The server against the JDK's client and raw octets, on the kernel's loopback.
@Timeout(30)
class HttpConnectionsTest {
    private Path directory;
    private Path root;
    private ServerSocket listener;
    private HttpClient client;
    private volatile boolean writable;

    @BeforeEach
    void start(@TempDir Path temporary) throws IOException {
        directory = temporary;
        root = Files.createDirectory(directory.resolve("root"));
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
        Thread.startVirtualThread(this::acceptAll);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        listener.close();
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                var socket = listener.accept();
                var connections = new HttpConnections(Site.of(root), writable);
                Thread.startVirtualThread(() -> serve(connections, socket));
            } catch (IOException _) {
                return;
            }
        }
    }

    private static void serve(HttpConnections connections, Socket socket) {
        try (socket) {
            connections.serve(socket);
        } catch (IOException _) {
            // The test's client sees it.
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + listener.getLocalPort() + path))
                .timeout(Duration.ofSeconds(20));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    /// The whole answer to raw octets, until the server closes.
    private String raw(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private byte[] file(String name, int size) throws IOException {
        var content = new byte[size];
        new Random(size).nextBytes(content);
        Files.write(root.resolve(name), content);
        return content;
    }

    @Test
    void filesComeWholeWithTypeAndLength() throws Exception {
        var content = file("a b.txt", 1_000_000);
        var response = send(request("/a%20b.txt"));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(content);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
        assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(1_000_000);
        assertThat(response.headers().firstValue("Accept-Ranges")).contains("bytes");
    }

    @Test
    void headSaysTheSameWithoutTheBody() throws Exception {
        file("a.bin", 1000);
        var response = send(request("/a.bin").method("HEAD", BodyPublishers.noBody()));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(1000);
    }

    @Test
    void rangesGiveParts() throws Exception {
        var content = file("a.bin", 1000);
        var response = send(request("/a.bin").header("Range", "bytes=100-199"));
        assertThat(response.statusCode()).isEqualTo(206);
        assertThat(response.body()).isEqualTo(Arrays.copyOfRange(content, 100, 200));
        assertThat(response.headers().firstValue("Content-Range")).contains("bytes 100-199/1000");
    }

    @Test
    void rangesBehindTheEndGet416() throws Exception {
        file("a.bin", 1000);
        var response = send(request("/a.bin").header("Range", "bytes=1000-"));
        assertThat(response.statusCode()).isEqualTo(416);
        assertThat(response.headers().firstValue("Content-Range")).contains("bytes */1000");
    }

    @Test
    void rangesOfAnotherVersionAreIgnored() throws Exception {
        file("a.bin", 1000);
        var tag = send(request("/a.bin")).headers().firstValue("ETag").orElseThrow();
        var same = request("/a.bin").header("Range", "bytes=0-0").header("If-Range", tag);
        var other = request("/a.bin").header("Range", "bytes=0-0").header("If-Range", "\"other\"");
        assertThat(send(same).statusCode()).isEqualTo(206);
        assertThat(send(other).statusCode()).isEqualTo(200);
    }

    @Test
    void whatTheClientHasAlreadyIsNotSentAgain() throws Exception {
        file("a.bin", 1000);
        var first = send(request("/a.bin")).headers();
        var byTag = request("/a.bin")
                .header("If-None-Match", first.firstValue("ETag").orElseThrow());
        var byDate = request("/a.bin")
                .header("If-Modified-Since", first.firstValue("Last-Modified").orElseThrow());
        assertThat(send(byTag).statusCode()).isEqualTo(304);
        assertThat(send(byDate).statusCode()).isEqualTo(304);
    }

    @Test
    void emptyFilesAreFilesToo() throws Exception {
        file("empty", 0);
        var response = send(request("/empty"));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void oneConnectionServesManyRequests() throws IOException {
        file("a.txt", 0);
        var get = "GET %s HTTP/1.1\r\nHost: h\r\nConnection: %s\r\n\r\n";
        var answer = raw(get.formatted("/a.txt", "keep-alive")
                + get.formatted("/b", "keep-alive")
                + get.formatted("/a.txt", "close"));
        assertThat(answer.split("HTTP/1.1 200 OK", -1)).hasSize(3);
        assertThat(answer.split("HTTP/1.1 404 Not Found", -1)).hasSize(2);
    }

    @Test
    void oldClientsGetOneAnswerAndTheEnd() throws IOException {
        file("a.txt", 0);
        assertThat(raw("GET /a.txt HTTP/1.0\r\n\r\n")).contains(" 200 OK");
    }

    @Test
    void directoriesAreListedEscapedAndSorted() throws Exception {
        file("b<&>.txt", 3);
        file("a.txt", 3);
        Files.createDirectory(root.resolve("z"));
        Files.createFile(root.resolve(Site.UPLOAD_PREFIX + "1"));
        var page = new String(send(request("/")).body(), UTF_8);
        assertThat(page).containsSubsequence("href=\"./z/\"", "href=\"./a.txt\"", "href=\"./b%3C%26%3E.txt\"");
        assertThat(page).contains("b&lt;&amp;&gt;.txt").doesNotContain("b<").doesNotContain(Site.UPLOAD_PREFIX);
    }

    @Test
    void directoriesWithoutTheirSlashAreRedirected() throws Exception {
        Files.createDirectory(root.resolve("a b"));
        var response = send(request("/a%20b"));
        assertThat(response.statusCode()).isEqualTo(301);
        assertThat(response.headers().firstValue("Location")).contains("/a%20b/");
    }

    @Test
    void anIndexPageStandsForItsDirectory() throws Exception {
        var content = file("index.html", 100);
        assertThat(send(request("/")).body()).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret",
                "/%2e%2e/secret",
                "/x/../../secret",
                "/..%2fsecret",
                "/link",
                "/linked/secret",
                "/file/",
                "/file/x",
                "//../secret"
            })
    void nothingOutsideTheRootIsServed(String target) throws IOException {
        Files.writeString(directory.resolve("secret"), "SECRET");
        file("file", 1);
        Files.createSymbolicLink(root.resolve("link"), directory.resolve("secret"));
        Files.createSymbolicLink(root.resolve("linked"), directory);
        var answer = raw("GET " + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 404 ").doesNotContain("SECRET");
    }

    @Test
    void linksInsideTheRootAreFollowed() throws Exception {
        var content = file("a.txt", 10);
        Files.createSymbolicLink(root.resolve("link"), Path.of("a.txt"));
        assertThat(send(request("/link")).body()).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "DELETE", "OPTIONS", "PUT", "PATCH"})
    void otherMethodsAreToldWhatIsOffered(String method) throws Exception {
        var response = send(request("/x").method(method, BodyPublishers.ofString("body")));
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD");
    }

    @Test
    void uploadsCreateAndReplace() throws Exception {
        writable = true;
        var content = new byte[3_000_000];
        new Random(1).nextBytes(content);
        var creating = request("/new").PUT(BodyPublishers.ofByteArray(content));
        assertThat(send(creating).statusCode()).isEqualTo(201);
        assertThat(Files.readAllBytes(root.resolve("new"))).isEqualTo(content);
        var replacing = request("/new").PUT(BodyPublishers.ofString("short")).expectContinue(true);
        assertThat(send(replacing).statusCode()).isEqualTo(204);
        assertThat(root.resolve("new")).hasContent("short");
        assertThat(root.toFile().list()).containsExactly("new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere/x", "/d", "/d/", "/", "/.levee-upload-1", "/out/x"})
    void uploadsWithoutAPlaceAreRefused(String target) throws Exception {
        writable = true;
        Files.createDirectory(root.resolve("d"));
        Files.createSymbolicLink(root.resolve("out"), directory);
        assertThat(send(request(target).PUT(BodyPublishers.ofString("x"))).statusCode())
                .isEqualTo(409);
        assertThat(root.toFile().list()).containsExactlyInAnyOrder("d", "out");
        assertThat(directory.toFile().list()).containsExactly("root");
    }

    @Test
    void brokenUploadsLeaveNothing() throws IOException {
        writable = true;
        Files.writeString(root.resolve("a"), "old");
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort())) {
            socket.setSoTimeout(20_000);
            var half = "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf";
            socket.getOutputStream().write(half.getBytes(ISO_8859_1));
            socket.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        }
        assertThat(root.toFile().list()).containsExactly("a");
        assertThat(root.resolve("a")).hasContent("old");
    }

    @Test
    void refusedExpectationsAreAnsweredWithoutTheBody() throws IOException {
        var answer = raw("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 405 ").doesNotContain("100 Continue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"})
    void malformedRequestsAreAnsweredAndClosed(String request) throws IOException {
        assertThat(raw(request)).matches("(?s)HTTP/1\\.1 (400|505) .*");
    }

    @Test
    void linksThatLeadOutAreFoundBeforehand() throws IOException {
        Files.createDirectories(root.resolve("a/b"));
        Files.createSymbolicLink(root.resolve("dangling"), Path.of("nowhere"));
        Files.createSymbolicLink(root.resolve("inside"), root.resolve("a"));
        var site = Site.of(root);
        assertThat(site.linkOut()).isEmpty();
        var out = Files.createSymbolicLink(root.resolve("a/b/out"), directory);
        assertThat(site.linkOut()).contains(out.toRealPath(LinkOption.NOFOLLOW_LINKS));
    }
}
