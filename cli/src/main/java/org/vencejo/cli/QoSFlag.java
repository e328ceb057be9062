package org.vencejo.cli;

import org.vencejo.protocol.QoS;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Quality of Service as its number.
final class QoSFlag implements ITypeConverter<QoS> {
    @Override
    public QoS convert(String value) {
        return switch (value) {
            case "0" -> QoS.AT_MOST_ONCE;
            case "1" -> QoS.AT_LEAST_ONCE;
            case "2" -> QoS.EXACTLY_ONCE;
            default -> throw new TypeConversionException("QoS is 0, 1 or 2, given was " + value);
        };
    }
}
