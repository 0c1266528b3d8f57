/// A small protocol, tested on a simulated network: the example of `docs/simulated-tests.md`. The protocol
/// knows nothing of Levee.
@NullMarked
package dev.levee.junit.example;

import org.jspecify.annotations.NullMarked;
