package org.vencejo.broker.config;

/// How much the log says.
public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
}
