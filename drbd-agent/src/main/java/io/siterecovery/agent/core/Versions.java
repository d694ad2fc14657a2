package io.siterecovery.agent.core;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code drbdadm --version} says.
 *
 * @param words {@code drbd-utils} and {@code drbd-kernel}, as far as they are known
 * @param utilsCode as {@code 0x092200} for 9.34.0
 * @param kernelCode absent as well while no module is loaded
 */
public record Versions(Map<String, String> words, OptionalInt utilsCode, OptionalInt kernelCode) {

    public static final Versions UNKNOWN =
            new Versions(Map.of(), OptionalInt.empty(), OptionalInt.empty());

    /** The first drbd-utils of which {@code show --json} is known to print every option. */
    private static final int FIRST_THAT_SHOWS_DEFAULTS = 0x092200;

    private static final Pattern LINE =
            Pattern.compile("(?m)^(DRBD[A-Z_]*VERSION(?:_CODE)?)=([0-9A-Za-z.~+-]+)\\s*$");

    public Versions {
        words = Map.copyOf(words);
    }

    public static Versions read(String output) {
        Map<String, String> said = new HashMap<>();
        Matcher line = LINE.matcher(output);
        while (line.find()) {
            said.put(line.group(1), line.group(2));
        }
        OptionalInt utils = code(said.get("DRBDADM_VERSION_CODE"));
        OptionalInt kernel = code(said.get("DRBD_KERNEL_VERSION_CODE"));
        Map<String, String> words = new HashMap<>();
        if (utils.isPresent()) {
            words.put("drbd-utils", said.getOrDefault("DRBDADM_VERSION", text(utils.getAsInt())));
        }
        if (kernel.isPresent()) {
            words.put(
                    "drbd-kernel",
                    said.getOrDefault("DRBD_KERNEL_VERSION", text(kernel.getAsInt())));
        }
        return new Versions(words, utils, kernel);
    }

    /** Whether an option that {@code show --json} does not print is unknown, not a default. */
    public boolean showsDefaults() {
        return utilsCode.isPresent() && utilsCode.getAsInt() >= FIRST_THAT_SHOWS_DEFAULTS;
    }

    private static OptionalInt code(@Nullable String text) {
        if (text == null || !text.matches("0x[0-9a-fA-F]{1,7}")) {
            return OptionalInt.empty();
        }
        int code = Integer.parseInt(text.substring(2), 16);
        return code == 0 ? OptionalInt.empty() : OptionalInt.of(code);
    }

    private static String text(int code) {
        return "%d.%d.%d".formatted(code >> 16 & 0xff, code >> 8 & 0xff, code & 0xff);
    }
}
