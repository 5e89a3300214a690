// Which gNMI is spoken.

/** The version of the gNMI specification that is served. */
export const gnmiVersion = '0.10.0';
