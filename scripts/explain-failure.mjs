// What an install or a build printed before it failed, turned into what a person can do about it.
import process from "node:process";

/** @type {readonly { sign: RegExp, what: string, remedy: string }[]} */
const knownFailures = [
  {
    sign: /ENOSPC|no space left on device/i,
    what: "The disk is full.",
    remedy:
      "Settle's dependencies take about 400 MB. Free some space, then type the command again: it goes on from where it stopped.",
  },
  {
    sign: /EROFS|EACCES|EPERM|permission denied|read-only file system/i,
    what: "A folder cannot be written.",
    remedy:
      "Check who owns the folder named above (this repository, or npm's cache in your home folder), then type the command again.",
  },
  {
    sign: /SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|CERT_HAS_EXPIRED|self.signed certificate|UnknownIssuer|invalid peer certificate/i,
    what: "The package registry's certificate is not trusted here.",
    remedy:
      "Behind a proxy with its own certificate, point npm to it: npm config set cafile FILE (and NODE_EXTRA_CA_CERTS=FILE).",
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|META_FETCH_FAIL|dns error|error sending request|ENOTCACHED|NO_OFFLINE/i,
    what: "The package registry cannot be reached.",
    remedy:
      "The first run needs the internet (or a proxy set with npm config set https-proxy URL). Check the connection, then type the command again: what is there already is kept.",
  },
  {
    sign: /OUTDATED_LOCKFILE|frozen-lockfile/i,
    what: "pnpm-lock.yaml does not fit the package.json files.",
    remedy: "After changing dependencies, type: pnpm install",
  },
];

/**
 * @param {string} output everything the failed program printed
 * @returns {string} what happened and what to do, two lines; a general remedy where the failure is not a known one
 */
export function explainFailure(output) {
  // pnpm breaks its messages into lines of a terminal's width.
  const text = output.replace(/\s+/g, " ");
  const known = knownFailures.find(({ sign }) => sign.test(text));
  if (known !== undefined) return `${known.what}\n${known.remedy}`;
  return `It is not one of the failures this script knows; the lines above say more.\nTo start over: remove node_modules and type the command again (Node ${process.versions.node}, ${process.platform}).`;
}
