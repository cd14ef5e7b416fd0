// What the programs of this folder share: the line protocol of ../README.md, and descriptions made from its lines.
import { createInterface } from 'node:readline';

export const say = (...words) => process.stdout.write(words.join(' ') + '\n');

export const die = text => {
  say('error', text);
  process.exit(2);
};

export function parseArguments() {
  const options = { components: 1 };
  const words = process.argv.slice(2);
  while (words.length > 0) {
    const name = words.shift().replace(/^--/, '');
    const takesValue = ['stun', 'turn', 'user', 'password', 'components'].includes(name);
    options[name] = takesValue ? words.shift() : true;
  }
  return options;
}

/** Calls a handler for each line of standard input, one after the other; ends after `close` or the end of input. */
export async function readLines(handle) {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'close') return;
    await handle(line);
  }
}

// ICE is all that is tried: nobody ever proves to hold this certificate.
const FINGERPRINT = 'sha-256 ' + Array(32).fill('A5').join(':');

/** A description with one data channel section. */
export function describe({ ufrag, password, lite, candidates, ended, trickle, isOffer, version }) {
  const lines = [
    'v=0', `o=- 4611731400430051336 ${version} IN IP4 127.0.0.1`, 's=-', 't=0 0', ...(lite ? ['a=ice-lite'] : []),
    'a=group:BUNDLE 0', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=sendrecv', 'a=sctp-port:5000',
    'a=max-message-size:262144', `a=setup:${isOffer ? 'actpass' : 'passive'}`, `a=ice-ufrag:${ufrag}`, `a=ice-pwd:${password}`,
    ...(trickle ? ['a=ice-options:trickle'] : []), `a=fingerprint:${FINGERPRINT}`,
    ...candidates.map(c => 'a=' + c), ...(ended ? ['a=end-of-candidates'] : []),
  ];
  return lines.join('\r\n') + '\r\n';
}

export function sayCredentials(sdp) {
  const value = name => new RegExp(`^a=${name}:(\\S+)`, 'm').exec(sdp)[1];
  say('credentials', value('ice-ufrag'), value('ice-pwd'));
}

/** The other side's part as it comes in: credentials first, then candidates; `described` says when a description can be made of it. */
export class OtherSide {
  constructor(trickle) {
    this.trickle = trickle;
    this.version = 0;
    this.reset();
  }

  reset() {
    this.ufrag = undefined;
    this.candidates = [];
    this.ended = false;
  }

  /** Returns what to do: `describe`, `candidate`, `end` or nothing. */
  take(line) {
    if (line.startsWith('credentials ')) {
      const [, ufrag, password, lite] = line.split(' ');
      this.reset();
      this.version++;
      Object.assign(this, { ufrag, password, lite: lite === 'lite' });
      return this.trickle ? 'describe' : undefined;
    }
    if (line.startsWith('candidate:')) {
      if (this.trickle) return 'candidate';
      this.candidates.push(line);
      return undefined;
    }
    if (line === 'end-of-candidates') {
      this.ended = true;
      return this.trickle ? 'end' : 'describe';
    }
    return die(`unknown line: ${line}`);
  }

  toSdp(isOffer) {
    return describe({ ...this, isOffer });
  }
}
