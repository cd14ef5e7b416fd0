import { Session } from './session.js';
import { modelOf } from './model.js';
import { draw } from './picture.js';
import { addLine, showPairs } from './tables.js';

const at = id => document.getElementById(id);
const [connect, restart, close, fault, log] = ['connect', 'restart', 'close', 'fault', 'log'].map(at);
let session, began = performance.now(), shown = '';

const tell = (who, topic, text) => addLine(log, (performance.now() - began) / 1000, who, topic, text);

function show(browser, csharp) {
  const state = JSON.stringify([browser, csharp]);
  if (state !== shown) {
    shown = state;
    const model = modelOf(browser, csharp);
    at('picture').replaceChildren(draw(model));
    showPairs(at('browser-pairs'), browser);
    showPairs(at('csharp-pairs'), csharp);
    mark(model);
  }
  connect.disabled = Boolean(session);
  restart.disabled = !session?.canRestart;
  close.disabled = !session;
}

// For whoever tests the page: what it shows, without looking at the picture.
function mark({ browser, csharp, lines, left, right }) {
  const selected = side => {
    const line = lines.find(l => l[side]?.selected);
    return line ? `${left[line.from].revealed ?? left[line.from].address}:${left[line.from].port} ${right[line.to].address}:${right[line.to].port}` : '';
  };
  Object.assign(document.body.dataset, {
    browserState: browser?.state ?? '', csharpState: csharp?.state ?? '',
    browserSelected: selected('browser'), csharpSelected: selected('csharp'),
    restarts: browser?.restarts ?? 0,
  });
}

connect.onclick = () => {
  log.replaceChildren();
  fault.hidden = true;
  began = performance.now();
  session = new Session({
    event: tell,
    fault: text => {
      tell('', 'fault', text);
      fault.textContent = text;
      fault.hidden = false;
    },
    views: show,
    ended: () => {
      session = undefined;
      tell('page', 'state', 'the session is over');
      show();
    },
  });
  show();
};
restart.onclick = () => session.restart();
close.onclick = () => session.close();
show();
