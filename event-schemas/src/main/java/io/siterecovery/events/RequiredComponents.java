package io.siterecovery.events;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A component of our records that is not {@code @Nullable} must be in the JSON, and not as null.
 * One that is may be absent, so that records written before it existed stay readable.
 */
final class RequiredComponents extends NopAnnotationIntrospector {

    private static final long serialVersionUID = 1L;

    static boolean isRequired(RecordComponent component) {
        return !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    @Override
    public @Nullable Boolean hasRequiredMarker(AnnotatedMember member) {
        return component(member).map(RequiredComponents::isRequired).orElse(null);
    }

    @Override
    public JsonSetter.Value findSetterInfo(Annotated annotated) {
        Nulls nulls =
                component(annotated).filter(RequiredComponents::isRequired).isPresent()
                        ? Nulls.FAIL
                        : Nulls.DEFAULT;
        return JsonSetter.Value.construct(nulls, Nulls.FAIL);
    }

    private static Optional<RecordComponent> component(Annotated annotated) {
        if (!(annotated instanceof AnnotatedMember member)
                || !member.getDeclaringClass().isRecord()) {
            return Optional.empty();
        }
        RecordComponent[] components = member.getDeclaringClass().getRecordComponents();
        return member instanceof AnnotatedParameter parameter
                ? Optional.of(components[parameter.getIndex()])
                : Arrays.stream(components)
                        .filter(component -> component.getName().equals(member.getName()))
                        .findFirst();
    }
}
