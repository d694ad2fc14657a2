package io.siterecovery.model.crd;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a field's Java type cannot say of its schema; on a list or map of scalars, {@code pattern},
 * lengths and bounds speak of the elements. A field that is not {@code @Nullable} is required.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Schema {

    /** The description that {@code kubectl explain} prints. */
    String value();

    /** The only words allowed; none: any. */
    String[] words() default {};

    /** As JSON; empty: no default. */
    String byDefault() default "";

    String pattern() default "";

    int minLength() default -1;

    int maxLength() default -1;

    long min() default Long.MIN_VALUE;

    long max() default Long.MAX_VALUE;

    /** Most elements of a list, or entries of a map. */
    int maxItems() default -1;

    int minItems() default -1;

    /** The field that tells the elements of a list apart: no two may have the same. */
    String key() default "";

    /** No two elements of the list are equal. */
    boolean distinct() default false;
}
