// A plain ltijs tool with ltijs-sequelize. Person, course, role and session are what the library itself keeps; the line
// for the audit is written where the library first calls a tool: after the redirect that ends its launch.
// Packages are found through NODE_PATH: node tool.js PORT DATABASE ISSUER CLIENT_ID KEYS_URL

const lti = require("ltijs").Provider;
const Database = require("ltijs-sequelize");
const { DataTypes } = require("sequelize");

const [port, database, issuer, clientId, keysUrl] = process.argv.slice(2);

function plugin() {
  if (database.startsWith("sqlite://")) {
    const storage = database.slice("sqlite://".length);
    return new Database("tool", "", "", { dialect: "sqlite", storage, logging: false });
  }
  const at = new URL(database);
  const options = { host: at.hostname, port: Number(at.port), dialect: "postgres", logging: false };
  return new Database(at.pathname.slice(1), at.username, at.password, options);
}

async function main() {
  const kept = plugin();
  const Audit = kept.db.define("audit", { user: DataTypes.TEXT, what: DataTypes.TEXT, context: DataTypes.TEXT });
  lti.setup("k".repeat(40), { plugin: kept }, { appRoute: "/launch", loginRoute: "/login", tokenMaxAge: 60 });
  lti.onConnect(async (token, request, response) => {
    await Audit.create({ user: token.user, what: "launched", context: token.platformContext.context.id });
    response.redirect("/home");
  });
  await lti.deploy({ port: Number(port), silent: true });
  const platform = await lti.registerPlatform({
    url: issuer,
    name: "Platform",
    clientId,
    authenticationEndpoint: `${issuer}/auth`,
    accesstokenEndpoint: `${issuer}/token`,
    authConfig: { method: "JWK_SET", key: keysUrl },
  });
  await platform.platformActive(true);
}

main();
