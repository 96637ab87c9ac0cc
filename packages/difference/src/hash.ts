/**
 * FNV-1a, 64 bit: tells detectors apart and finds damage, in a browser and in Node, without waiting for a promise as
 * SubtleCrypto would. It is no protection against intent: the bundle's SHA-256 is.
 */
export function fnv1a64(bytes: Uint8Array): bigint {
  // Two 32-bit halves: BigInt arithmetic over thousands of bytes would cost milliseconds.
  let low = 0x84222325;
  let high = 0xcbf29ce4;
  for (let i = 0; i < bytes.length; i++) {
    low = (low ^ bytes[i]) >>> 0;
    // The prime is 2^40 + 0x1b3: (high, low) * prime mod 2^64.
    const product = low * 0x1b3;
    const carry = Math.floor(product / 0x1_0000_0000);
    high = (Math.imul(high, 0x1b3) + carry + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}
