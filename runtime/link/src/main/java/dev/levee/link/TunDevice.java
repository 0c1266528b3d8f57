package dev.levee.link;

import dev.levee.wire.Cidr;

/// Opening a TUN or TAP device: attaches to an existing one, or creates it, brings it up and gives it addresses.
/// Either it all works, or nothing is left behind and the user is told why.
///
/// Threads: one owner.
///
/// @param fd the open, nonblocking /dev/net/tun
/// @param created whether the device ends with `fd`
/// @param mtu the device's
record TunDevice(int fd, boolean created, int mtu) {
    /// The kernel's own 500 packets are a few milliseconds at the rates reached here, and it drops what finds
    /// no room without telling its own TCP.
    private static final int QUEUE_PACKETS = 10_000;

    private static final String DEVICE = "/dev/net/tun";
    private static final String PRIVILEGE = "run as root, or give Java the capability CAP_NET_ADMIN";

    static TunDevice open(TunSettings settings, Errno errno) throws LinkException {
        int fd = openNode(errno);
        boolean opened = false;
        try (var interfaces = new NativeInterface(errno)) {
            var name = settings.name();
            boolean created = interfaces.index(name) == 0;
            if (created) {
                create(interfaces, fd, settings);
            } else {
                attach(interfaces, fd, settings);
            }
            var device = new TunDevice(fd, created, interfaces.mtu(name));
            opened = true;
            return device;
        } catch (NativeException e) {
            throw new LinkException("the device " + settings.name() + " cannot be used: " + e.getMessage(), e);
        } finally {
            if (!opened) {
                NativeFile.close(fd);
            }
        }
    }

    private static int openNode(Errno errno) throws LinkException {
        try {
            int flags = NativeFile.O_RDWR | NativeFile.O_NONBLOCK | NativeFile.O_CLOEXEC;
            return NativeFile.open(errno, DEVICE, flags);
        } catch (NativeException e) {
            throw new LinkException(
                    switch (e.errno()) {
                        case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                            "this machine has no working " + DEVICE + "; load its driver with `modprobe tun`";
                        case Errno.EACCES, Errno.EPERM -> "no permission to open " + DEVICE + "; " + PRIVILEGE;
                        default -> DEVICE + " cannot be opened: " + e.getMessage();
                    },
                    e);
        }
    }

    private static int flags(TunSettings settings) {
        int kind = settings.ethernet() ? NativeInterface.IFF_TAP : NativeInterface.IFF_TUN;
        return kind | NativeInterface.IFF_NO_PI;
    }

    private static void attach(NativeInterface interfaces, int fd, TunSettings settings) throws LinkException {
        try {
            interfaces.attach(fd, settings.name(), flags(settings));
        } catch (NativeException e) {
            if (e.errno() != Errno.EINVAL) {
                throw notAttached(settings, e);
            }
            attachQueue(interfaces, fd, settings);
        }
    }

    /// The kernel refuses a device of another kind, and a multi-queue one unless told, with the same number.
    private static void attachQueue(NativeInterface interfaces, int fd, TunSettings settings) throws LinkException {
        try {
            interfaces.attach(fd, settings.name(), flags(settings) | NativeInterface.IFF_MULTI_QUEUE);
        } catch (NativeException e) {
            throw notAttached(settings, e);
        }
    }

    private static LinkException notAttached(TunSettings settings, NativeException e) {
        var name = settings.name();
        var kind = settings.ethernet() ? "TAP" : "TUN";
        return new LinkException(
                switch (e.errno()) {
                    case Errno.EINVAL ->
                        "the device " + name + " exists and is not a " + kind + " device; choose another name";
                    case Errno.EBUSY ->
                        "the device " + name + " is in use by another program; stop that, or choose another name";
                    case Errno.EPERM, Errno.EACCES ->
                        "no permission to use the device " + name + ", which belongs to another user; " + PRIVILEGE;
                    default -> "the device " + name + " cannot be used: " + e.getMessage();
                },
                e);
    }

    private static void create(NativeInterface interfaces, int fd, TunSettings settings) throws LinkException {
        var name = settings.name();
        try {
            interfaces.attach(fd, name, flags(settings) | NativeInterface.IFF_TUN_EXCL);
            interfaces.setQueueLength(name, QUEUE_PACKETS);
            if (settings.mtu() != 0) {
                interfaces.setMtu(name, settings.mtu());
            }
            interfaces.bringUp(name);
        } catch (NativeException e) {
            throw new LinkException(
                    switch (e.errno()) {
                        case Errno.EPERM, Errno.EACCES ->
                            "no permission to create the device " + name + "; " + PRIVILEGE
                                    + ", or let root prepare it: ip tuntap add dev " + name + " mode "
                                    + (settings.ethernet() ? "tap" : "tun") + " user USER";
                        case Errno.EBUSY -> "the device " + name + " was created by another program just now";
                        default -> "the device " + name + " cannot be created: " + e.getMessage();
                    },
                    e);
        }
        int v4Count = 0;
        for (var address : settings.kernelAddresses()) {
            addAddress(interfaces, name, address, v4Count);
            v4Count += address.address().isV4() ? 1 : 0;
        }
    }

    private static void addAddress(NativeInterface interfaces, String name, Cidr cidr, int v4Count)
            throws LinkException {
        try {
            if (!cidr.address().isV4()) {
                interfaces.addV6(name, cidr.address(), cidr.prefixBits());
                return;
            }
            // A second IPv4 address set in this way replaces the first unless it has a label of its own.
            var label = v4Count == 0 ? name : name + ":" + v4Count;
            if (label.length() > NativeInterface.NAME_BYTES_MAX) {
                throw new LinkException("the name " + name + " is too long for a device with several IPv4 addresses");
            }
            interfaces.addV4(label, cidr.address().v4(), cidr.prefixBits());
        } catch (NativeException e) {
            boolean refused = e.errno() == Errno.EACCES || e.errno() == Errno.EOPNOTSUPP;
            boolean noV6 = e.errno() == Errno.EAFNOSUPPORT
                    || refused && !cidr.address().isV4();
            throw new LinkException(
                    noV6
                            ? "this machine has IPv6 switched off, so " + name + " cannot be given " + cidr
                            : "the device " + name + " cannot be given the address " + cidr + ": " + e.getMessage(),
                    e);
        }
    }
}
