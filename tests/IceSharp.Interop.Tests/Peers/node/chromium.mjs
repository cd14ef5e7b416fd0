// libwebrtc, as Debian's Chromium has it, behind the line protocol of ../README.md.
import { chromium } from 'playwright-core';
import { OtherSide, die, parseArguments, readLines, say, sayCredentials } from './lines.mjs';

const options = parseArguments();
if (options.lite || options.aggressive || options.components !== 1) {
  die('a browser has one component, and no lite or aggressive mode');
}

const isOfferer = Boolean(options.offerer);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', ...(options.mdns ? [] : ['--disable-features=WebRtcHideLocalIpsWithMdns']),
  ],
});
say('version', 'Chromium', browser.version());
const page = await browser.newPage();
await page.exposeFunction('say', (...words) => say(...words));
await page.evaluate(async ({ stun, turn, user, password, relayOnly, offers }) => {
  const iceServers = [];
  if (stun) iceServers.push({ urls: `stun:${stun}` });
  if (turn) iceServers.push({ urls: `turn:${turn}?transport=udp`, username: user, credential: password });
  const pc = window.pc = new RTCPeerConnection({ iceServers, iceTransportPolicy: relayOnly ? 'relay' : 'all' });
  if (offers) pc.createDataChannel('data');
  // A candidate of TCP is for others to test.
  pc.onicecandidate = ({ candidate }) => {
    if (candidate === null) window.say('end-of-candidates');
    else if (candidate.candidate && candidate.protocol === 'udp') window.say(candidate.candidate);
  };
  const saySelected = async () => {
    for (const stat of (await pc.getStats()).values()) {
      if (stat.type !== 'transport' || !stat.selectedCandidatePairId) continue;
      const stats = await pc.getStats();
      const pair = stats.get(stat.selectedCandidatePairId);
      const [local, remote] = [stats.get(pair.localCandidateId), stats.get(pair.remoteCandidateId)];
      const facts = c => [c.candidateType, c.address || 'hidden', c.port];
      await window.say('selected', 1, ...facts(local), ...facts(remote));
    }
  };
  let last = '';
  const tellState = async () => {
    const state = pc.iceConnectionState;
    if (state === last) return;
    last = state;
    await window.say('state', state);
    if (state === 'connected' || state === 'completed') {
      await saySelected();
      await window.say('connected');
    }
    if (state === 'failed') await window.say('failed', 'the browser says so');
  };
  pc.oniceconnectionstatechange = tellState;
  window.tellSelected = saySelected;

  // A restart does not show in the state, which stays as it is: the pair that is used tells which session it belongs to.
  const ufragOf = description => /^a=ice-ufrag:(\S+)/m.exec(description.sdp)[1];
  window.watchRestart = () => {
    const watch = setInterval(async () => {
      const transport = [...(await pc.getStats()).values()].find(s => s.type === 'transport');
      const pair = (await pc.getStats()).get(transport?.selectedCandidatePairId);
      const local = (await pc.getStats()).get(pair?.localCandidateId);
      if (pc.signalingState === 'stable' && local?.usernameFragment === ufragOf(pc.localDescription)) {
        clearInterval(watch);
        await saySelected();
        await window.say('connected');
      }
    }, 20);
  };
}, {
  stun: options.stun, turn: options.turn, user: options.user, password: options.password,
  relayOnly: Boolean(options['relay-only']), offers: isOfferer,
});

const other = new OtherSide(Boolean(options.trickle));
let remoteIsSet = false;
let wantsDescription = false;
let wantsRestart = false;
let hasDescribed = false;
let answersAnOffer = !isOfferer;

const setRemote = (type, sdp) => page.evaluate(d => window.pc.setRemoteDescription(d), { type, sdp });

async function describeWhenReady() {
  if (!wantsDescription || (answersAnOffer && !remoteIsSet)) return;
  wantsDescription = false;
  const sdp = await page.evaluate(async ({ answers, restart, restarts }) => {
    const pc = window.pc;
    const description = answers ? await pc.createAnswer() : await pc.createOffer({ iceRestart: restart });
    await pc.setLocalDescription(description);
    if (restarts) window.watchRestart();
    return description.sdp;
  }, { answers: answersAnOffer, restart: wantsRestart, restarts: hasDescribed });
  wantsRestart = false;
  hasDescribed = true;
  sayCredentials(sdp);
}

await readLines(async line => {
  if (line === 'gather') {
    wantsDescription = true;
  } else if (line.startsWith('send ')) {
    die('data goes through DTLS here');
  } else if (line === 'restart') {
    answersAnOffer = false;
    wantsDescription = wantsRestart = true;
  } else if (line === 'pair') {
    await page.evaluate(() => window.tellSelected());
  } else {
    switch (other.take(line)) {
      case 'describe':
        // Credentials that nobody asked for with an offer of ours are an offer: a restart.
        if (await page.evaluate(() => window.pc.signalingState) !== 'have-local-offer') {
          if (hasDescribed) wantsDescription = true;
          answersAnOffer = true;
        }
        await setRemote(answersAnOffer ? 'offer' : 'answer', other.toSdp(answersAnOffer));
        remoteIsSet = true;
        break;
      case 'candidate':
        await page.evaluate(c => window.pc.addIceCandidate(c), { candidate: line, sdpMid: '0' });
        break;
      case 'end':
        await page.evaluate(() => window.pc.addIceCandidate({ candidate: '', sdpMid: '0' }));
        break;
    }
  }
  await describeWhenReady();
});
await browser.close();
