// An OpenID provider for tests: node provider.mjs FOLDER PORT SETTINGS
//
// FOLDER holds the installed packages. SETTINGS is JSON: the client (`id`, `secret`, `redirect_uris`), the claims of each
// account by login name (`accounts`), and whether claims stand in the ID token too (`in_token`). Any password is right.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, port, text] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(join(folder, 'node_modules/oidc-provider/lib/index.js')));
const { client, accounts, in_token } = JSON.parse(text);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: client.redirect_uris,
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'locale'], groups: ['groups'] },
  scopes: ['openid', 'email', 'profile', 'groups'],
  pkce: { required: () => true },
  conformIdTokenClaims: !in_token,
  cookies: { keys: ['of a test'] },
  async findAccount(_context, id) {
    return accounts[id] && { accountId: id, claims: async () => ({ sub: id, ...accounts[id] }) };
  },
});

provider.listen(Number(port), '127.0.0.1');
