package dev.levee.app.get;

import dev.levee.app.Problem;
import dev.levee.net.TcpException;
import dev.levee.tcp.CloseCause;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.TruncatedChunkException;

/// What curl would have said: failures as exit codes and sentences.
///
/// Threads: any.
public final class Failures {
    /// As curl's CURLE_COULDNT_CONNECT and so on.
    public static final int REFUSED = 7;

    public static final int STRANGE_ANSWER = 8;
    public static final int PARTIAL = 18;
    public static final int HTTP_ERROR = 22;
    public static final int WRITE_ERROR = 23;
    public static final int TIMED_OUT = 28;
    public static final int NO_ANSWER = 52;
    public static final int RECEIVE_ERROR = 56;

    private Failures() {}

    /// While connecting.
    public static Problem connecting(Target target, IOException e) {
        var to = "could not connect to " + target.host() + " port " + target.port() + ": ";
        return switch (e) {
            case TcpException tcp ->
                new Problem(connectCode(tcp.closeCause()), to + tcp.closeCause().describe());
            case SocketTimeoutException _ -> new Problem(TIMED_OUT, to + "no answer in time");
            default -> new Problem(REFUSED, to + Problem.reason(e));
        };
    }

    private static int connectCode(CloseCause cause) {
        return cause instanceof CloseCause.TimedOut ? TIMED_OUT : REFUSED;
    }

    /// While the answer is awaited and read.
    public static Problem receiving(Exception e, long bytes) {
        var after = " after " + Bytes.text(bytes) + " of the body";
        return switch (e) {
            case TcpException tcp ->
                new Problem(receiveCode(tcp.closeCause()), tcp.closeCause().describe() + after);
            case NoHttpResponseException _ -> new Problem(NO_ANSWER, "the server closed without an answer");
            case TruncatedChunkException _ -> new Problem(PARTIAL, "the server closed too early," + after);
            case MalformedChunkCodingException _ ->
                new Problem(STRANGE_ANSWER, "the server's answer is malformed: " + e.getMessage());
            case ConnectionClosedException _ -> new Problem(PARTIAL, "the server closed too early," + after);
            case HttpException _ -> new Problem(STRANGE_ANSWER, "the server's answer is malformed: " + e.getMessage());
            case SocketTimeoutException _ -> new Problem(TIMED_OUT, "no answer in time," + after);
            default -> new Problem(RECEIVE_ERROR, Problem.reason(e) + after);
        };
    }

    private static int receiveCode(CloseCause cause) {
        return cause instanceof CloseCause.TimedOut ? TIMED_OUT : RECEIVE_ERROR;
    }
}
