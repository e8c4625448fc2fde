/** Requests a URL every two seconds over one kept-alive connection, until killed. */
import { Agent, get } from 'node:https';

const [, , url = ''] = process.argv;
// The certificate is not checked: it makes no difference to the cost of a request.
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
setInterval(() => {
  get(url, { agent }, (response) => response.resume());
}, 2_000);
