// One session: a WebSocket to the C# process, and the browser's side of ICE.
import { browserView, ufragOf } from './browser-view.js';

export class Session {
  /** @param watch told everything: event(who, topic, text), fault(text), views(browser, csharp), ended(). */
  constructor(watch) {
    this.watch = watch;
    this.names = new Map();
    this.pairs = { browser: new Map(), csharp: new Map() };
    this.restarts = { asked: 0, done: 0 };
    this.work = Promise.resolve();
    this.socket = new WebSocket(`ws://${location.host}/session`);
    // One message after the other: what a description begins is over before its candidates are looked at.
    this.socket.onmessage = ({ data }) => {
      this.work = this.work.then(() => this.take(JSON.parse(data))).catch(error => this.watch.fault(`browser: ${error.message}`));
    };
    this.socket.onclose = () => this.close();
  }

  get canRestart() {
    return this.pc?.signalingState === 'stable' && this.csharp !== undefined && this.restarts.asked === this.restarts.done;
  }

  restart() {
    this.restarts.asked++;
    this.watch.event('page', 'restart', 'ICE restart asked for');
    Object.values(this.pairs).forEach(pairs => pairs.clear());
    this.send({ type: 'restart' });
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.timer);
    this.pc?.close();
    this.socket.close();
    this.watch.ended();
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  async take(message) {
    if (this.closed) return;
    switch (message.type) {
      case 'hello':
        return this.begin(message.servers);
      case 'answer':
        return this.pc.setRemoteDescription({ type: 'answer', sdp: message.sdp });
      case 'offer':
        return this.answer(message.sdp);
      case 'candidate':
        return this.pc.addIceCandidate({ candidate: message.candidate, sdpMid: message.sdpMid, usernameFragment: message.usernameFragment });
      case 'event':
        return this.watch.event('C#', message.topic, message.text);
      case 'fault':
        return this.watch.fault(`C#: ${message.text}`);
      case 'view':
        this.csharp = { ...message.view, pairs: this.remember('csharp', message.view.pairs) };
        return this.look();
    }
  }

  async begin(servers) {
    const pc = this.pc = new RTCPeerConnection({ iceServers: servers.map(s => ({ ...s })) });
    pc.createDataChannel('data');
    pc.onicecandidate = ({ candidate }) => this.found(candidate);
    pc.onicecandidateerror = ({ errorText, url }) => this.watch.event('browser', 'gathering', `${url}: ${errorText}`);
    pc.onicegatheringstatechange = () => this.watch.event('browser', 'gathering', `gathering is ${pc.iceGatheringState}`);
    pc.oniceconnectionstatechange = () => {
      this.watch.event('browser', 'state', `ICE is ${pc.iceConnectionState}`);
      this.look();
    };
    await pc.setLocalDescription(await pc.createOffer());
    pc.sctp?.transport.iceTransport.addEventListener('selectedcandidatepairchange', () => this.watch.event('browser', 'selected', 'another pair carries data'));
    this.send({ type: 'offer', sdp: pc.localDescription.sdp });
    this.timer = setInterval(() => this.look(), 60);
  }

  async answer(sdp) {
    try {
      await this.pc.setRemoteDescription({ type: 'offer', sdp });
      await this.pc.setLocalDescription(await this.pc.createAnswer());
    } catch (error) {
      this.restarts.asked = this.restarts.done;
      this.send({ type: 'rejected' });
      throw error;
    }
    this.send({ type: 'answer', sdp: this.pc.localDescription.sdp });
  }

  found(candidate) {
    if (candidate === null) return;
    // Statistics keep addresses behind mDNS names back; the candidates tell the names.
    if (candidate.candidate) this.names.set(`${candidate.type}:${candidate.port}`, candidate.address);
    this.send({ type: 'candidate', candidate: candidate.candidate, usernameFragment: candidate.usernameFragment });
  }

  // Once a pair is chosen both sides drop the others. The page shows them on, as what was tried.
  remember(side, pairs) {
    const known = this.pairs[side];
    for (const pair of known.values()) Object.assign(pair, { state: 'dropped', selected: false, nominated: false, rtt: undefined });
    for (const pair of pairs) known.set(JSON.stringify([pair.local, pair.remote].map(c => [c.address, c.port])), { ...pair });
    return [...known.values()].map(pair => ({ ...pair }));
  }

  async look() {
    if (this.closed || this.looking) return;
    this.looking = true;
    try {
      const view = await browserView(this.pc, this.names);
      view.pairs = this.remember('browser', view.pairs);
      const selected = view.pairs.find(p => p.selected);
      if (this.restarts.asked > this.restarts.done && this.csharp?.restarts >= this.restarts.asked
        && selected?.local.ufrag === ufragOf(this.pc.localDescription)) {
        this.restarts.done = this.restarts.asked;
        this.watch.event('browser', 'restart', 'the new session has its pair');
      }
      view.restarts = this.restarts.done;
      if (!this.closed) this.watch.views(view, this.csharp);
    } finally {
      this.looking = false;
    }
  }
}
