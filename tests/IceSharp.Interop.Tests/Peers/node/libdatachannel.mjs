// libdatachannel with the ICE agent of libjuice behind the line protocol of ../README.md.
import datachannel from 'node-datachannel';
import { OtherSide, die, parseArguments, readLines, say, sayCredentials } from './lines.mjs';

const options = parseArguments();
if (options.lite || options.aggressive || options.mdns || options.components !== 1) {
  die('libjuice has one component here, and no lite, aggressive or mdns mode');
}

const isOfferer = Boolean(options.offerer);
const iceServers = [];
const endpoint = text => {
  const [, hostname, port] = /^\[?(.*?)\]?:(\d+)$/.exec(text);
  return { hostname, port: Number(port) };
};
if (options.stun) iceServers.push(endpoint(options.stun));
if (options.turn) iceServers.push({ ...endpoint(options.turn), username: options.user, password: options.password, relayType: 'TurnUdp' });
const pc = new datachannel.PeerConnection('peer', {
  iceServers, iceTransportPolicy: options['relay-only'] ? 'relay' : 'all', disableAutoNegotiation: true,
});
const other = new OtherSide(Boolean(options.trickle));
let remoteIsSet = false;
let wantsDescription = false;

pc.onLocalDescription(sayCredentials);
pc.onLocalCandidate(candidate => say(candidate.replace(/^a=/, '')));
pc.onGatheringStateChange(state => {
  if (state === 'complete') say('end-of-candidates');
});
function tellPair() {
  const pair = pc.getSelectedCandidatePair();
  if (!pair) return;
  const { local, remote } = pair;
  say('selected', 1, local.type, local.address, local.port, remote.type, remote.address, remote.port);
}

pc.onIceStateChange(state => {
  say('state', state);
  if (state === 'connected') {
    tellPair();
    say('connected');
  }
  if (state === 'failed') say('failed', 'the agent says so');
});
if (isOfferer) pc.createDataChannel('data');

function describeWhenReady() {
  if (wantsDescription && (isOfferer || remoteIsSet)) {
    wantsDescription = false;
    pc.setLocalDescription(isOfferer ? 'offer' : 'answer');
  }
}

await readLines(line => {
  if (line === 'gather') {
    wantsDescription = true;
  } else if (line.startsWith('send ')) {
    die('data goes through DTLS here');
  } else if (line === 'pair') {
    tellPair();
  } else if (line === 'restart') {
    die('libdatachannel has no ICE restart');
  } else {
    switch (other.take(line)) {
      case 'describe':
        pc.setRemoteDescription(other.toSdp(!isOfferer), isOfferer ? 'answer' : 'offer');
        remoteIsSet = true;
        break;
      case 'candidate':
        pc.addRemoteCandidate(line, '0');
        break;
    }
  }
  describeWhenReady();
});
pc.close();
datachannel.cleanup();
process.exit(0);
