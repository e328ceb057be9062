# Sourced by ./vencejo, ./verify and bench/vencejo: finds a JDK of at least 25 and Maven.
# No folder is named here: what the machine says of itself (JAVA_HOME, PATH) leads to the rest.

jdk_wanted=25

# The feature version of the JDK in folder $1, or nothing if there is no JDK there.
jdk_version() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# The home of the `java` on the path, with all links followed.
java_on_path() {
    local java target
    java=$(command -v java) || return 0
    while [ -L "$java" ]; do
        target=$(readlink "$java")
        case $target in
            /*) java=$target ;;
            *) java=$(dirname "$java")/$target ;;
        esac
    done
    (cd "$(dirname "$java")/.." && pwd -P)
}

# The folders beside folder $1; on macOS a JDK's home lies two folders deeper.
folders_beside() {
    local home
    for home in "$1"/../*/ "$1"/../../../*/Contents/Home/; do
        [ -d "$home" ] && (cd "$home" && pwd -P)
    done
    return 0
}

# Sets and exports JAVA_HOME to a JDK of at least 25, or says what to install and fails.
# One that somebody chose (JAVA_HOME, JAVA_HOME_25, PATH) comes before the oldest that will do
# of those beside it.
find_jdk() {
    local on_path home version best='' best_version=999 seen=''
    on_path=$(java_on_path)
    for home in "${JAVA_HOME:-}" "${JAVA_HOME_25:-}" "$on_path"; do
        version=$(jdk_version "$home")
        if [ "${version:-0}" -ge "$jdk_wanted" ]; then
            export JAVA_HOME=$home
            return 0
        fi
    done
    while IFS= read -r home; do
        version=$(jdk_version "$home")
        [ -n "$version" ] && seen="$seen $version"
        if [ "${version:-0}" -ge "$jdk_wanted" ] && [ "$version" -lt "$best_version" ]; then
            best=$home
            best_version=$version
        fi
    done <<EOF
$(for home in "${JAVA_HOME:-}" "$on_path"; do [ -z "$home" ] || folders_beside "$home"; done | sort -u)
EOF
    if [ -z "$best" ]; then
        {
            echo "Vencejo needs a JDK of at least $jdk_wanted${seen:+; found only:$seen}."
            echo "Install one (Eclipse Temurin $jdk_wanted, or your system's openjdk-$jdk_wanted-jdk) and put its java"
            echo "on the PATH, or set JAVA_HOME to its folder. Looked at JAVA_HOME, JAVA_HOME_25, the java"
            echo "on the PATH and the folders beside these."
        } >&2
        return 1
    fi
    export JAVA_HOME=$best
}

# Fails with what to install when there is no Maven.
find_maven() {
    if ! command -v mvn >/dev/null; then
        {
            echo "Vencejo is built with Apache Maven 3.8 or newer, and there is no mvn on the PATH."
            echo "Install it (Debian, Ubuntu: apt-get install maven; macOS: brew install maven)."
        } >&2
        return 1
    fi
}

# What every JVM of ours is started with. Netty uses Unsafe and native code; both are said here
# so that the JDK need not warn, and the design says why they are worth it.
jvm_flags="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -XX:+UseCompactObjectHeaders -XX:+ExitOnOutOfMemoryError"

# For Maven's own JVM: its libraries use what newer JDKs warn about.
export MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
