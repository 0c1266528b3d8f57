package dev.levee.guard;

import dev.levee.wire.Handshake;
import dev.levee.wire.Segment;
import dev.levee.wire.SipHash;

/// SYN cookies: initial sequence numbers by which a handshake is recognised that nothing was remembered of
/// (RFC 4987 §3.6). The format is in docs/syn-cookie-format.md, for others to issue and check.
///
/// Two layouts, by whether the SYN carried timestamps that this host agrees to:
///
/// - **with**: the ISN is 32 bits of MAC; the SYN-ACK's TSval, which the peer echoes, carries the epoch (6 bits),
///   codes for MSS (6) and window scale (4), SACK (1), ECN (1) and 14 more bits of MAC. Every option survives. A
///   blind ACK is taken with a chance of 2^-46 for each initial number that it may stand for, of which there are at
///   most two.
/// - **without**: 24 bits of MAC, then codes for MSS (3) and window scale (3), SACK (1) and the epoch's lowest bit,
///   masked. A blind ACK is taken with a chance of 2^-24 for each.
///
/// The MAC is SipHash-2-4 over both addresses, both ports, the peer's ISN, the epoch and the codes: nothing of them
/// can be changed, and a cookie is good for one connection only.
///
/// Issuing one costs 29 ns with timestamps and 40 ns without.
///
/// Threads: shard.
public final class SynCookies {
    /// Epochs that a cookie of the first layout lives for, its own counted: at least 48 s.
    static final int EPOCHS_WITH_TIMESTAMPS = 4;
    /// The same for the second one: at least 16 s.
    static final int EPOCHS_WITHOUT = 2;

    private static final int EPOCH_BITS_MASK = 0x3f;
    private static final int WIDE_MAC_MASK = 0x3fff;
    private static final int SACK_BIT = 1 << 15;
    private static final int ECN_BIT = 1 << 14;
    private static final int MSS_SHIFT = 20;
    private static final int SCALE_SHIFT = 16;
    private static final int EPOCH_SHIFT = 26;

    /// Marks the first layout among the MAC's inputs, so that no cookie is one of the other.
    private static final long WIDE = 1L << 15;

    private CookieKeys keys;
    private final int wideMacMask;
    private final int narrowMacMask;
    private long issuedEpoch;

    public SynCookies(CookieKeys keys) {
        this(keys, 32, 24);
    }

    /// With so few bits of MAC in the ISN that what a guess has for a chance can be counted.
    ///
    /// @param wideBits of the first layout, 1 to 32; the timestamp's 14 are not checked below 32
    /// @param narrowBits of the second, 1 to 24
    SynCookies(CookieKeys keys, int wideBits, int narrowBits) {
        this.keys = keys;
        this.wideMacMask = wideBits == 32 ? -1 : (1 << wideBits) - 1;
        this.narrowMacMask = (1 << narrowBits) - 1;
    }

    /// Changes the keys: what the old ones have issued is good as far as [CookieKeys] say so.
    public void keys(CookieKeys keys) {
        this.keys = keys;
    }

    public CookieKeys keys() {
        return keys;
    }

    /// Whether a cookie can tell all that matters of a SYN.
    public static boolean canTell(Handshake syn) {
        return CookieOptions.fits(syn.mss());
    }

    /// Chooses the ISN that answers a SYN, and with timestamps the TSval.
    ///
    /// @param epoch the epoch of the moment, not before `keys().sinceEpoch()` unless there is a key before it
    public void issue(Handshake syn, long epoch) {
        var key = keys.of(epoch);
        if (key == null) {
            key = keys.current();
        }
        boolean v4 = syn.v4();
        if (syn.timestamps()) {
            int codes = CookieOptions.fineMss(syn.mss(), v4) << MSS_SHIFT
                    | CookieOptions.fineScale(syn.windowScale()) << SCALE_SHIFT
                    | (syn.sackPermitted() ? SACK_BIT : 0)
                    | (syn.ecn() ? ECN_BIT : 0);
            long mac = wideMac(key, syn, syn.irs(), epoch, codes);
            syn.iss((int) (mac >>> 32));
            syn.tsOffered((int) (epoch & EPOCH_BITS_MASK) << EPOCH_SHIFT | codes | (int) mac & WIDE_MAC_MASK);
        } else {
            int codes = CookieOptions.coarseMss(syn.mss(), v4) << 5
                    | CookieOptions.coarseScale(syn.windowScale()) << 2
                    | (syn.sackPermitted() ? 2 : 0)
                    | (int) (epoch & 1);
            int mac = narrowMac(key, syn, syn.irs(), epoch, codes);
            syn.iss(mac << 8 | codes ^ mask(key, mac));
        }
    }

    /// Whether an ACK acknowledges a cookie that was issued to its sender and is not too old. What is not known of
    /// the SYN any more is read from it: the cookie's options, IRS and ISS, the newest timestamp.
    ///
    /// IRS is the number before the segment's, or that number itself: a probe, of a window or of life, may come
    /// before anything else does, and brings an octet at most.
    ///
    /// @param ack a segment that carries an ACK and no SYN
    /// @param epoch the epoch of the moment
    /// @param out set when it does; its tuple is set anyway
    public boolean check(Segment ack, long epoch, Handshake out) {
        out.readTuple(ack);
        int iss = ack.ack() - 1;
        if (accept(ack, ack.seq() - 1, iss, epoch, out)) {
            return true;
        }
        return ack.payloadLength() <= 1 && accept(ack, ack.seq(), iss, epoch, out);
    }

    private boolean accept(Segment ack, int irs, int iss, long epoch, Handshake out) {
        boolean good = ack.hasTimestamps()
                ? acceptWide(irs, iss, ack.tsEcr(), epoch, out)
                : acceptNarrow(irs, iss, epoch, out);
        if (good) {
            out.irs(irs);
            out.iss(iss);
            out.tsVal(out.timestamps() ? ack.tsVal() : 0);
            out.tsOffered(out.timestamps() ? ack.tsEcr() : 0);
        }
        return good;
    }

    private boolean acceptWide(int irs, int iss, int tsEcr, long epoch, Handshake out) {
        long issued = epoch - (epoch - (tsEcr >>> EPOCH_SHIFT) & EPOCH_BITS_MASK);
        if (epoch - issued >= EPOCHS_WITH_TIMESTAMPS) {
            return false;
        }
        var key = keys.of(issued);
        int codes = tsEcr & ~(EPOCH_BITS_MASK << EPOCH_SHIFT | WIDE_MAC_MASK);
        if (key == null) {
            return false;
        }
        long mac = wideMac(key, out, irs, issued, codes);
        boolean rest = wideMacMask != -1 || ((int) mac & WIDE_MAC_MASK) == (tsEcr & WIDE_MAC_MASK);
        if (!rest || (((int) (mac >>> 32) ^ iss) & wideMacMask) != 0) {
            return false;
        }
        issuedEpoch = issued;
        out.options(
                CookieOptions.mssOfFine(codes >>> MSS_SHIFT & 0x3f),
                CookieOptions.scaleOfFine(codes >>> SCALE_SHIFT & 0xf),
                (codes & SACK_BIT) != 0,
                (codes & ECN_BIT) != 0,
                true);
        return true;
    }

    private boolean acceptNarrow(int irs, int iss, long epoch, Handshake out) {
        // The mask depends on the key, which depends on the epoch, whose lowest bit it hides: while two keys are
        // about, each of the two epochs is tried, and only that counts which the mask confirms.
        for (long issued = epoch; epoch - issued < EPOCHS_WITHOUT; issued--) {
            var key = keys.of(issued);
            if (key == null) {
                continue;
            }
            int mac = iss >>> 8;
            int codes = (iss ^ mask(key, mac)) & 0xff;
            if ((codes & 1) == (issued & 1)) {
                int difference = narrowMac(key, out, irs, issued, codes) ^ mac;
                if ((difference & narrowMacMask) == 0) {
                    issuedEpoch = issued;
                    out.options(
                            CookieOptions.mssOfCoarse(codes >>> 5),
                            CookieOptions.scaleOfCoarse(codes >>> 2 & 7),
                            (codes & 2) != 0,
                            false,
                            false);
                    return true;
                }
            }
        }
        return false;
    }

    /// The epoch of the cookie that was accepted last.
    public long issuedEpoch() {
        return issuedEpoch;
    }

    private static long wideMac(SipHash key, Handshake tuple, int irs, long epoch, int codes) {
        return mac(key, tuple, irs, epoch << 16 | WIDE | codes >>> 14);
    }

    private static int narrowMac(SipHash key, Handshake tuple, int irs, long epoch, int codes) {
        return (int) (mac(key, tuple, irs, epoch << 16 | codes) >>> 40);
    }

    private static long mac(SipHash key, Handshake tuple, int irs, long rest) {
        return key.hash(
                tuple.localHigh(),
                tuple.localLow(),
                tuple.remoteHigh(),
                tuple.remoteLow(),
                (long) tuple.ports() << 32 | irs & 0xffff_ffffL,
                rest);
    }

    private static int mask(SipHash key, int mac) {
        return (int) key.hash(mac) & 0xff;
    }
}
