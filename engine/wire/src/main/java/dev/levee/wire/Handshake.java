package dev.levee.wire;

/// A handshake that has no connection yet: what the SYN said and what its SYN-ACK says. One reused holder of flat
/// fields, which whoever remembers handshakes without objects reads them into.
///
/// Threads: one owner.
public final class Handshake {
    private long localHigh;
    private long localLow;
    private long remoteHigh;
    private long remoteLow;
    private int ports;

    private int irs;
    private int mss;
    private int windowScale = -1;
    private boolean sackPermitted;
    private boolean ecn;
    private boolean timestamps;
    private int tsVal;

    private int iss;
    private int tsOffered;
    private int listener;

    /// Takes over what a SYN says. What answers it is unset, and so is `ecn`, which is a matter of agreement.
    ///
    /// @param syn a segment that was just parsed
    public void read(Segment syn) {
        readTuple(syn);
        irs = syn.seq();
        options(syn.mss(), syn.windowScale(), syn.sackPermitted(), false, syn.hasTimestamps());
        tsVal = timestamps ? syn.tsVal() : 0;
        iss = 0;
        tsOffered = 0;
        listener = 0;
    }

    /// Takes over whom a segment is from and for.
    public void readTuple(Segment segment) {
        var ip = segment.ip();
        tuple(ip.dstHigh(), ip.dstLow(), ip.srcHigh(), ip.srcLow(), segment.dstPort() << 16 | segment.srcPort());
    }

    /// Takes everything of another over.
    public void set(Handshake other) {
        tuple(other.localHigh, other.localLow, other.remoteHigh, other.remoteLow, other.ports);
        options(other.mss, other.windowScale, other.sackPermitted, other.ecn, other.timestamps);
        irs = other.irs;
        tsVal = other.tsVal;
        iss = other.iss;
        tsOffered = other.tsOffered;
        listener = other.listener;
    }

    /// Whom it is from and for.
    ///
    /// @param ports the local port in the upper 16 bits, the remote one in the lower
    public void tuple(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        this.localHigh = localHigh;
        this.localLow = localLow;
        this.remoteHigh = remoteHigh;
        this.remoteLow = remoteLow;
        this.ports = ports;
    }

    /// What its options are, as far as this host agrees to them: an option that it declines counts as absent.
    ///
    /// @param mss what the peer takes, in octets; 0: the option is absent
    /// @param windowScale the peer's shift, 0 to 14; -1: the option is absent
    public void options(int mss, int windowScale, boolean sackPermitted, boolean ecn, boolean timestamps) {
        this.mss = mss;
        this.windowScale = windowScale;
        this.sackPermitted = sackPermitted;
        this.ecn = ecn;
        this.timestamps = timestamps;
    }

    public void irs(int irs) {
        this.irs = irs;
    }

    public void iss(int iss) {
        this.iss = iss;
    }

    /// The listener that it is for: whatever number the owner has for it, 0 to 65535.
    public void listener(int number) {
        listener = number;
    }

    /// The timestamp of the peer.
    public void tsVal(int tsVal) {
        this.tsVal = tsVal;
    }

    /// The timestamp of the SYN-ACK.
    public void tsOffered(int tsOffered) {
        this.tsOffered = tsOffered;
    }

    public long localHigh() {
        return localHigh;
    }

    public long localLow() {
        return localLow;
    }

    public long remoteHigh() {
        return remoteHigh;
    }

    public long remoteLow() {
        return remoteLow;
    }

    /// The local port in the upper 16 bits, the remote one in the lower.
    public int ports() {
        return ports;
    }

    /// Whether it is one of IPv4.
    public boolean v4() {
        return IpAddress.isV4(localHigh, localLow);
    }

    /// IRS: the sequence number of the peer's SYN.
    public int irs() {
        return irs;
    }

    /// ISS: the sequence number of the SYN-ACK.
    public int iss() {
        return iss;
    }

    /// What the peer takes, in octets; 0: it did not say.
    public int mss() {
        return mss;
    }

    /// The peer's shift; -1: it does not scale.
    public int windowScale() {
        return windowScale;
    }

    public boolean sackPermitted() {
        return sackPermitted;
    }

    public boolean ecn() {
        return ecn;
    }

    public boolean timestamps() {
        return timestamps;
    }

    /// The newest timestamp of the peer.
    public int tsVal() {
        return tsVal;
    }

    /// The timestamp of the SYN-ACK.
    public int tsOffered() {
        return tsOffered;
    }

    /// The listener's number.
    public int listener() {
        return listener;
    }
}
