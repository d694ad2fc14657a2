# Sourced by the launchers: finds a JDK and kubectl, builds what is out of date.
# Sets $java; expects $root.

readonly jdk_version=25
readonly kubectl_minor=28

die() {
    printf '%s\n' "$@" >&2
    exit 1
}

# Prints the major version of the JDK in $1, nothing if there is no JDK.
jdk_major() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    if [ -r "$1/release" ]; then
        sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
    else
        "$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p'
    fi
}

# Exports JAVA_HOME and sets $java, or says what to install.
find_jdk() {
    local candidate candidates=()
    [ -n "${JAVA_HOME:-}" ] && candidates+=("$JAVA_HOME")
    if command -v javac >/dev/null 2>&1; then
        candidates+=("$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")")
    fi
    for candidate in /usr/lib/jvm/* /opt/java/* /opt/jdk* /usr/java/* /usr/local/lib/jvm/* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        [ -d "$candidate" ] && candidates+=("$candidate")
    done
    for candidate in "${candidates[@]}"; do
        if [ "$(jdk_major "$candidate")" = "$jdk_version" ]; then
            export JAVA_HOME=$candidate
            java=$candidate/bin/java
            return
        fi
    done
    die "JDK $jdk_version is needed and was not found: not in JAVA_HOME, not on the PATH, not in /usr/lib/jvm and the like." \
        "Install one (Eclipse Temurin: the package temurin-$jdk_version-jdk; Debian: openjdk-$jdk_version-jdk) or set JAVA_HOME."
}

need_kubectl() {
    command -v kubectl >/dev/null 2>&1 ||
        die "kubectl 1.$kubectl_minor or later is needed on the PATH and was not found." \
            "Install it: https://kubernetes.io/docs/tasks/tools/"
    local version
    version=$(kubectl version --client -o json 2>/dev/null |
        sed -n 's/.*"gitVersion": *"v\([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [[ $version == *.* ]] || die "kubectl on the PATH does not tell its version: $(command -v kubectl)"
    if [ "${version%.*}" -lt 1 ] || { [ "${version%.*}" -eq 1 ] && [ "${version#*.}" -lt $kubectl_minor ]; }; then
        die "kubectl 1.$kubectl_minor or later is needed; $(command -v kubectl) is $version."
    fi
}

need_maven() {
    command -v mvn >/dev/null 2>&1 ||
        die "Maven 3.8.7 or later is needed to build and was not found on the PATH." \
            "Install it (Debian: apt-get install maven)."
}

# True if something the build reads is newer than the stamp in $1.
out_of_date() {
    [ -e "$1" ] || return 0
    [ -n "$(find "$root" -name target -prune -o -name .git -prune -o \
        \( -path '*/src/main/*' -o -name pom.xml \) -type f -newer "$1" -print -quit)" ]
}

# Builds the modules named by the arguments, and what they need, unless they are up to date.
build() {
    [ -z "${SITE_RECOVERY_SKIP_BUILD:-}" ] || return 0
    local module stale=()
    for module in "$@"; do
        out_of_date "$root/$module/target/lib/.built" && stale+=("$module")
    done
    [ ${#stale[@]} -gt 0 ] || return 0
    need_maven
    mkdir -p "$root/target"
    exec 9>"$root/target/build.lock"
    if command -v flock >/dev/null 2>&1 && ! flock -n 9; then
        echo "waiting for another build of this folder"
        flock 9
    fi
    # Whoever held the lock may have built what we want.
    local wanted=("${stale[@]}")
    stale=()
    for module in "${wanted[@]}"; do
        out_of_date "$root/$module/target/lib/.built" && stale+=("$module")
    done
    [ ${#stale[@]} -eq 0 ] || run_build "${stale[@]}"
    exec 9>&-
}

run_build() {
    local modules log=$root/target/build.log module
    modules=$(IFS=,; echo "$*")
    touch "$root/target/build.started"
    echo "building $modules (the first time, Maven also downloads libraries)"
    for module in "$@"; do
        # A library that is no longer wanted must not stay on the class path.
        rm -rf "$root/$module/target/lib"
    done
    if ! (cd "$root" && mvn -B -ntp -Dmaven.test.skip=true -pl "$modules" -am package) 2>&1 </dev/null 9>&- |
        tee "$log" | { grep --line-buffered -E '^\[INFO\] Building .*:: .*\[[0-9]+/[0-9]+\]' || true; } |
        sed -u 's/^.*Building Site Recovery[: ]*\(.*\) [^ ]*SNAPSHOT *\(\[.*\]\)$/  \2 \1/'; then
        grep -E '^\[ERROR\]|BUILD FAILURE' "$log" | head -n 30 >&2
        die "the build failed; all of its output is in $log"
    fi
    for module in "$@"; do
        touch -r "$root/target/build.started" "$root/$module/target/lib/.built"
    done
}
