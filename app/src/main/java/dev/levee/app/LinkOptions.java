package dev.levee.app;

import dev.levee.guard.Defence;
import dev.levee.link.CaptureLink;
import dev.levee.link.ImpairedLink;
import dev.levee.link.Link;
import dev.levee.link.LinkException;
import dev.levee.link.Links;
import dev.levee.net.Host;
import dev.levee.path.Impairment;
import dev.levee.stack.EthernetConfig;
import dev.levee.stack.EthernetConfig.DuplicateDetection;
import dev.levee.stack.FastOpenOptions;
import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.EcnUse;
import dev.levee.tcp.TcpConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import dev.levee.wire.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/// How a host of ours is reached: the options of `serve` and `get`.
final class LinkOptions {
    @Option(
            names = "--link",
            required = true,
            paramLabel = "LINK",
            description = {
                "The device to the kernel: tun:NAME, or tap:NAME for a station on an Ethernet segment.",
                "A missing one is created, and removed at the end; an existing one is used as it is.",
                "Or packet:NAME, a station on the segment of an interface that carries no address."
            })
    private String link = "";

    @Option(
            names = "--address",
            required = true,
            paramLabel = "ADDRESS/BITS",
            converter = CidrConverter.class,
            description = {
                "Our own address and its network, IPv4 or IPv6; may be given more than once.",
                "A created device gets the first other host of each network for the kernel's side."
            })
    private List<Cidr> addresses = new ArrayList<>();

    @Option(
            names = "--gateway",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description = {
                "On an Ethernet segment: the router to other networks, one of each family.",
                "A created device gives this address to the kernel's side."
            })
    private List<IpAddress> gateways = new ArrayList<>();

    @Option(
            names = "--mac",
            paramLabel = "MAC",
            converter = MacConverter.class,
            description = "With tap: our own Ethernet address, like 02:00:5e:10:00:01. Otherwise a random one.")
    private @Nullable MacAddress mac;

    @Option(
            names = "--congestion",
            paramLabel = "NAME",
            converter = CongestionConverter.class,
            description = "What finds out how much the path carries: cubic (default) or new-reno.")
    private CongestionAlgorithm congestion = TcpConfig.DEFAULT.congestion();

    @Option(
            names = "--ecn",
            paramLabel = "WHEN",
            converter = EcnConverter.class,
            description =
                    "Explicit congestion notification: off, when-asked (default: agreed to when the peer asks), or on.")
    private EcnUse ecn = TcpConfig.DEFAULT.ecn();

    @Option(
            names = "--impair",
            paramLabel = "WORDS",
            converter = ImpairmentConverter.class,
            description = {
                "Make the link worse, in both directions: loss=2%%,delay=20ms,jitter=5ms,reorder=2%%,",
                "duplicate=1%%,corrupt=0.1%%,rate=100mbit,queue=64k,ecn=16k,mtu=1400,seed=7 (any of them)."
            })
    private @Nullable Impairment impairment;

    @Option(
            names = "--capture",
            paramLabel = "FILE",
            description = "Record all packets as pcapng, for tshark and Wireshark.")
    private @Nullable Path capture;

    /// Opens the link and starts a host on it. What can be judged without touching anything is judged first.
    ///
    /// @param cleanup ends the host and all that was created with it
    Host open(Cleanup cleanup) throws Problem {
        return open(cleanup, FastOpenOptions.OFF, Defence.AUTO);
    }

    /// The same, with what listeners accept with a SYN.
    Host open(Cleanup cleanup, FastOpenOptions fastOpen, Defence defence) throws Problem {
        checkEthernet();
        var kernelSide = KernelSide.of(addresses, gateways);
        var file = capture;
        if (file != null) {
            checkWritable(file);
        }
        Link opened = null;
        try {
            opened = Links.open(link, kernelSide);
            var changing = impairment;
            if (changing != null) {
                opened = new ImpairedLink(opened, changing, System::nanoTime);
            }
            if (file != null) {
                opened = CaptureLink.open(opened, file, epochClock());
            }
        } catch (LinkException e) {
            if (opened != null) {
                opened.close();
            }
            throw new Problem(String.valueOf(e.getMessage()));
        }
        var host = start(opened, fastOpen, defence);
        cleanup.add(host::close);
        return host;
    }

    /// A host as it is asked for, on a link that is open.
    Host start(Link opened, FastOpenOptions fastOpen, Defence defence) {
        var settings = TcpConfig.builder().congestion(congestion).ecn(ecn).build();
        var builder =
                Host.builder().link(opened).fastOpen(fastOpen).defence(defence).tcp(settings);
        addresses.forEach(builder::address);
        gateways.forEach(builder::gateway);
        var station = mac;
        if (station != null) {
            builder.mac(station);
        }
        return builder.start();
    }

    private void checkEthernet() throws Problem {
        var station = mac;
        if (!Links.isEthernet(link)) {
            if (station != null || !gateways.isEmpty()) {
                throw new Problem((station != null ? "--mac" : "--gateway")
                        + " needs an Ethernet link: --link tap:NAME or packet:NAME");
            }
            return;
        }
        try {
            // Judges both; whose station it is does not matter to the gateways.
            var _ = new EthernetConfig(
                    station == null ? MacAddress.local(0) : station, gateways, DuplicateDetection.OFF, false);
        } catch (IllegalArgumentException e) {
            throw new Problem(String.valueOf(e.getMessage()));
        }
    }

    /// Waits until the host's addresses may be used: on an Ethernet segment others are asked first.
    static void awaitAddresses(Host host) throws Problem {
        try {
            host.awaitAddresses();
        } catch (IOException e) {
            throw new Problem(Problem.reason(e));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new Problem(1, "interrupted");
        }
    }

    /// The addresses, for people.
    String describe(Host host) throws Problem {
        var station = host.mac();
        return link + ": we are " + join(addresses) + (station == null ? "" : " at " + station)
                + "; a created device makes the kernel " + join(KernelSide.of(addresses, gateways));
    }

    List<Cidr> addresses() {
        return List.copyOf(addresses);
    }

    private static String join(List<Cidr> cidrs) {
        return cidrs.stream().map(Cidr::toString).collect(Collectors.joining(" and "));
    }

    static void checkWritable(Path file) throws Problem {
        var directory = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw new Problem("the capture " + file + " cannot be written: it is a directory; give the name of a file");
        }
        if (directory == null || !Files.isDirectory(directory)) {
            throw new Problem("the capture " + file + " cannot be written: its directory does not exist");
        }
        if (!Files.isWritable(Files.exists(file) ? file : directory)) {
            throw new Problem("the capture " + file + " cannot be written: no permission");
        }
    }

    /// Time since 1970 that never goes back and allocates nothing.
    static LongSupplier epochClock() {
        var now = java.time.Instant.now();
        long offset = now.getEpochSecond() * 1_000_000_000L + now.getNano() - System.nanoTime();
        return () -> System.nanoTime() + offset;
    }

    /// Reads `198.18.0.2/24`.
    static final class CidrConverter implements ITypeConverter<Cidr> {
        @Override
        public Cidr convert(String text) {
            return Cidr.parse(text);
        }
    }

    /// Reads `198.18.0.1`.
    static final class AddressConverter implements ITypeConverter<IpAddress> {
        @Override
        public IpAddress convert(String text) {
            return IpAddress.parse(text);
        }
    }

    /// Reads `cubic`.
    static final class CongestionConverter implements ITypeConverter<CongestionAlgorithm> {
        @Override
        public CongestionAlgorithm convert(String text) {
            return CongestionAlgorithm.of(text);
        }
    }

    /// Reads `when-asked`.
    static final class EcnConverter implements ITypeConverter<EcnUse> {
        @Override
        public EcnUse convert(String text) {
            return Arrays.stream(EcnUse.values())
                    .filter(use -> name(use).equals(text))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is none of off, when-asked, on"));
        }

        private static String name(EcnUse use) {
            return use.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// Reads `02:00:5e:10:00:01`.
    static final class MacConverter implements ITypeConverter<MacAddress> {
        @Override
        public MacAddress convert(String text) {
            return MacAddress.parse(text);
        }
    }

    /// Reads `loss=2%,delay=20ms`.
    static final class ImpairmentConverter implements ITypeConverter<Impairment> {
        @Override
        public Impairment convert(String text) {
            return Impairment.parse(text);
        }
    }
}
