package dev.levee.tidy;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.MethodHandleEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// What one class file refers to directly: classes by their internal names (`java/lang/Thread`), members
/// behind a dot (`java/lang/System.nanoTime`), each with the first source line that does so (1 where the class
/// file does not say).
///
/// @param name the class's own internal name
/// @param source the name of its source file
/// @param lines what is referred to, and where
record ClassReferences(String name, String source, Map<String, Integer> lines) {
    private static final Pattern TYPE_IN_DESCRIPTOR = Pattern.compile("L([^;<]+)[;<]");

    static ClassReferences of(byte[] classFile) {
        var model = ClassFile.of().parse(classFile);
        var lines = new LinkedHashMap<String, Integer>();
        for (var method : model.methods()) {
            method.code().ifPresent(code -> collect(code, lines));
        }
        for (PoolEntry entry : model.constantPool()) {
            collect(entry, 1, lines);
        }
        for (var method : model.methods()) {
            types(method.methodType().stringValue(), firstLine(method), lines);
        }
        for (var field : model.fields()) {
            types(field.fieldType().stringValue(), 1, lines);
        }
        return new ClassReferences(model.thisClass().asInternalName(), source(model), lines);
    }

    private static String source(ClassModel model) {
        return model.findAttribute(Attributes.sourceFile())
                .map(SourceFileAttribute::sourceFile)
                .map(Object::toString)
                .orElse("?");
    }

    private static int firstLine(MethodModel method) {
        return method.code()
                .flatMap(code -> code.elementStream()
                        .filter(LineNumber.class::isInstance)
                        .map(element -> ((LineNumber) element).line())
                        .findFirst())
                .orElse(1);
    }

    private static void collect(CodeModel code, Map<String, Integer> lines) {
        int line = 1;
        for (var element : code) {
            switch (element) {
                case LineNumber number -> line = number.line();
                case InvokeInstruction call -> collect(call.method(), line, lines);
                case FieldInstruction access -> collect(access.field(), line, lines);
                case NewObjectInstruction made -> collect(made.className(), line, lines);
                case TypeCheckInstruction check -> collect(check.type(), line, lines);
                case InvokeDynamicInstruction call -> {
                    for (var argument : call.invokedynamic().bootstrap().arguments()) {
                        collect(argument, line, lines);
                    }
                }
                default -> {
                    // Refers to nothing outside.
                }
            }
        }
    }

    private static void collect(PoolEntry entry, int line, Map<String, Integer> lines) {
        switch (entry) {
            case ClassEntry type -> type(type.asInternalName(), line, lines);
            case MemberRefEntry member -> {
                type(member.owner().asInternalName(), line, lines);
                lines.putIfAbsent(
                        member.owner().asInternalName() + "." + member.name().stringValue(), line);
                types(member.type().stringValue(), line, lines);
            }
            case MethodHandleEntry handle -> collect(handle.reference(), line, lines);
            case MethodTypeEntry type -> types(type.descriptor().stringValue(), line, lines);
            case NameAndTypeEntry pair -> types(pair.type().stringValue(), line, lines);
            default -> {
                // Numbers, strings and names.
            }
        }
    }

    private static void type(String internalName, int line, Map<String, Integer> lines) {
        if (internalName.startsWith("[")) {
            types(internalName, line, lines);
        } else {
            lines.putIfAbsent(internalName, line);
        }
    }

    private static void types(String descriptor, int line, Map<String, Integer> lines) {
        TYPE_IN_DESCRIPTOR.matcher(descriptor).results().forEach(match -> lines.putIfAbsent(match.group(1), line));
    }

    /// The package in internal form: `dev/levee/wire`.
    String packageName() {
        return packageOf(name);
    }

    static String packageOf(String internalName) {
        int slash = internalName.lastIndexOf('/');
        return slash < 0 ? "" : internalName.substring(0, slash);
    }

    /// Findings for everything referred to that `judge` has something to say about.
    List<Finding> judge(String module, UnaryOperator<String> judge) {
        var findings = new ArrayList<Finding>();
        var file = module + "/src/main/java/" + packageName() + "/" + source;
        lines.forEach((reference, line) -> {
            var problem = judge.apply(reference);
            if (!problem.isEmpty()) {
                findings.add(new Finding(file, line, problem));
            }
        });
        return findings;
    }
}
