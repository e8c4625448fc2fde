import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The machine's openssl: Node can read certificates but not create them. */
const OPENSSL = 'openssl';

export interface Pem {
  cert: Buffer;
  key: Buffer;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];

/** Runs openssl in its own folder. Returns its output. */
function withOpenssl(write: (openssl: (...args: string[]) => void, directory: string) => void): Pem {
  const directory = mkdtempSync(join(tmpdir(), 'job-template-run-tls-'));
  try {
    write((...args) => {
      execFileSync(OPENSSL, args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
    }, directory);
    return { cert: readFileSync(join(directory, 'cert.pem')), key: readFileSync(join(directory, 'key.pem')) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A self-signed certificate for 127.0.0.1, valid for a month. */
export function selfSigned(name: string): Pem {
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '30'];
  return withOpenssl((openssl) => {
    openssl('req', '-x509', ...NEW_KEY, '-out', 'cert.pem', ...subject);
  });
}

/** A certificate for 127.0.0.1 signed by another one. */
export function signedBy(authority: Pem, name: string): Pem {
  return withOpenssl((openssl, directory) => {
    writeFileSync(join(directory, 'ca.pem'), authority.cert);
    writeFileSync(join(directory, 'ca.key'), authority.key);
    openssl('req', ...NEW_KEY, '-out', 'csr.pem', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1');
    openssl(
      ...['x509', '-req', '-in', 'csr.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '30'],
      ...['-copy_extensions', 'copy', '-out', 'cert.pem'],
    );
  });
}
