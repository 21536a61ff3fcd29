// An authenticator as people have it on their phones (RFC 6238: SHA-1, six digits, thirty seconds).
import { createHmac } from "node:crypto";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const step = () => Math.floor(Date.now() / 30_000);

function bytesOf(base32) {
  const bits = [...base32.replaceAll(/[\s=]/g, "").toUpperCase()].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

function codeAt(key, at) {
  const moment = Buffer.alloc(8);
  moment.writeBigUInt64BE(BigInt(at));
  const mark = createHmac("sha1", bytesOf(key)).update(moment).digest();
  const from = mark.at(-1) & 15;
  return String((mark.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Gives codes for a key; each once, as servers want them: the next one is of a later moment, which servers allow for. */
export class Authenticator {
  #last = 0;

  constructor(key) {
    this.key = key;
  }

  code() {
    this.#last = Math.max(step(), this.#last + 1);
    return codeAt(this.key, this.#last);
  }
}
