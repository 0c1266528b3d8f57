package dev.levee.link;

import dev.levee.wire.Cidr;
import java.util.List;

/// Links by the names that people give them on a command line.
///
/// Threads: any.
public final class Links {
    static final String TUN = "tun:";
    static final String TAP = "tap:";
    static final String PACKET = "packet:";

    private Links() {}

    /// Whether a text names a link that carries Ethernet frames.
    public static boolean isEthernet(String text) {
        return text.startsWith(TAP) || text.startsWith(PACKET);
    }

    /// Opens `tun:NAME`, a link that carries IP packets, or `tap:NAME`, one that carries Ethernet frames: see
    /// [TunLink]; or `packet:NAME`, a [PacketLink] for a station on the segment of an interface that
    /// exists.
    ///
    /// @param kernelAddresses what the kernel's side is given if the device has to be created
    /// @throws LinkException with one sentence for the user, if the text names no link or it cannot be opened
    public static Link open(String text, List<Cidr> kernelAddresses) throws LinkException {
        if (text.startsWith(PACKET)) {
            return openPacket(text.substring(PACKET.length()));
        }
        boolean ethernet = isEthernet(text);
        if (!ethernet && !text.startsWith(TUN)) {
            throw new LinkException("'" + text
                    + "' is no link; use tun:NAME, for example tun:levee0, or tap:NAME or packet:NAME for Ethernet");
        }
        TunSettings settings;
        try {
            settings = new TunSettings(ethernet, text.substring(TUN.length()), 0, kernelAddresses);
        } catch (IllegalArgumentException e) {
            throw new LinkException(String.valueOf(e.getMessage()), e);
        }
        return TunLink.open(settings);
    }

    private static Link openPacket(String name) throws LinkException {
        PacketSettings settings;
        try {
            settings = PacketSettings.station(name);
        } catch (IllegalArgumentException e) {
            throw new LinkException(String.valueOf(e.getMessage()), e);
        }
        return PacketLink.open(settings);
    }
}
