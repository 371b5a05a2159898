// @ts-check
/** The publisher's signature (Ed25519, RFC 8032) inside heads and entries; see docs/formats/published.md. */

/** @param {string} base64 */
const raw = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/**
 * Whether the publisher signed these bytes. Browsers without Ed25519 cannot tell and go on: everything
 * beneath is verified by hash anyway.
 * @param {string} text @param {string} key the publisher's public key, base64
 */
export const genuine = async (text, key) => {
  const found = /"ed25519":"([\w+/]{86}==)",/.exec(text);
  const signed = found && new TextEncoder().encode(text.replace(found[0], ""));
  try {
    const trusted = await crypto.subtle.importKey("raw", raw(key), "Ed25519", false, ["verify"]);
    return found && (await crypto.subtle.verify("Ed25519", trusted, raw(found[1]), signed ?? raw("")));
  } catch (error) {
    return /** @type {Error} */ (error).name == "NotSupportedError";
  }
};
