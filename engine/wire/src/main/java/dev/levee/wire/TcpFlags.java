package dev.levee.wire;

/// The control bits of a TCP header (RFC 9293 §3.1), as one octet of the header holds them.
///
/// Threads: any.
public final class TcpFlags {
    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int URG = 0x20;
    public static final int ECE = 0x40;
    public static final int CWR = 0x80;

    private static final String[] NAMES = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
    private static final int[] READING_ORDER = {1, 0, 2, 3, 4, 5, 6, 7};

    private TcpFlags() {}

    /// The set bits by name, as people read them: `SYN,ACK`. The empty set is `-`.
    public static String format(int flags) {
        var text = new StringBuilder();
        for (int bit : READING_ORDER) {
            if ((flags & 1 << bit) != 0) {
                text.append(text.isEmpty() ? "" : ",").append(NAMES[bit]);
            }
        }
        return text.isEmpty() ? "-" : text.toString();
    }
}
