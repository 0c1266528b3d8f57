/// The built command against real programs: kernel, curl, nc, nginx, ping and tshark, in network namespaces
/// that the tests make and remove.
@NullMarked
package dev.levee.e2e;

import org.jspecify.annotations.NullMarked;
