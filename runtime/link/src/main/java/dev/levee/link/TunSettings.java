package dev.levee.link;

import dev.levee.wire.Cidr;
import dev.levee.wire.EthernetFrame;
import java.util.List;

/// Which TUN or TAP device to use, and what to give it if it has to be created. An existing device is used as it
/// is.
///
/// Threads: any.
///
/// @param ethernet a TAP device, which carries Ethernet frames; otherwise TUN, which carries IP packets
/// @param name 1 to 15 characters
/// @param mtu of a new device in octets, 68 to 65,535; 0: the kernel's choice, 1,500
/// @param kernelAddresses what the kernel's side of a new device is called; the stack's own addresses are
///     others of the same networks
public record TunSettings(boolean ethernet, String name, int mtu, List<Cidr> kernelAddresses) {
    private static final int MTU_MIN = 68;
    private static final int MTU_MIN_V6 = 1280;
    private static final int MTU_MAX = 65_535;
    /// The kernel's: an Ethernet frame has no more than 65,535 octets.
    private static final int MTU_MAX_ETHERNET = MTU_MAX - EthernetFrame.HEADER_BYTES;

    /// A TUN device.
    public static TunSettings tun(String name, int mtu, List<Cidr> kernelAddresses) {
        return new TunSettings(false, name, mtu, kernelAddresses);
    }

    /// A TAP device.
    public static TunSettings tap(String name, int mtu, List<Cidr> kernelAddresses) {
        return new TunSettings(true, name, mtu, kernelAddresses);
    }

    /// @throws IllegalArgumentException with one sentence for the user
    public TunSettings {
        checkName(name);
        int mtuMax = ethernet ? MTU_MAX_ETHERNET : MTU_MAX;
        if (mtu != 0 && (mtu < MTU_MIN || mtu > mtuMax)) {
            throw new IllegalArgumentException("the MTU must lie between 68 and " + mtuMax + ", not " + mtu);
        }
        kernelAddresses = List.copyOf(kernelAddresses);
        boolean v6 = kernelAddresses.stream().anyMatch(cidr -> !cidr.address().isV4());
        if (v6 && mtu != 0 && mtu < MTU_MIN_V6) {
            throw new IllegalArgumentException("IPv6 needs an MTU of at least 1280, not " + mtu);
        }
    }

    /// `tun:levee0`: what people call the link.
    String linkName() {
        return (ethernet ? Links.TAP : Links.TUN) + name;
    }

    /// As dev_valid_name() of the kernel judges, and stricter where a name would surprise: only printable
    /// ASCII, and no `%`, which asks the kernel to choose a number.
    static void checkName(String name) {
        boolean wellFormed = !name.isEmpty()
                && name.length() <= NativeInterface.NAME_BYTES_MAX
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/' && c != ':' && c != '%');
        if (!wellFormed) {
            throw new IllegalArgumentException("'" + name
                    + "' cannot be the name of a network device; use 1 to 15 letters, digits, '-', '_' or '.'");
        }
    }
}
