// Speaks to a server by the official client: `client.mjs URL KEY [TOOL ARGUMENTS]…`. Prints one line of JSON: the tools that are
// offered, and what each call answered.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [url, key, ...calls] = process.argv.slice(2);
const transport = new StreamableHTTPClientTransport(new URL(url), {
  requestInit: { headers: { Authorization: `Bearer ${key}` } },
});
const client = new Client({ name: "dealwright-test", version: "1.0.0" });
const said = {};
try {
  await client.connect(transport);
  said.server = client.getServerVersion();
  said.instructions = client.getInstructions();
  said.tools = (await client.listTools()).tools;
  said.calls = [];
  for (let i = 0; i < calls.length; i += 2) {
    const request = { name: calls[i], arguments: JSON.parse(calls[i + 1]) };
    said.calls.push(await client.callTool(request).catch((error) => ({ refused: error.message, code: error.code })));
  }
} catch (error) {
  said.failed = error.message;
} finally {
  await client.close();
}
console.log(JSON.stringify(said));
