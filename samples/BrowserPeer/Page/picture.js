// The two hosts and the paths between them, as SVG.

const width = 1240, panel = 336, top = 74, step = 62, card = 50;

const element = (name, attributes = {}, ...children) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const group = (name, ...children) => element('g', { class: name }, ...children);
const text = (x, y, content, name, anchor) => element('text', { x, y, class: name, ...(anchor && { 'text-anchor': anchor }) }, content);
const milliseconds = value => value === undefined || value === null ? '' : `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
const endpoint = c => `${c.address?.includes(':') ? `[${c.address}]` : c.address || 'hidden'}:${c.port}`;
const short = (value, length) => value.length <= length ? value : `${value.slice(0, length - 14)}\u2026${value.slice(-13)}`;

export function draw(model) {
  const rows = Math.max(model.left.length, model.right.length, 3);
  const height = top + rows * step + 4;
  const picture = element('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'Hosts, candidates and pairs' });
  const places = nodes => nodes.map((_, i) => top + (rows - nodes.length) * step / 2 + i * step + card / 2);
  const [leftY, rightY] = [places(model.left), places(model.right)];

  picture.append(host(2, height, 'Browser', model.browser), host(width - panel - 2, height, 'C# process', model.csharp));
  const lines = group('lines'), labels = group('labels');
  const [x1, x2] = [2 + panel - 10, width - panel + 8];
  for (const line of model.lines) {
    drawLine(lines, labels, line, [x1, leftY[line.from]], [x2, rightY[line.to]], model);
  }
  picture.append(lines);
  model.left.forEach((node, i) => picture.append(drawNode(node, 14, leftY[i], x1)));
  model.right.forEach((node, i) => picture.append(drawNode(node, width - panel + 12, rightY[i], x2)));
  picture.append(labels);
  if (model.lines.length === 0) {
    picture.append(text(width / 2, height / 2, model.browser ? 'no pairs yet' : 'Press Connect: paths appear here as they are tried', 'idle'));
  }
  return picture;
}

function host(x, height, name, view) {
  const state = view?.state ?? 'not connected';
  const mood = { connected: 'good', completed: 'good', checking: 'busy', failed: 'bad', disconnected: 'bad' }[state] ?? '';
  const facts = view ? [view.role, `gathering ${view.gathering}`, ...(view.datagrams === undefined ? [] : [`${view.datagrams} datagrams arrived`])].join(' \u00b7 ') : '\u2013';
  const chip = state.length * 7.2 + 22;
  return group(`host-panel ${mood}`,
    element('rect', { class: 'panel', x, y: 2, width: panel, height: height - 4, rx: 14 }),
    text(x + 16, 30, name, 'name'),
    element('rect', { class: 'chip', x: x + panel - chip - 14, y: 15, width: chip, height: 21, rx: 10.5 }),
    text(x + panel - chip / 2 - 14, 30, state, 'chip-text'),
    text(x + 16, 51, facts, 'facts'));
}

function drawNode(node, x, y, port) {
  const box = panel - 24, also = node.also || { host: 'an address of its own', srflx: 'as a STUN server sees it', relay: 'lent by a TURN server', prflx: 'learnt from checks' }[node.type] || '';
  return group(`node ${node.type}${node.used ? ' used' : ''}`,
    element('title', {}, `${node.type} ${endpoint(node)}${node.priority ? `, priority ${node.priority}` : ''}${node.also ? `, ${node.also}` : ''}`),
    element('rect', { class: 'card', x, y: y - card / 2, width: box, height: card, rx: 9 }),
    element('rect', { class: 'stripe', x: x + 6, y: y - card / 2 + 7, width: 4, height: card - 14, rx: 2 }),
    text(x + 20, y - 3, node.type, 'kind'),
    text(x + 60, y - 3, short(endpoint(node), 31), 'address'),
    text(x + 60, y + 14, also, 'also'),
    element('circle', { cx: port, cy: y, r: 5.5 }));
}

function drawLine(lines, labels, line, [x1, y1], [x2, y2], model) {
  const at = t => [x1 + (x2 - x1) * t, y1 + (y2 - y1) * t];
  const [mx, my] = at(.5);
  const half = (view, ...[a, b, c, d]) => element('line', {
    x1: a, y1: b, x2: c, y2: d, class: `line ${view ? view.state : 'unknown'}${view?.selected ? ' selected' : ''}`,
  });
  if (line.selected) lines.append(element('line', { x1, y1, x2, y2, class: 'halo' }));
  lines.append(half(line.browser, x1, y1, mx, my), half(line.csharp, mx, my, x2, y2));

  // At these places labels of all lines have the same distance from each other, whatever lines there are.
  label(labels, line.browser, at(1 / (model.right.length + 1)));
  label(labels, line.csharp, at(1 - 1 / (model.left.length + 1)));
  if (line.selected) {
    const times = [line.browser, line.csharp].map(v => v?.selected ? milliseconds(v.rtt) || '\u2013' : '\u2013').join('  \u00b7  ');
    labels.append(group('badge',
      element('rect', { x: mx - 64, y: my - 20, width: 128, height: 40, rx: 12 }),
      text(mx, my - 4, 'selected', ''),
      text(mx, my + 12, `RTT ${times}`, 'times')));
  }
}

function label(labels, view, [x, y]) {
  if (!view || view.selected) return;
  const words = [view.state.replace('-', ' '), milliseconds(view.rtt)].filter(Boolean).join(' ');
  const size = words.length * 5.9 + 14;
  labels.append(group(`pill ${view.state}`,
    element('rect', { x: x - size / 2, y: y - 8, width: size, height: 16, rx: 8 }),
    text(x, y + 3.8, words, '')));
}
