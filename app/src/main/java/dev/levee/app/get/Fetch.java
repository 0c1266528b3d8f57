package dev.levee.app.get;

import dev.levee.app.Problem;
import dev.levee.net.TcpStream;
import java.io.IOException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;

/// One GET over one connection.
///
/// Threads: one owner.
public final class Fetch {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final Http1Config CONFIG = Http1Config.custom()
            .setBufferSize(32 * 1024)
            .setMaxLineLength(64 * 1024)
            .setMaxHeaderCount(1000)
            .build();

    private final Target target;
    private final Progress progress;
    private long bytes;

    /// @param progress is told as octets come
    public Fetch(Target target, Progress progress) {
        this.target = target;
        this.progress = progress;
    }

    /// Told while a body comes in.
    public interface Progress {
        /// @param total -1 when it is not known
        void at(long done, long total);
    }

    /// What came.
    public record Result(int status, long bytes) {}

    /// Octets of the body so far.
    public long bytes() {
        return bytes;
    }

    /// Sends the request and writes the body of the answer.
    ///
    /// @param failOnError whether a status of 400 and above is a failure, and its body of no interest
    public Result run(TcpStream stream, Output output, boolean failOnError) throws Problem {
        try (var connection = new DefaultBHttpClientConnection(CONFIG)) {
            connection.bind(stream.asSocket());
            var request = request();
            connection.sendRequestHeader(request);
            connection.flush();
            ClassicHttpResponse response = connection.receiveResponseHeader();
            while (response.getCode() < 200) {
                response = connection.receiveResponseHeader();
            }
            if (failOnError && response.getCode() >= 400) {
                throw new Problem(Failures.HTTP_ERROR, "the server answered " + status(response));
            }
            connection.receiveResponseEntity(response);
            body(response, output);
            output.complete();
            return new Result(response.getCode(), bytes);
        } catch (IOException | HttpException e) {
            throw Failures.receiving(e, bytes);
        }
    }

    private static String status(ClassicHttpResponse response) {
        var phrase = response.getReasonPhrase();
        return response.getCode() + (phrase == null ? "" : " " + phrase);
    }

    private ClassicHttpRequest request() {
        var request = new BasicClassicHttpRequest("GET", target.path());
        request.setHeader(HttpHeaders.HOST, target.authority());
        request.setHeader(HttpHeaders.USER_AGENT, "levee");
        request.setHeader(HttpHeaders.ACCEPT, "*/*");
        request.setHeader(HttpHeaders.CONNECTION, "close");
        return request;
    }

    private void body(ClassicHttpResponse response, Output output) throws IOException, Problem {
        var entity = response.getEntity();
        if (entity == null || response.getCode() == 204 || response.getCode() == 304) {
            return;
        }
        long total = entity.getContentLength();
        var buffer = new byte[BUFFER_BYTES];
        try (var in = entity.getContent()) {
            progress.at(0, total);
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                output.write(buffer, count);
                bytes += count;
                progress.at(bytes, total);
            }
        }
    }
}
