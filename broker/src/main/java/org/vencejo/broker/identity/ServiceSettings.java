package org.vencejo.broker.identity;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How a service is asked who clients are. Immutable.
///
/// `authorities` signed its certificate; null for those that the JDK knows. `authorizationFile`
/// holds how we say who we are, or is null. Answers are remembered so many and for so long.
public record ServiceSettings(
        URI url,
        @Nullable Path authorities,
        @Nullable Path authorizationFile,
        long rememberedNanos,
        int rememberedMax,
        TokenSettings.Limits limits) {}
