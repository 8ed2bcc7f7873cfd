// Connects to a server by the official client's own OAuth: `oauth.mjs URL COOKIE REACH TOOL ARGUMENTS`. It discovers, registers, makes
// its challenge and exchanges its code by itself; the person's yes is posted as the consent page posts it. Then it loses its
// access token, and gets another by its refresh token. Prints one line of JSON.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [url, cookie, reach, tool, args] = process.argv.slice(2);
const origin = new URL(url).origin;
const said = { asked: [] };

/** What a person does in the browser: follows the address, reads the page, says yes. */
async function consent(address) {
  const led = await fetch(address, { redirect: "manual" });
  const page = new URL(led.headers.get("location"), origin);
  said.page = page.pathname;
  const known = ["response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method", "resource", "scope", "state"];
  const request = Object.fromEntries([...page.searchParams].filter(([name]) => known.includes(name)));
  const shown = await fetch(`${origin}/api/v1/connected-apps/request?${new URLSearchParams(request)}`, { headers: { cookie } });
  said.shown = await shown.json();
  const agreed = await fetch(`${origin}/api/v1/connected-apps`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body: JSON.stringify({ request, reach }),
  });
  return new URL((await agreed.json()).redirect_to).searchParams;
}

const kept = {};
const provider = {
  redirectUrl: "http://127.0.0.1:33418/callback",
  clientMetadata: {
    client_name: "Official client",
    redirect_uris: ["http://127.0.0.1:33418/callback"],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  },
  state: () => "a state of its own",
  clientInformation: () => kept.client,
  saveClientInformation: (client) => void (kept.client = client),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => void (kept.tokens = tokens),
  saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
  codeVerifier: () => kept.verifier,
  redirectToAuthorization: async (address) => void (kept.answer = await consent(address)),
};
const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
const connect = async (by) => {
  const client = new Client({ name: "dealwright-test", version: "1.0.0" });
  await client.connect(by);
  return client;
};

try {
  const first = transport();
  try {
    await connect(first);
    said.failed = "it was let in without a token";
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    said.answer = { state: kept.answer.get("state"), iss: kept.answer.get("iss") };
    await first.finishAuth(kept.answer.get("code"));
    const client = await connect(transport());
    said.tools = (await client.listTools()).tools.map((one) => one.name);
    said.call = await client.callTool({ name: tool, arguments: JSON.parse(args) });
    await client.close();
    const before = kept.tokens.refresh_token;
    kept.tokens = { ...kept.tokens, access_token: "lost" };
    const again = await connect(transport());
    said.refreshed = (await again.listTools()).tools.length > 0 && kept.tokens.refresh_token !== before;
    await again.close();
  }
} catch (error) {
  said.failed = `${error.name}: ${error.message}`;
}
console.log(JSON.stringify(said));
