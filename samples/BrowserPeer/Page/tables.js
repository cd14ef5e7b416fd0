// Pairs as a table, and the log.

const cell = (name, content, kind = 'td') => {
  const made = document.createElement(kind);
  made.className = name;
  made.append(...[content].flat());
  return made;
};
const word = (name, content) => {
  const made = document.createElement('span');
  made.className = name;
  made.textContent = content;
  return made;
};
const row = (name, ...cells) => {
  const made = document.createElement('tr');
  made.className = name;
  made.append(...cells);
  return made;
};
const candidate = c => cell('address', [word(`type ${c.type}`, c.type), ` ${c.address || 'hidden'}:${c.port}`]);

export function showPairs(table, view) {
  const head = row('', ...['local', 'remote', 'state'].map(n => cell('', n, 'th')), ...['RTT', 'checks', 'answers'].map(n => cell('number', n, 'th')));
  const rows = (view?.pairs ?? []).toSorted((a, b) => b.selected - a.selected || (a.state === 'dropped') - (b.state === 'dropped')).map(p => row(p.selected ? 'selected' : '',
    candidate(p.local), candidate(p.remote),
    cell('', word(`state ${p.state}`, p.selected ? 'selected' : p.state.replace('-', ' '))),
    cell('number', typeof p.rtt === 'number' ? `${p.rtt.toFixed(2)} ms` : ''), cell('number', String(p.requests)), cell('number', String(p.responses))));
  if (rows.length === 0) {
    const none = cell('empty', 'none yet');
    none.colSpan = 6;
    rows.push(row('', none));
  }
  table.replaceChildren(head, ...rows);
}

const maxLines = 400;

export function addLine(log, seconds, who, topic, content) {
  const line = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = `${seconds.toFixed(2)} s`;
  line.append(time, word('who', who), word('topic', topic), word(topic === 'fault' ? 'fault' : '', content));
  log.append(line);
  if (log.childElementCount > maxLines) log.firstElementChild.remove();
  const pane = log.parentElement;
  pane.scrollTop = pane.scrollHeight;
}
