// An OpenID Connect provider on loopback. Whoever logs in by its own forms is who they say.
//
// Called with JSON: {"port", "clients"}, and "late": seconds by which its clock is behind.
// Each start has a new signing key. Writes a line to stdout when it listens.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";

const { port, clients, late = 0 } = JSON.parse(process.argv[2]);
const real = Date.now;
Date.now = () => real() - late * 1000;
const { Provider } = await import("oidc-provider");

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients,
  jwks: { keys: [key] },
  claims: { profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
  cookies: { keys: [randomUUID()] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "HS256"] },
  ttl: {
    IdToken: 600, AccessToken: 600, AuthorizationCode: 60,
    Interaction: 7200, Session: 7200, Grant: 7200,
  },
  findAccount: (context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: `${id} by OpenID`,
      preferred_username: id,
      email: `${id}@example.com`,
      email_verified: id !== "mallory",
    }),
  }),
});
createServer(provider.callback()).listen(port, "127.0.0.1", () => console.log("listening"));
