/**
 * A push service by RFC 8030 on loopback. Who sends is known by RFC 8292, with Node's own cryptography, and what was sealed is
 * opened by http_ece, which shares no code with what sealed it. Prints its address once it listens, and ends when its input
 * does, so that it never outlives who started it.
 *
 * POST /subscriptions makes one; POST /push/{id} takes a message; GET /messages tells what came; POST /answers says what a
 * subscription's next messages are answered: { id, status, retry_after, times }; times is for good when it is absent.
 */
import { createECDH, createPublicKey, randomBytes, randomUUID, verify } from "node:crypto";
import { createServer } from "node:http";
import ece from "http_ece";

const subscriptions = new Map();
const messages = [];
let origin = "";

const base64 = (bytes) => Buffer.from(bytes).toString("base64url");
const parsed = (text) => JSON.parse(Buffer.from(text, "base64url").toString("utf8"));

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

function subscribe() {
  const id = randomUUID();
  const key = createECDH("prime256v1");
  key.generateKeys();
  const auth = randomBytes(16);
  subscriptions.set(id, { key, auth, answer: null });
  return { endpoint: `${origin}/push/${id}`, keys: { p256dh: base64(key.getPublicKey()), auth: base64(auth) } };
}

/** The claims of whoever sends; throws when they are not theirs, or not for us. */
function sender(header) {
  const { t, k } = Object.fromEntries((header ?? "").replace(/^vapid /, "").split(/,\s*/).map((part) => part.split(/=(.*)/s)));
  const [head, claims, signature] = t.split(".");
  const point = Buffer.from(k, "base64url");
  const jwk = { kty: "EC", crv: "P-256", x: base64(point.subarray(1, 33)), y: base64(point.subarray(33)) };
  const key = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
  if (parsed(head).alg !== "ES256") throw new Error("an algorithm that is not ES256");
  if (!verify("sha256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, "base64url"))) throw new Error("a wrong signature");
  const said = parsed(claims);
  if (said.aud !== origin) throw new Error(`an audience that we are not: ${said.aud}`);
  if (!/^(mailto:|https:)/.test(said.sub)) throw new Error(`nobody to turn to: ${said.sub}`);
  return { ...said, key: k };
}

function take(id, headers, body) {
  const held = subscriptions.get(id);
  if (!held) return { status: 404 };
  const said = { to: id, ttl: headers.ttl, urgency: headers.urgency, topic: headers.topic, length: body.length };
  const { answer } = held;
  if (answer && (answer.times === undefined || answer.times-- > 0)) {
    messages.push({ ...said, answered: answer.status });
    return answer;
  }
  try {
    if (headers["content-encoding"] !== "aes128gcm") throw new Error("a message that is not sealed");
    if (!/^\d+$/.test(headers.ttl ?? "")) throw new Error("no TTL");
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(headers.topic ?? "")) throw new Error("no topic");
    const from = sender(headers.authorization);
    const opened = ece.decrypt(body, { version: "aes128gcm", privateKey: held.key, authSecret: base64(held.auth) });
    messages.push({ ...said, answered: 201, from, message: JSON.parse(opened.toString("utf8")) });
    return { status: 201 };
  } catch (error) {
    messages.push({ ...said, answered: 400, problem: String(error) });
    return { status: 400 };
  }
}

const server = createServer(async (request, response) => {
  const say = (status, body, headers = {}) => response.writeHead(status, headers).end(body && JSON.stringify(body));
  const body = await read(request);
  if (request.url === "/subscriptions") return say(201, subscribe());
  if (request.url === "/messages") return say(200, messages);
  if (request.url === "/answers") {
    const { id, ...answer } = JSON.parse(body.toString("utf8"));
    subscriptions.get(id).answer = answer;
    return say(204);
  }
  const { status, retry_after: after } = take(request.url.replace("/push/", ""), request.headers, body);
  return say(status, undefined, after === undefined ? {} : { "retry-after": String(after) });
});
server.listen(0, "127.0.0.1", () => {
  origin = `http://127.0.0.1:${server.address().port}`;
  console.log(origin);
});
process.stdin.resume().on("end", () => process.exit(0));
