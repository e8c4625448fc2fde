/** What an address of a family that the machine does not have fails with. */
const NO_SUCH_FAMILY = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL']);

/** Listens on `host`; where `::` cannot be used, on all IPv4 addresses instead. */
export async function listenAnywhere(host: string, listen: (host: string) => Promise<unknown>): Promise<void> {
  try {
    await listen(host);
  } catch (error) {
    if (host !== '::' || !(error instanceof Error && 'code' in error && NO_SUCH_FAMILY.has(String(error.code))))
      throw error;
    await listen('0.0.0.0');
  }
}
