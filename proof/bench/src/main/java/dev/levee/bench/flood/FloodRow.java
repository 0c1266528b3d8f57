package dev.levee.bench.flood;

/// What was measured of one defence.
///
/// @param offered SYNs of the flood
/// @param dropped those of them that found the link's queue full
/// @param synsPerSecond SYNs answered in a second, those of clients among them
/// @param idle handshakes of clients before the flood, and `flooded` during it
/// @param idleGoodput what arrived of the steady connection before the flood, in bits per second, and
///     `floodedGoodput` during it
/// @param heapGrowthBytes live objects after the flood, less those before
record FloodRow(
        String defence,
        long offered,
        long dropped,
        long synsPerSecond,
        SynPrice price,
        Handshakes idle,
        Handshakes flooded,
        double idleGoodput,
        double floodedGoodput,
        int halfOpenPeak,
        int bytesPerHalfOpen,
        long heapGrowthBytes) {}
