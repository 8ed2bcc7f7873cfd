/**
 * A real OpenID Connect provider on loopback, with the accounts and the client that it is given as JSON in its first
 * argument: { port?, accounts: { name: claims }, client: { … } }. Prints its issuer once it listens, and ends when its
 * input does, so that it never outlives who started it.
 */
import { createServer } from "node:http";
import Provider from "oidc-provider";

const { port = 0, accounts, client } = JSON.parse(process.argv[2]);

const server = createServer();
server.listen(port, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ redirect_uris: [], grant_types: ["authorization_code"], response_types: ["code"], ...client }],
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name", "given_name", "family_name"],
      groups: ["groups"],
    },
    scopes: ["openid", "email", "profile", "groups"],
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    features: { backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    // It refuses to ask private addresses by default; whom it tells of a logout here is on loopback.
    fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
    findAccount: (_, id) =>
      Object.hasOwn(accounts, id) ? { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) } : undefined,
  });
  provider.on("server_error", (_, error) => console.error(error));
  provider.on("backchannel.error", (_, error) => console.error(error));
  server.on("request", provider.callback());
  console.log(issuer);
});

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
