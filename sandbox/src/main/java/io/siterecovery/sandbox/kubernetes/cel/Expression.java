package io.siterecovery.sandbox.kubernetes.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A compiled CEL expression. Variables are dynamically typed: a mistake that the real API server
 * finds by type when a rule is created shows here only when the rule runs.
 */
public final class Expression {
    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .enableHeterogeneousNumericComparisons(true)
                    .evaluateCanonicalTypesToNativeValues(true)
                    .enableReservedIds(true)
                    .build();

    private static final Map<Set<String>, CelCompiler> COMPILERS = new ConcurrentHashMap<>();

    private static final class Interpreter {
        static final CelRuntime INSTANCE =
                CelRuntimeFactory.standardCelRuntimeBuilder()
                        .setOptions(OPTIONS)
                        .addLibraries(
                                CelExtensions.strings(),
                                CelExtensions.optional(),
                                CelExtensions.sets(OPTIONS),
                                CelExtensions.math(OPTIONS),
                                CelExtensions.lists())
                        .build();
    }

    private final String text;
    private final CelRuntime.Program program;

    private Expression(String text, CelRuntime.Program program) {
        this.text = text;
        this.program = program;
    }

    public static Expression compile(String text, Set<String> variables) throws CelFailure {
        try {
            CelCompiler compiler =
                    COMPILERS.computeIfAbsent(Set.copyOf(variables), Expression::compiler);
            return new Expression(
                    text, Interpreter.INSTANCE.createProgram(compiler.compile(text).getAst()));
        } catch (CelValidationException | CelEvaluationException | RuntimeException e) {
            throw new CelFailure("compilation failed: " + e.getMessage());
        }
    }

    public String text() {
        return text;
    }

    /** Whether the expression names the variable. */
    public boolean mentions(String variable) {
        return Pattern.compile("\\b" + Pattern.quote(variable) + "\\b").matcher(text).find();
    }

    /** A String, Long, Double, Boolean, List or Map, or a CEL type of its own. */
    public Object evaluate(Map<String, Object> variables) throws CelFailure {
        try {
            return program.eval(variables);
        } catch (CelEvaluationException | RuntimeException e) {
            String message = e.getMessage();
            throw new CelFailure(message == null ? e.toString() : message);
        }
    }

    /** True only for a plain {@code true}; another type than boolean is an error. */
    public boolean holds(Map<String, Object> variables) throws CelFailure {
        if (evaluate(variables) instanceof Boolean result) {
            return result;
        }
        throw new CelFailure("cel expression does not evaluate to a bool: " + text);
    }

    /** The JSON as CEL sees it. */
    public static Object value(@Nullable JsonNode json) {
        if (json == null || json.isNull() || json.isMissingNode()) {
            return NullValue.NULL_VALUE;
        }
        if (json.isObject()) {
            Map<String, Object> map = new LinkedHashMap<>();
            json.properties().forEach(e -> map.put(e.getKey(), value(e.getValue())));
            return map;
        }
        if (json.isArray()) {
            List<Object> list = new ArrayList<>(json.size());
            json.forEach(e -> list.add(value(e)));
            return list;
        }
        if (json.isBoolean()) {
            return json.booleanValue();
        }
        if (json.isIntegralNumber()) {
            return json.longValue();
        }
        return json.isNumber() ? (Object) json.doubleValue() : json.asText();
    }

    private static CelCompiler compiler(Set<String> variables) {
        CelCompilerBuilder builder =
                CelCompilerFactory.standardCelCompilerBuilder()
                        .setOptions(OPTIONS)
                        .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                        .addLibraries(
                                CelExtensions.strings(),
                                CelExtensions.optional(),
                                CelExtensions.bindings(),
                                CelExtensions.sets(OPTIONS),
                                CelExtensions.math(OPTIONS),
                                CelExtensions.lists());
        variables.forEach(name -> builder.addVar(name, SimpleType.DYN));
        return builder.build();
    }
}
