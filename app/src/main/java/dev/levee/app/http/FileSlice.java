package dev.levee.app.http;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;

/// Some octets of an open file as a response's body. Owns the channel.
///
/// Threads: one owner.
final class FileSlice extends AbstractHttpEntity {
    private static final int BUFFER_BYTES = 128 * 1024;

    private final FileChannel channel;
    private final long first;
    private final long length;

    FileSlice(FileChannel channel, long first, long length, String contentType) {
        super(contentType, null);
        this.channel = channel;
        this.first = first;
        this.length = length;
    }

    @Override
    public long getContentLength() {
        return length;
    }

    @Override
    public boolean isStreaming() {
        return false;
    }

    /// Writes the octets as they are now.
    ///
    /// @throws EOFException when the file has become shorter: the promised length cannot be kept
    @Override
    public void writeTo(OutputStream out) throws IOException {
        var buffer = new byte[(int) Math.min(BUFFER_BYTES, Math.max(1, length))];
        channel.position(first);
        var in = Channels.newInputStream(channel);
        for (long left = length; left > 0; ) {
            int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                throw new EOFException("the file became shorter while it was sent");
            }
            out.write(buffer, 0, count);
            left -= count;
        }
    }

    @Override
    public InputStream getContent() throws IOException {
        channel.position(first);
        return new FilterInputStream(Channels.newInputStream(channel)) {
            private long left = length;

            @Override
            public int read() throws IOException {
                int octet = left > 0 ? super.read() : -1;
                left -= octet >= 0 ? 1 : 0;
                return octet;
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                int taken = left > 0 ? super.read(target, offset, (int) Math.min(count, left)) : -1;
                left -= Math.max(0, taken);
                return taken;
            }
        };
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
