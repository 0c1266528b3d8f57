package dev.levee.sim;

/// Beginnings that many scripts share, and both address families.
final class Scripts {
    /// A server's connection, established after a round trip of 10 ms.
    static final String SERVER = """
            listen
            +0     < S  0 win 65535 <mss 1000>
            +0     > S. 0:0(0) ack 1
            +0.01  < .  1 ack 1 win 65535
            accept
            """;

    /// A client's connection, established after a round trip of 10 ms.
    static final String CLIENT = """
            connect
            +0     > S  0:0(0)
            +0.01  < S. 0 ack 1 win 65535 <mss 1000>
            +0     > .  1 ack 1
            """;

    private Scripts() {}

    /// Plays a script with IPv4, and again with IPv6, where the largest segment is 20 octets shorter.
    static void both(Script script, String text) {
        script.v6(false).play(text);
        script.v6(true).play(text.replace("mss 1460", "mss 1440"));
    }

    static void both(String text) {
        both(Script.plain(), text);
    }
}
