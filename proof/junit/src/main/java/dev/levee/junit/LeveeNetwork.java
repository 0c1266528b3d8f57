package dev.levee.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// Gives each test a network of its own in virtual time, with these properties.
///
///     @LeveeNetwork(loss = 0.02, delay = "20ms")
///     class EchoTest {
///         @Test
///         void anEchoComesBack(SimNetwork network, SimHost client, SimHost server) { ... }
///     }
///
/// On a test class it holds for all tests of the class and of its nested classes; on a method, or a nested
/// class, it takes the place of the outer one as a whole. On an annotation it makes that annotation one for
/// networks: `@LossyNetwork`. What is left out is perfect.
///
/// A test takes what it needs as parameters of its method, of `@BeforeEach` and `@AfterEach` methods, or of its
/// constructor:
///
/// | type | what |
/// |---|---|
/// | `SimHost` | the host that has the parameter's name, or the name in [Host]; made when first asked for |
/// | `SimNetwork` | the network |
/// | `VirtualClock` | the network's clock |
/// | [Programs] | runs blocking code on the network's hosts |
/// | `SeededRandom` | random numbers for the test itself, from the same seed |
///
/// Everything random comes from [#seed]: the same seed gives the same run, packet by packet. Every packet meets
/// the same faults in both directions; `SimNetwork.path` gives single paths others.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ExtendWith(LeveeNetworkExtension.class)
public @interface LeveeNetwork {
    /// The probability that a packet is lost, 0 to 1.
    double loss() default 0;

    /// How long each packet is under way: `20ms`. Units: `ns`, `us`, `ms`, `s`.
    String delay() default "";

    /// By how much the delay varies, up and down: `5ms`. Packets may overtake each other.
    String jitter() default "";

    /// The probability that a packet overtakes those before it, 0 to 1.
    double reorder() default 0;

    /// The probability that a packet arrives twice, 0 to 1.
    double duplicate() default 0;

    /// The probability that one bit of a packet is flipped, 0 to 1.
    double corrupt() default 0;

    /// How fast each direction takes packets: `10mbit`. Units: `bit`, `kbit`, `mbit`, `gbit`.
    String rate() default "";

    /// How many octets may wait for the line, `64k`; needs a [#rate]. Left out: 100 ms of the rate, at least 64
    /// KiB.
    String queue() default "";

    /// The longest packet that a host sends, in octets: 576 to 65535, with IPv6 at least 1280.
    int mtu() default 1500;

    /// Whether the hosts have IPv6 addresses; otherwise they have IPv4 ones.
    boolean ipv6() default false;

    /// Where all chance comes from. [SeededTest] counts up from here. The configuration parameter `levee.seed`
    /// (a system property: `-Dlevee.seed=17`) wins over it.
    long seed() default 1;

    /// Whether a failure shows the packets. Without, long transfers run a little faster.
    boolean trace() default true;
}
