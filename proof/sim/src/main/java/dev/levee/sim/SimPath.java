package dev.levee.sim;

import dev.levee.path.ImpairedPath;

/// One direction between two hosts.
///
/// Threads: the simulation's.
record SimPath(SimHost from, SimHost to, ImpairedPath path) {}
