package dev.levee.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// The checkout obeys the rules of the house. Each rule has a test of its own that it finds what breaks it.
class TidyTest {
    private static final Checkout CHECKOUT = Checkout.here();
    private static final List<SourceFile> SOURCES = CHECKOUT.sources();

    private static List<Finding> sources(Function<SourceFile, List<Finding>> rule) {
        assertThat(SOURCES).as("the sources were found").hasSizeGreaterThan(50);
        return SOURCES.stream().flatMap(source -> rule.apply(source).stream()).toList();
    }

    private static Map<String, List<ClassReferences>> classes() {
        var classes = new HashMap<String, List<ClassReferences>>();
        for (var module : CHECKOUT.modules()) {
            var references = CHECKOUT.classes(module).stream()
                    .filter(file -> !file.endsWith("module-info.class"))
                    .map(file -> ClassReferences.of(Checkout.bytes(file)))
                    .toList();
            classes.put(module, references);
        }
        assertThat(classes.get("engine/wire")).as("the modules were built").isNotEmpty();
        return classes;
    }

    private static Map<String, String> homes(Map<String, List<ClassReferences>> classes) {
        var homes = new HashMap<String, String>();
        classes.forEach((module, members) -> members.forEach(member -> homes.put(member.packageName(), module)));
        return homes;
    }

    @Test
    void arrowsBetweenModulesPointDownAndLeft() {
        var classes = classes();
        var homes = homes(classes);
        var findings = new ArrayList<Finding>();
        classes.forEach((module, members) ->
                members.forEach(member -> findings.addAll(ArrowRule.check(module, member, homes))));
        assertThat(findings).isEmpty();
    }

    @Test
    void everyPackageHasOneHome() {
        var homes = new HashMap<String, String>();
        classes()
                .forEach((module, members) ->
                        members.forEach(member -> assertThat(homes.putIfAbsent(member.packageName(), module))
                                .as(member.name())
                                .isIn(null, module)));
    }

    @Test
    void theEngineAndTheSimulatorArePure() {
        var findings = new ArrayList<Finding>();
        classes().forEach((module, members) -> {
            if (PurityRule.appliesTo(module)) {
                members.forEach(member -> findings.addAll(PurityRule.check(module, member)));
            }
        });
        assertThat(findings).isEmpty();
    }

    @Test
    void filesAndMethodsAreShort() {
        assertThat(sources(LengthRule::check)).isEmpty();
    }

    @Test
    void sequenceNumbersAreComparedThroughSeq() {
        assertThat(sources(SequenceRule::check)).isEmpty();
    }

    @Test
    void nothingIsSwitchedOffSleepsOrSwallows() {
        assertThat(sources(CodeRule::check)).isEmpty();
    }

    @Test
    void publicClassesAreDocumentedAndSayWhichThreadsMayUseThem() {
        assertThat(sources(DocRule::check)).isEmpty();
    }

    @Test
    void noTextHoldsWhatDoesNotBelongThere() {
        var findings = new ArrayList<Finding>();
        int files = 0;
        for (var file : CHECKOUT.tracked()) {
            var content = Checkout.bytes(file);
            if (TextRule.isText(content)) {
                files++;
                findings.addAll(TextRule.check(CHECKOUT.relative(file), new String(content, StandardCharsets.UTF_8)));
            }
        }
        assertThat(files).as("text files were found").isGreaterThan(50);
        assertThat(findings).isEmpty();
    }
}
