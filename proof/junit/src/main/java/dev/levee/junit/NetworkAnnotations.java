package dev.levee.junit;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Finds the [LeveeNetwork] that holds for a test: the one nearest to it, directly or through another
/// annotation. Two at the same place contradict each other.
final class NetworkAnnotations {
    /// @param name of the annotation through which the settings came
    private record Found(LeveeNetwork network, String name) {}

    private NetworkAnnotations() {}

    /// The settings for a test: of its method, its class with what that inherits, the classes around it.
    ///
    /// @throws ExtensionConfigurationException with one sentence when an annotation is not right
    static NetworkSettings settings(ExtensionContext context) {
        var method = context.getTestMethod().orElse(null);
        if (method != null) {
            var settings = at(method, name(method));
            if (settings != null) {
                return settings;
            }
        }
        for (var type = context.getTestClass().orElse(null); type != null; type = type.getEnclosingClass()) {
            var settings = ofClass(type);
            if (settings != null) {
                return settings;
            }
        }
        return NetworkSettings.PERFECT;
    }

    private static @Nullable NetworkSettings ofClass(Class<?> type) {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            var settings = at(at, at.getSimpleName());
            for (var parent : at.getInterfaces()) {
                settings = settings == null ? ofClass(parent) : settings;
            }
            if (settings != null) {
                return settings;
            }
        }
        return null;
    }

    private static @Nullable NetworkSettings at(AnnotatedElement element, String where) {
        List<Found> found = new ArrayList<>();
        for (var annotation : element.getDeclaredAnnotations()) {
            collect(annotation, annotation.annotationType().getSimpleName(), found, new HashSet<>());
        }
        if (found.size() > 1) {
            throw new ExtensionConfigurationException(where + " has two networks, @"
                    + found.get(0).name() + " and @" + found.get(1).name() + ": keep one of them");
        }
        return found.isEmpty() ? null : NetworkSettings.of(found.getFirst().network(), where);
    }

    private static void collect(Annotation annotation, String name, List<Found> found, Set<Class<?>> seen) {
        if (annotation instanceof LeveeNetwork network) {
            found.add(new Found(network, name));
            return;
        }
        var type = annotation.annotationType();
        if (!type.getName().startsWith("java.") && seen.add(type)) {
            for (var outer : type.getDeclaredAnnotations()) {
                collect(outer, name, found, seen);
            }
        }
    }

    private static String name(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }
}
