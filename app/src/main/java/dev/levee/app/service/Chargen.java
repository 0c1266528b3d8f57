package dev.levee.app.service;

import dev.levee.net.TcpStream;
import java.io.IOException;

/// Sends lines of printable characters until the peer has had enough (RFC 864).
public final class Chargen implements Service {
    private static final int FIRST = ' ';
    private static final int CHARACTERS = '~' - ' ' + 1;
    private static final int LINE_CHARACTERS = 72;
    /// The pattern repeats after one line per character.
    private static final int PERIODS = 36;

    private final byte[] text = text();

    @Override
    public String name() {
        return "chargen";
    }

    @Override
    public boolean speaksFirst() {
        return true;
    }

    /// Whole periods of the pattern, so that they can be sent one after the other.
    static byte[] text() {
        var octets = new byte[PERIODS * CHARACTERS * (LINE_CHARACTERS + 2)];
        int at = 0;
        for (int line = 0; line < PERIODS * CHARACTERS; line++) {
            for (int i = 0; i < LINE_CHARACTERS; i++) {
                octets[at++] = (byte) (FIRST + (line + i) % CHARACTERS);
            }
            octets[at++] = '\r';
            octets[at++] = '\n';
        }
        return octets;
    }

    /// Returns never but by an exception: whoever reads has to end the connection.
    @Override
    public void serve(TcpStream stream) throws IOException {
        while (true) {
            stream.write(text, 0, text.length);
        }
    }
}
