/** Whether the machine keeps the lowest byte of a number first, as the tables do. */
export const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
