const KIB = 1024;
const MIB = 1024 * 1024;

/** A size for people, rounded up: `900 bytes`, `257 KiB`, `1.5 MiB`. */
export function inBytes(bytes: number): string {
  if (bytes < KIB) return `${bytes} bytes`;
  return bytes < MIB ? `${Math.ceil(bytes / KIB)} KiB` : `${Math.ceil((10 * bytes) / MIB) / 10} MiB`;
}
