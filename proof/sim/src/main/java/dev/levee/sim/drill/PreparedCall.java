package dev.levee.sim.drill;

import dev.levee.sim.drill.script.CallLine;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import java.util.Map;

/// A call, ready to be made, and what its result must be.
///
/// @param also what must hold besides value and error, and what follows from it for the script's descriptors
record PreparedCall(CallLine line, Request request, boolean givesDescriptor, long expected, boolean any, Also also) {
    /// Names of errors that are the same number.
    private static final Map<String, String> SAME_ERRORS = Map.of("EWOULDBLOCK", "EAGAIN", "ENOTSUP", "EOPNOTSUPP");

    interface Also {
        void check(Result result) throws DrillFailure, DrillSkip;
    }

    /// Compares a result with what the line expects.
    void check(Result result) throws DrillFailure, DrillSkip {
        if (!result.unsupported().isEmpty()) {
            throw new DrillSkip(result.unsupported() + " is not offered");
        }
        if (!any) {
            boolean right = givesDescriptor && expected >= 0 ? result.value() >= 0 : result.value() == expected;
            var error = line.error();
            boolean rightError = error == null || same(error).equals(same(result.error()));
            if (!right || !rightError) {
                throw DrillFailure.differs("result", CallText.expected(line), CallText.of(result));
            }
        }
        also.check(result);
    }

    private static String same(String error) {
        return SAME_ERRORS.getOrDefault(error, error);
    }
}
