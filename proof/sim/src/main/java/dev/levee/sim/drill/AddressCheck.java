package dev.levee.sim.drill;

import dev.levee.sim.drill.script.Expression;
import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Result;
import org.jspecify.annotations.Nullable;

/// The socket addresses of calls: how long they are, and whether one that a call filled in is the one that the
/// script says.
///
/// @param said null: any address will do
/// @param length of it; null: any length will do
record AddressCheck(
        Platform platform,
        @Nullable Endpoint said,
        @Nullable Long length) implements PreparedCall.Also {
    private static final int INET = 2;
    private static final int V4_OCTETS = 16;
    private static final int V6_OCTETS = 28;

    /// Of a call that fills in `address` and the number in `[length]`.
    static AddressCheck of(Platform platform, Arguments arguments, int address, int length)
            throws DrillFailure, DrillSkip {
        boolean structure = arguments.at(address) instanceof Expression.Struct;
        if (!structure && !arguments.buffer(address)) {
            if (arguments.at(length) instanceof Expression.Array) {
                throw new DrillSkip("a length without an address is not offered");
            }
            return new AddressCheck(platform, null, null);
        }
        var said = structure ? arguments.address(arguments.at(address)) : null;
        Long octets = arguments.any(length) ? null : (Long) arguments.number(arguments.bracketed(length));
        return new AddressCheck(platform, said, octets);
    }

    @Override
    public void check(Result result) throws DrillFailure {
        if (result.value() < 0) {
            return;
        }
        var got = result.from();
        if (said != null && (got == null || !said.equals(got))) {
            throw DrillFailure.differs("address", text(said), got == null ? "none" : text(got));
        }
        int octets = got == null ? 0 : octets(platform, got.family());
        if (length != null && length != octets) {
            throw DrillFailure.differs("length of the address", length, octets);
        }
    }

    /// An address that a call is given goes to the system as a structure of its own length: with another one
    /// the system would see another address, or none.
    static void passed(Platform platform, Arguments arguments, int length, Endpoint address)
            throws DrillFailure, DrillSkip {
        if (!arguments.any(length) && arguments.number(length) != octets(platform, address.family())) {
            throw new DrillSkip("an address of family " + address.family() + " with " + arguments.number(length)
                    + " octets is not offered");
        }
    }

    /// The size of the structure of a family.
    private static int octets(Platform platform, int family) {
        int inet6 = platform == Platform.LINUX ? 10 : 28;
        return family == inet6 ? V6_OCTETS : V4_OCTETS;
    }

    private static String text(Endpoint endpoint) {
        var family = endpoint.family() == INET ? "AF_INET" : "family " + endpoint.family();
        return family + " " + endpoint.address() + " port " + endpoint.port();
    }
}
