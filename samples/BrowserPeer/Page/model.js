// Makes one picture of two views: nodes are candidates that either side knows, lines are pairs that either side has.

const isHidden = address => !address || address.endsWith('.local');

/** The candidates of one host: its own, and those that only the other side has seen. */
function nodesOf(own, seen) {
  const nodes = [];
  for (const c of own) {
    if (c.protocol !== 'udp' || nodes.some(n => n.address === c.address && n.port === c.port)) continue;
    nodes.push({ ...c, also: '' });
  }
  for (const c of seen) {
    if (c.protocol !== 'udp' || findNode(nodes, c)) continue;
    // A hidden address and one that checks have revealed are the same candidate when their ports are.
    const hidden = nodes.find(n => n.port === c.port && isHidden(n.address) !== isHidden(c.address) && !n.revealed);
    if (!hidden) nodes.push({ ...c, also: 'learnt from checks' });
    else if (!isHidden(c.address)) Object.assign(hidden, { revealed: c.address, also: `the other side sees ${c.type} ${c.address}` });
  }
  const order = ['host', 'prflx', 'srflx', 'relay'];
  return nodes.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type) || (b.priority ?? 0) - (a.priority ?? 0));
}

function findNode(nodes, c) {
  return nodes.find(n => n.port === c.port && (n.address === c.address || n.revealed === c.address))
    ?? (isHidden(c.address) ? nodes.find(n => n.port === c.port && n.type === c.type) ?? nodes.find(n => n.port === c.port) : undefined);
}

export function modelOf(browser, csharp) {
  const left = nodesOf(browser?.local ?? [], [...(csharp?.remote ?? []), ...(csharp?.pairs ?? []).map(p => p.remote)]);
  const right = nodesOf(csharp?.local ?? [], [...(browser?.remote ?? []), ...(browser?.pairs ?? []).map(p => p.remote)]);
  const lines = new Map();
  const add = (pair, from, to, side) => {
    if (!from || !to) return;
    const key = `${left.indexOf(from)}-${right.indexOf(to)}`;
    const line = lines.get(key) ?? { key, from: left.indexOf(from), to: right.indexOf(to) };
    // Two pairs on one line differ in the type of an address only: the better one is shown.
    if (!line[side] || pair.selected || (pair.state === 'succeeded' && !line[side].selected)) line[side] = pair;
    lines.set(key, line);
  };
  for (const pair of browser?.pairs ?? []) add(pair, findNode(left, pair.local), findNode(right, pair.remote), 'browser');
  for (const pair of csharp?.pairs ?? []) add(pair, findNode(left, pair.remote), findNode(right, pair.local), 'csharp');
  for (const line of lines.values()) {
    line.selected = Boolean(line.browser?.selected || line.csharp?.selected);
    if (line.selected) left[line.from].used = right[line.to].used = true;
  }
  return { browser, csharp, left, right, lines: [...lines.values()].sort((a, b) => a.selected - b.selected) };
}
