package dev.levee.e2e;

/// Both versions of IP, and who has which address in the tests. The networks are those set aside for
/// benchmarks (RFC 2544) and documentation (RFC 3849).
enum Family {
    V4("198.18.0.2", "198.18.0.1", 24, "198.18.0.77"),
    V6("2001:db8::2", "2001:db8::1", 64, "2001:db8::77");

    /// Levee's address.
    final String levee;
    /// The kernel's, on the other side of the TUN device.
    final String kernel;
    /// An address of the same network that nobody has: packets to it vanish.
    final String nobody;

    final int prefixBits;

    Family(String levee, String kernel, int prefixBits, String nobody) {
        this.levee = levee;
        this.kernel = kernel;
        this.prefixBits = prefixBits;
        this.nobody = nobody;
    }

    /// Levee's address as `--address` takes it.
    String leveeCidr() {
        return levee + "/" + prefixBits;
    }

    String kernelCidr() {
        return kernel + "/" + prefixBits;
    }

    /// An address as it stands in a URL.
    String inUrl(String address) {
        return this == V6 ? "[" + address + "]" : address;
    }

    /// A URL of Levee's server.
    String url(String path) {
        return "http://" + inUrl(levee) + path;
    }

    /// A URL of a server in the kernel.
    String kernelUrl(int port, String path) {
        return "http://" + inUrl(kernel) + ":" + port + path;
    }
}
