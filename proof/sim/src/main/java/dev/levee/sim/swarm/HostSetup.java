package dev.levee.sim.swarm;

import dev.levee.stack.FastOpenOptions;
import dev.levee.stack.Limits;
import dev.levee.tcp.TcpConfig;

/// What a host of the swarm was made from.
///
/// @param tcp of all its connections
/// @param limits of its stack
/// @param mtu of its link
/// @param backlog of its listeners
/// @param halfOpenMax of its listeners
/// @param fastOpen of its listeners
record HostSetup(TcpConfig tcp, Limits limits, int mtu, int backlog, int halfOpenMax, FastOpenOptions fastOpen) {}
