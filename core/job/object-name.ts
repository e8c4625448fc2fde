const LONGEST_NAME = 253;
const NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** Whether an object can have this name: a DNS subdomain, as Kubernetes requires of most kinds. */
export function isObjectName(text: string): boolean {
  return text.length <= LONGEST_NAME && NAME.test(text);
}
