package dev.levee.bench.flood;

/// What each row of the comparison is given, the same for all.
///
/// @param seconds how long the flood lasts, and twice as long as it is quiet before
/// @param synsPerSecond of the flood; [FloodWorld#MAX] for as many as the link takes
/// @param budgetBytes what half-open handshakes may take, whatever they are kept in
/// @param clientsPerSecond legitimate clients that begin in a second
/// @param steadyBitsPerSecond what the connection that is open all the time sends
/// @param queuePackets what each direction of the link holds
/// @param liveRows how many handshakes are under way when the price of a SYN is taken
/// @param priceSyns how many SYNs that takes, each time
/// @param seed of addresses and numbers
record FloodPlan(
        double seconds,
        long synsPerSecond,
        long budgetBytes,
        int clientsPerSecond,
        long steadyBitsPerSecond,
        int queuePackets,
        int liveRows,
        int priceSyns,
        long seed) {
    static final long BUDGET_BYTES = 84L << 20;

    /// What the command measures.
    static FloodPlan of(int seconds, long synsPerSecond) {
        return new FloodPlan(
                seconds, synsPerSecond, BUDGET_BYTES, 2_000, 200_000_000, 4_096, 1_000_000, 200_000, 0x1e7ee);
    }

    FloodPlan withSynsPerSecond(long rate) {
        return new FloodPlan(
                seconds,
                rate,
                budgetBytes,
                clientsPerSecond,
                steadyBitsPerSecond,
                queuePackets,
                liveRows,
                priceSyns,
                seed);
    }

    FloodPlan withSeconds(double length) {
        return new FloodPlan(
                length,
                synsPerSecond,
                budgetBytes,
                clientsPerSecond,
                steadyBitsPerSecond,
                queuePackets,
                liveRows,
                priceSyns,
                seed);
    }
}
