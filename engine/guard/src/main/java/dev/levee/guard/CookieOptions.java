package dev.levee.guard;

/// What of a SYN's options fits into a cookie, as codes. Every value is rounded down to the next one that there is:
/// the connection then sends shorter segments, or takes the peer's window for smaller, than it might; never longer
/// or larger.
///
/// The tables are part of the cookie's format: issuer and checker must have the same.
final class CookieOptions {
    private static final int V4_MSS_DEFAULT = 536;
    private static final int V6_MSS_DEFAULT = 1220;

    /// For cookies with a timestamp: 6 bits.
    private static final int[] MSS_FINE = {
        48, 64, 88, 128, 192, 256, 320, 384, 448, 512, 536, 576, 640, 704, 768, 832,
        896, 960, 1024, 1088, 1152, 1200, 1220, 1240, 1260, 1280, 1300, 1320, 1340, 1350, 1360, 1370,
        1380, 1388, 1390, 1396, 1400, 1404, 1408, 1410, 1412, 1414, 1420, 1424, 1428, 1432, 1436, 1440,
        1444, 1448, 1452, 1456, 1460, 2048, 4036, 4096, 8192, 8900, 8940, 8960, 16_344, 32_768, 65_483, 65_495
    };
    /// For cookies without: 3 bits.
    private static final int[] MSS_COARSE = {48, 536, 1220, 1360, 1400, 1440, 1460, 8940};

    /// For cookies without a timestamp: 3 bits, the first of which is for none.
    private static final int[] SCALE_COARSE = {-1, 0, 2, 5, 6, 7, 8, 10};
    /// For cookies with: 4 bits.
    private static final int SCALE_ABSENT = 15;

    private CookieOptions() {}

    /// Whether the SYN's MSS can be told at all: a smaller one than the smallest cannot.
    static boolean fits(int mss) {
        return mss == 0 || mss >= MSS_FINE[0];
    }

    /// @param mss what the SYN said; 0: nothing, which means what RFC 9293 §3.7.1 has for that case (MUST-15)
    static int fineMss(int mss, boolean v4) {
        return floor(MSS_FINE, effective(mss, v4));
    }

    static int coarseMss(int mss, boolean v4) {
        return floor(MSS_COARSE, effective(mss, v4));
    }

    private static int effective(int mss, boolean v4) {
        if (mss > 0) {
            return mss;
        }
        return v4 ? V4_MSS_DEFAULT : V6_MSS_DEFAULT;
    }

    static int mssOfFine(int code) {
        return MSS_FINE[code];
    }

    static int mssOfCoarse(int code) {
        return MSS_COARSE[code];
    }

    /// @param windowScale 0 to 14; -1: none
    static int fineScale(int windowScale) {
        return windowScale < 0 ? SCALE_ABSENT : windowScale;
    }

    static int coarseScale(int windowScale) {
        return windowScale < 0 ? 0 : Math.max(1, floor(SCALE_COARSE, windowScale));
    }

    static int scaleOfFine(int code) {
        return code == SCALE_ABSENT ? -1 : code;
    }

    static int scaleOfCoarse(int code) {
        return SCALE_COARSE[code];
    }

    /// The index of the largest value that is not above `value`; 0 when there is none.
    private static int floor(int[] table, int value) {
        int low = 0;
        int high = table.length - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (table[middle] <= value) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
