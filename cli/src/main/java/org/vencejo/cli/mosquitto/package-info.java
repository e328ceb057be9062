/// Reads the configuration of Mosquitto and writes ours from it.
@NullMarked
package org.vencejo.cli.mosquitto;

import org.jspecify.annotations.NullMarked;
