
// Sorting, filtering, the heat map, and ladders as pictures and as sentences. Text of others is only ever set as text.
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const $ = (id) => document.getElementById(id);
  const text = (at) => data.texts[at] ?? '';

  /** An element with attributes and children; a string among the children is a text. */
  const make = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
  const draw = (name, attributes = {}, ...children) =>
    fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
  const fill = (element, attributes, children) => {
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  // ---- Sorting: a table's own rows are put into another order.

  const value = (row, column) => {
    const cell = row.cells[column];
    const shown = (cell.dataset.v ?? cell.textContent).trim();
    const number = shown === '' ? NaN : Number(shown);
    return Number.isNaN(number) ? shown.toLowerCase() : number;
  };
  const compare = (a, b, up) => {
    // What is no number (open, missing) comes after all numbers, either way.
    if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
    const order = typeof a === 'number' ? a - b : a.localeCompare(b, undefined, { numeric: true });
    return up ? order : -order;
  };
  const sort = (table, heading) => {
    const up = heading.getAttribute('aria-sort') !== 'ascending';
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    heading.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const keyed = [...table.tBodies[0].rows].map((row) => [value(row, heading.cellIndex), row]);
    keyed.sort((a, b) => compare(a[0], b[0], up));
    table.tBodies[0].append(...keyed.map((pair) => pair[1]));
  };
  for (const table of document.querySelectorAll('table.sortable')) {
    for (const heading of table.tHead.rows[0].cells) {
      heading.querySelector('button').addEventListener('click', () => {
        sort(table, heading);
        if (table.id === 'marks') heat();
      });
    }
  }

  // ---- Filtering.

  const marks = $('marks').tBodies[0];
  const filter = () => {
    const words = $('find').value.toLowerCase().split(/\s+/).filter(Boolean);
    const tag = $('show').value;
    let shown = 0;
    for (const row of marks.rows) {
      const said = row.textContent.toLowerCase();
      const fits = (!tag || row.dataset.tags.split(' ').includes(tag)) && words.every((word) => said.includes(word));
      row.hidden = !fits;
      shown += fits;
    }
    $('count').textContent = shown === marks.rows.length ? `${shown} submissions` : `${shown} of ${marks.rows.length} submissions`;
    $('none').hidden = shown > 0 || marks.rows.length === 0;
    heat();
  };
  $('tools').addEventListener('submit', (event) => event.preventDefault());
  $('find').addEventListener('input', filter);
  $('show').addEventListener('change', filter);
  $('reset').addEventListener('click', () => { $('find').value = ''; $('show').value = ''; filter(); $('find').focus(); });

  // ---- The heat map, one lab at a time.

  const KINDS = {
    P: ['✓', 'passed'], F: ['✗', 'failed'], H: ['◐', 'passed in part'], N: ['○', 'not started'], B: ['▽', 'blocked'],
    R: ['–', 'not run here'], L: ['?', 'needs a look'],
  };
  const CHUNK = 150;
  let lab = 0;
  let most = CHUNK;

  const heat = () => {
    const table = $('heat');
    const rows = [...marks.rows].filter((row) => !row.hidden).map((row) => data.rows[Number(row.dataset.at)]);
    const chosen = data.labs[lab];
    if (!chosen || chosen.checks.length === 0) {
      table.replaceChildren(make('tbody', {}, make('tr', {}, make('td', { class: 'wide' }, 'No check of this lab was run.'))));
      $('more').hidden = true;
      return;
    }
    const head = make('tr', {}, make('th', { scope: 'col' }, 'Submission'));
    chosen.checks.forEach((check, column) => {
      const cells = rows.map((row) => row.cells[chosen.lab][column]).filter((kind) => !'.RL'.includes(kind));
      const rate = cells.length ? Math.round((100 * cells.filter((kind) => kind === 'P').length) / cells.length) + '%' : '–';
      const name = `${check.id} ${check.title} (${check.tier}, ${check.of} points)`;
      head.append(make('th', { scope: 'col', title: name }, check.id, make('small', {}, rate)));
    });
    const body = make('tbody');
    for (const row of rows.slice(0, most)) body.append(line(row, chosen));
    table.replaceChildren(make('caption', { class: 'vh' }, `Lab ${chosen.lab}: outcome of each check, with the part of the class that passed`), make('thead', {}, head), body);
    body.querySelector('td[data-k]')?.setAttribute('tabindex', '0');
    $('more').hidden = rows.length <= most;
    $('more').textContent = `Show all ${rows.length} rows`;
  };
  const line = (row, chosen) => {
    const tr = make('tr', {}, make('th', { scope: 'row', title: row.name }, row.id, make('span', { class: 'quiet' }, row.name)));
    const cells = row.cells[chosen.lab];
    if (!/[^.]/.test(cells)) {
      tr.append(make('td', { class: 'wide', colspan: String(cells.length) }, row.trouble || 'no check was run'));
      return tr;
    }
    [...cells].forEach((kind, column) => {
      if (kind === '.') { tr.append(make('td')); return; }
      const check = chosen.checks[column];
      const [sign, word] = KINDS[kind];
      const unsteady = (row.failed[check.id] ?? []).some((one) => text(one[1]).includes('unsteady'));
      const said = `${check.id}: ${word}${unsteady ? ', unsteady' : ''}`;
      const cell = make('td', { class: 'k' + kind, title: said }, make('span', { 'aria-hidden': 'true' }, sign + (unsteady ? '~' : '')), make('span', { class: 'vh' }, said));
      if (row.failed[check.id]) { cell.dataset.k = check.id; cell.tabIndex = -1; cell.row = row; cell.check = check; }
      tr.append(cell);
    });
    return tr;
  };
  const move = (cell, key) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[key];
    const rows = $('heat').tBodies[0].rows;
    let [down, right] = [cell.parentNode.sectionRowIndex + step[0], cell.cellIndex + step[1]];
    while (rows[down] && right > 0 && right <= rows[down].cells.length) {
      const next = rows[down].cells[right];
      if (next?.dataset.k) {
        cell.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
        return;
      }
      down += step[0];
      right += step[1];
    }
  };
  $('heat').addEventListener('click', (event) => {
    const cell = event.target.closest('td[data-k]');
    if (cell) open(cell);
  });
  $('heat').addEventListener('keydown', (event) => {
    const cell = event.target.closest('td[data-k]');
    if (!cell) return;
    if (event.key.startsWith('Arrow')) { event.preventDefault(); move(cell, event.key); }
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); open(cell); }
  });
  $('more').addEventListener('click', () => { most = Infinity; heat(); });
  data.labs.forEach((one, at) => {
    const button = make('button', { type: 'button', 'aria-pressed': String(at === 0) }, `Lab ${one.lab}: ${one.title}`);
    button.addEventListener('click', () => {
      lab = at;
      most = CHUNK;
      for (const other of $('labs').children) other.setAttribute('aria-pressed', String(other === button));
      heat();
    });
    $('labs').append(button);
  });
  for (const [kind, [sign, word]] of Object.entries(KINDS)) {
    $('legend').append(make('span', {}, make('i', { class: 'k' + kind, 'aria-hidden': 'true' }, sign), word));
  }
  $('legend').append(make('span', {}, '~ unsteady'));

  // ---- What was seen of a check: differences, ladder, sentences.

  let opener = null;
  const open = (cell) => {
    opener = cell;
    const { row, check } = cell;
    $('case-h').textContent = `${check.id} ${check.name} · ${row.id}`;
    const body = [make('p', { class: 'quiet' }, check.title)];
    for (const one of row.failed[check.id]) body.push(finding(one, check));
    $('case-body').replaceChildren(...body);
    $('case').showModal();
    $('close').focus();
  };
  $('case').addEventListener('close', () => opener?.focus());
  $('case').addEventListener('click', (event) => { if (event.target === $('case')) $('case').close(); });

  const finding = ([letter, told, kind, at], check) => {
    const part = make('div', { class: 'one' }, make('p', { class: 'told' }, `${check.id}${letter} ${text(told)}`));
    if (at === undefined) return part;
    const [want, got, note, waits, ladder] = data.seen[at];
    const list = make('dl', { class: 'diff' }, make('dt', {}, 'want'), make('dd', {}, text(want)), make('dt', {}, 'got'), make('dd', {}, text(got)));
    if (note) list.append(make('dt', {}, 'note'), make('dd', {}, text(note)));
    for (const wait of waits) list.append(make('dt', {}, 'where'), make('dd', {}, text(wait)));
    part.append(list);
    const usually = check.usually[text(kind)];
    if (usually) part.append(make('p', {}, `Usually means: ${usually}`));
    const rungs = data.ladders[ladder];
    if (!rungs) part.append(make('p', { class: 'quiet' }, 'Its ladder is left out here, for the size of this file; it is in the result of this submission.'));
    else if (rungs.length) part.append(make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Ladder' }, picture(rungs)), sentences(rungs));
    return part;
  };

  const unpack = (rung) => {
    const [ms, peer, what, detail, bytes, pieces, first, here] = rung;
    return { ms, peer: text(peer), what: text(what), detail: text(detail), bytes: bytes ?? null, pieces: pieces ?? 0, first: text(first ?? 0), here: !!here };
  };
  const size = (r) => {
    const count = r.bytes === null ? '' : `${r.bytes} byte${r.bytes === 1 ? '' : 's'}`;
    const pieces = r.pieces > 1 ? ` in ${r.pieces} pieces` : '';
    return [count + pieces, r.detail, r.first && `"${r.first}"`].filter(Boolean).join(' ');
  };
  const cut = (said, most) => ([...said].length > most ? [...said].slice(0, most - 1).join('') + '…' : said);

  // Which way the arrow goes: 1 to the program, -1 from it, 0 is a remark. And what is written on it.
  const WAYS = {
    connect: [1, () => 'connect'], refused: [1, () => 'connect: refused'], accept: [-1, () => 'connect, accepted'],
    sent: [1, size], received: [-1, size], 'close-write': [1, () => 'close sending side (FIN)'], close: [1, () => 'close (FIN)'],
    'send-reset': [1, () => 'reset (RST)'], 'end-of-stream': [-1, () => 'end of stream (FIN)'], reset: [-1, () => 'reset (RST)'],
    stdin: [1, (r) => `stdin: ${size(r)}`], 'stdin-closed': [1, () => 'stdin: closed'], stdout: [-1, (r) => `stdout: ${size(r)}`],
    paused: [1, (r) => `SIGSTOP, SIGCONT ${r.detail}`], wait: [-1, (r) => `waits for ${r.detail}: nothing`],
  };
  const REMARKS = {
    start: (r) => `start ${r.detail}`, says: (r) => `program says: ${r.detail}`, 'broken-pipe': () => 'send: EPIPE, nobody is there to read it',
    stop: (r) => `stop: ${r.detail}`, exit: (r) => `program ends: ${r.detail}`, say: (r) => r.detail,
  };
  const lane = (r) => (['stdin', 'stdout'].includes(r.peer) || r.what.startsWith('std') ? 'stdin/out' : r.peer);

  const STEP = 30;
  const TOP = 44;
  const picture = (rungs) => {
    const all = rungs.map((rung) => (typeof rung === 'number' ? rung : unpack(rung)));
    const drawn = all.filter((r) => typeof r !== 'number' && WAYS[r.what] && r.peer !== 'program');
    const lanes = [...new Set(drawn.map((r) => lane(r) || 'grader'))].slice(0, 8);
    if (lanes.length === 0) lanes.push('grader');
    const x = (name) => 130 + 96 * Math.max(0, lanes.indexOf(name || 'grader'));
    const right = x(lanes[lanes.length - 1]) + 390;
    const [width, height] = [right + 90, TOP + STEP * all.length + 14];
    const svg = draw('svg', { class: 'ladder', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `Ladder of ${all.length} events; the sentences below say the same` });
    for (const name of [...lanes, 'program']) {
      const at = name === 'program' ? right : x(name);
      svg.append(draw('text', { x: at, y: 18, 'text-anchor': 'middle', 'font-weight': '700' }, cut(name, 13)),
        draw('line', { x1: at, x2: at, y1: 26, y2: height - 6, class: 'line' }));
    }
    all.forEach((r, at) => rung(svg, r, TOP + STEP * at + 12, { x, right, width }));
    return svg;
  };
  const rung = (ladder, r, y, { x, right, width }) => {
    const svg = draw('g', r.here ? { class: 'lit' } : {});
    ladder.append(svg);
    const label = (said, at, options) => {
      const element = draw('text', { x: at, y: y - 5, ...options }, cut(said, 62));
      if ([...said].length > 62) element.append(draw('title', {}, said));
      return element;
    };
    if (typeof r === 'number') {
      svg.append(label(`${r} more events`, 140, { class: 'say' }));
      return;
    }
    if (r.here) {
      svg.append(draw('rect', { x: 0, y: y - STEP + 11, width, height: STEP - 2, class: 'here', rx: 4 }),
        draw('text', { x: 4, y, class: 'mark' }, '▶'));
    }
    svg.append(draw('text', { x: 78, y, class: 't', 'text-anchor': 'end' }, r.ms.toFixed(1)));
    const way = WAYS[r.what];
    if (!way || r.peer === 'program') {
      const said = r.what === 'wait' ? `program goes on while it should wait for ${r.detail}` : (REMARKS[r.what] ?? ((one) => `${one.what} ${one.detail}`))(r);
      svg.append(draw('text', { x: 96, y, class: 'say' }, cut(said, 84)));
      return;
    }
    const left = x(lane(r));
    const [from, to] = way[0] > 0 ? [left, right] : [right, left];
    const back = way[0] > 0 ? -9 : 9;
    const style = r.what === 'wait' ? 'arrow wait' : 'arrow';
    svg.append(draw('line', { x1: from, x2: to, y1: y, y2: y, class: style }));
    if (r.what === 'refused') svg.append(draw('path', { d: `M${to - 14} ${y - 6} l10 12 m0 -12 l-10 12`, class: 'arrow' }));
    else svg.append(draw('path', { d: `M${to} ${y} l${back} -5 v10 z`, class: 'head' }));
    svg.append(label(way[1](r), left + 14, {}));
  };

  const TOLD = {
    start: (r) => `the program is started: ${r.detail}`, says: (r) => `the program says: ${r.detail}`, connect: (r) => `${r.peer} connects`,
    refused: (r) => `${r.peer} is refused`, accept: (r) => `${r.peer} accepts a connection`, sent: (r) => `${r.peer} sends ${size(r)}`,
    received: (r) => `${r.peer} receives ${size(r)}`, 'close-write': (r) => `${r.peer} closes its sending side`, close: (r) => `${r.peer} closes`,
    'send-reset': (r) => `${r.peer} resets the connection`, 'end-of-stream': (r) => `${r.peer} reads the end of the stream`,
    reset: (r) => `${r.peer} finds its connection reset`, 'broken-pipe': (r) => `${r.peer} sends, and nobody is there to read it`,
    wait: (r) => `${r.peer} waits for ${r.detail}`, stop: (r) => `the check stops: ${r.detail}`, stdin: (r) => `${size(r)} go to standard input`,
    'stdin-closed': () => 'standard input is closed', stdout: (r) => `${size(r)} come from standard output`,
    paused: (r) => `the program is stopped and continued ${r.detail}`, exit: (r) => `the program ends: ${r.detail}`, say: (r) => r.detail,
  };
  const sentences = (rungs) => {
    const list = make('ol', { class: 'rungs' });
    for (const one of rungs) {
      if (typeof one === 'number') { list.append(make('li', {}, `${one} more events`)); continue; }
      const r = unpack(one);
      const told = (TOLD[r.what] ?? ((other) => `${other.peer} ${other.what} ${other.detail}`))({ ...r, peer: r.peer || 'the grader' });
      list.append(make('li', r.here ? { class: 'here' } : {}, `${r.ms.toFixed(1)} ms: ${told}.${r.here ? ' Here it went wrong.' : ''}`));
    }
    return make('details', {}, make('summary', {}, 'The same in sentences'), list);
  };

  filter();
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
})();
