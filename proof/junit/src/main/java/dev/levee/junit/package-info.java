/// JUnit tests on a simulated network in virtual time.
///
///     @LeveeNetwork(loss = 0.02, delay = "20ms")
///     class EchoTest {
///         @SeededTest(seeds = 100)
///         void anEchoComesBack(SimNetwork network, SimHost client, SimHost server) {
///             server.listen(7).onAccept(socket -> socket.onReadable(it -> it.send(it.received())));
///             var echo = client.connect(server, 7).readEverything().send("hello".getBytes(UTF_8));
///             network.runUntil("the echo is back", Times.seconds(60), () -> echo.receivedCount() == 5);
///         }
///     }
///
/// Hours of network time pass in milliseconds. A failure names its seed and shows the packets; the same seed
/// gives the same run again. `docs/simulated-tests.md` in the sources leads through all of it.
@NullMarked
package dev.levee.junit;

import org.jspecify.annotations.NullMarked;
