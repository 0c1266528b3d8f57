package dev.levee.app;

import dev.levee.link.CaptureLink;
import dev.levee.link.ImpairedLink;
import dev.levee.link.Link;
import dev.levee.link.LinkException;
import dev.levee.link.Links;
import dev.levee.net.Host;
import dev.levee.path.Impairment;
import dev.levee.wire.Cidr;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
                "The device to the kernel: tun:NAME.",
                "A missing one is created, and removed at the end; an existing one is used as it is."
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
            names = "--impair",
            paramLabel = "WORDS",
            converter = ImpairmentConverter.class,
            description = {
                "Make the link worse, in both directions: loss=2%%,delay=20ms,jitter=5ms,reorder=2%%,",
                "duplicate=1%%,corrupt=0.1%%,rate=100mbit,queue=64k,mtu=1400,seed=7 (any of them)."
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
        var kernelSide = KernelSide.of(addresses);
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
        var builder = Host.builder().link(opened);
        addresses.forEach(builder::address);
        var host = builder.start();
        cleanup.add(host::close);
        return host;
    }

    /// The addresses, for people.
    String describe() throws Problem {
        return link + ": we are " + join(addresses) + "; a created device makes the kernel "
                + join(KernelSide.of(addresses));
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

    /// Reads `loss=2%,delay=20ms`.
    static final class ImpairmentConverter implements ITypeConverter<Impairment> {
        @Override
        public Impairment convert(String text) {
            return Impairment.parse(text);
        }
    }
}
