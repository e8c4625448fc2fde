import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const SIGUSR2 = 12n;
const POLL_MS = 20;
/** Longer than any process needs to start. The grace period of a Pod has room for it. */
const LONGEST_WAIT_MS = 10_000;

/**
 * Sends SIGUSR2 to the supervisor once it handles this signal. The kernel discards a signal that the first process of a
 * container does not handle, and a supervisor that has just been started does not yet.
 */
export async function announceDeletion(pid: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < LONGEST_WAIT_MS && !isHandled(pid); waitedMs += POLL_MS) await delay(POLL_MS);
  process.kill(pid, 'SIGUSR2');
}

function isHandled(pid: number): boolean {
  return handlesSignal(readFileSync(`/proc/${pid}/status`, 'utf8'), SIGUSR2);
}

/** @param status the content of `/proc/PID/status`, where `SigCgt` has a bit for each signal that the process handles */
export function handlesSignal(status: string, signal: bigint): boolean {
  const [, handled = '0'] = /^SigCgt:\s*([\da-f]+)$/m.exec(status) ?? [];
  return ((BigInt(`0x${handled}`) >> (signal - 1n)) & 1n) === 1n;
}
