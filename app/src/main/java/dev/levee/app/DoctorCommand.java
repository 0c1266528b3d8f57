package dev.levee.app;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `levee doctor`.
@Command(
        name = "doctor",
        description = "Say what works on this machine, and what to do about the rest.",
        footer = {
            "",
            "Exit code: 0 when 'levee serve' and 'levee get' can work here, 1 when not.",
            "'levee demo' needs nothing but Java."
        })
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON object on the last line instead.")
    private boolean json;

    @Override
    public Integer call() {
        var checks = Doctor.examine(Machine.here());
        boolean works = checks.stream().allMatch(check -> check.ok() || !check.needed());
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.line(members(checks, works)));
        } else {
            print(out, checks, works);
        }
        out.flush();
        return works ? 0 : 1;
    }

    private static void print(PrintWriter out, List<Doctor.Check> checks, boolean works) {
        for (var check : checks) {
            var mark = check.ok() ? "ok     " : check.needed() ? "MISSING" : "missing";
            out.println(mark + "  " + check.name() + ": " + check.detail());
            if (!check.ok()) {
                out.println("         " + check.advice());
            }
        }
        out.println();
        out.println(
                works
                        ? "levee demo, serve and get work here."
                        : "levee demo works here; serve and get need what is MISSING above.");
    }

    private static Map<String, Object> members(List<Doctor.Check> checks, boolean works) {
        var list = new ArrayList<Map<String, Object>>();
        for (var check : checks) {
            var members = new LinkedHashMap<String, Object>();
            members.put("name", check.name());
            members.put("ok", check.ok());
            members.put("needed", check.needed());
            members.put("detail", check.detail());
            if (!check.ok()) {
                members.put("advice", check.advice());
            }
            list.add(members);
        }
        var members = new LinkedHashMap<String, Object>();
        members.put("works", works);
        members.put("checks", list);
        return members;
    }
}
