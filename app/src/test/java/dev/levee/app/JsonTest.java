package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void anObjectIsOneLineInTheOrderGiven() {
        var members = new LinkedHashMap<String, Object>();
        members.put("b", 1);
        members.put("a", List.of(1L << 60, 0.5, true, Map.of("x", "y")));
        members.put("text", "line\nbreak \"quoted\"");
        members.put("nothing", null);
        assertThat(Json.line(members))
                .isEqualTo("{\"b\":1,\"a\":[1152921504606846976,0.5,true,{\"x\":\"y\"}],"
                        + "\"text\":\"line\\nbreak \\\"quoted\\\"\",\"nothing\":null}");
    }
}
